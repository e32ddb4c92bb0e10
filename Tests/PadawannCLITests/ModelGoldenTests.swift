import Foundation
import HDF5
import Padawann
import Testing

/// Models, logits and figures are, to the bit, those of the program that made `Goldens/models/digests`.
@Suite struct ModelGoldenTests {
  private static let folder = Workplace.package.appendingPathComponent(
    "Tests/PadawannCLITests/Goldens/models")

  /// The lines of a golden file, each as so many words, of which the last may have spaces.
  private static func lines(_ name: String, words: Int) throws -> [[String]] {
    try String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }.map { $0.split(separator: " ", maxSplits: words - 1).map(String.init) }
  }

  /// Whether the tests run with the fused multiply-add that the goldens were made with.
  private static let isFused: Bool = {
    let name = ProcessInfo.processInfo.environment["PADAWANN_SIMD"] ?? ""
    return name.isEmpty ? InstructionSet.best.fusesMultiplyAdd : name != "portable"
  }()

  @Test(.enabled(if: isFused, "skipped: without fused multiply-add results are rounded differently"))
  func everyCommandMakesWhatItMade() throws {
    let place = try Workplace()
    let commands = try Self.lines("commands", words: 3)
    let digests = try Self.lines("digests", words: 3)
    #expect(commands.count >= 35 && digests.count == commands.count)
    for (command, golden) in zip(commands, digests) {
      try #require(Array(golden.dropFirst()) == Array(command.prefix(2)))
      let outcome = try place.run(command[2])
      #expect(outcome.code == 0, "\(command[2]): \(outcome.errors)")
      guard outcome.code == 0 else { continue }
      let made = try Self.digest(command[0], place.folder.appendingPathComponent(command[1]), outcome.output)
      #expect("\(made)" == golden[0], "\(command[0]) of \(command[1]): \(command[2])")
    }
  }

  private static func digest(_ kind: String, _ file: URL, _ output: String) throws -> Digest {
    switch kind {
    case "whole": return Digest(of: try Data(contentsOf: file))
    case "content":
      var root = try HDFGroup(encoded: [UInt8](Data(contentsOf: file)))
      root.groups.removeAll { $0.name == "provenance" }
      // A model with a history is of format 1.1, one that says how it reads pictures of 1.2, and the goldens are older.
      root.attributes = root.attributes.filter { !$0.name.hasPrefix("pixel_") && $0.name != "class_names" }
        .map {
          $0.name == "format_minor" ? HDFEntry("format_minor", .integer(0)) : $0
        }
      return ContentDigest.digest(of: root)
    case "logits":
      let logits = try NumPyArchive([UInt8](Data(contentsOf: file))).array("logits").floats()
      var builder = DigestBuilder()
      for logit in logits { builder.append(littleEndian: logit.bitPattern) }
      return builder.digest()
    default:
      // How the figures of `evaluate` are to be read is told since version 3 of its report.
      let output = output.replacing(
        #/"(class_count" : \d+|outputs" : \[[^\]]*\]|normalisation" : \{[^}]*\}|task_shared_weight" : [0-9.]+)/#,
        with: "")
      let numbers = output.matches(of: #/[:\[,]\s*(-?[0-9][0-9.eE+-]*)/#).map { String($0.output.1) }
      return Digest(
        of: numbers.sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }.joined(separator: "\n").utf8)
    }
  }
}
