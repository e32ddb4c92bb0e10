import Foundation

/// What a rank is, which all ranks of a job must be.
package struct RankGreeting: Sendable, Equatable {
  /// The machine.
  package var host: String
  /// The program and its version.
  package var tool: String
  /// The digest of the program's file.
  package var program: String
  /// Whether products are rounded before they are added; see ``InstructionSet``.
  package var fusesMultiplyAdd: Bool

  /// Puts a greeting together.
  package init(host: String, tool: String, program: String, fusesMultiplyAdd: Bool) {
    self.host = host
    self.tool = tool
    self.program = program
    self.fusesMultiplyAdd = fusesMultiplyAdd
  }

  /// That of this process.
  ///
  /// - Throws: ``PadawannError`` `missing` when the program's file cannot be read.
  package static func own(tool: String, _ instructionSet: InstructionSet) throws(PadawannError)
    -> RankGreeting
  {
    let path = Bundle.main.executablePath ?? CommandLine.arguments[0]
    var digest = DigestBuilder()
    guard let file = FileHandle(forReadingAtPath: path) else {
      throw PadawannError(.missing, "the program's own file cannot be read", at: path)
    }
    while let part = try? file.read(upToCount: 1 << 20), !part.isEmpty { digest.append(part) }
    return RankGreeting(
      host: ownHost(), tool: tool, program: digest.digest().description,
      fusesMultiplyAdd: instructionSet.fusesMultiplyAdd)
  }

  var encoded: [UInt8] {
    var writer = ByteWriter()
    for text in [host, tool, program] { writer.append(text) }
    writer.append(UInt8(fusesMultiplyAdd ? 1 : 0))
    return writer.bytes
  }

  init(_ bytes: [UInt8]) throws(PadawannError) {
    var reader = ByteReader(bytes)
    (host, tool, program) = (try reader.text(), try reader.text(), try reader.text())
    fusesMultiplyAdd = try reader.byte() == 1
  }

  /// Refuses a rank that could compute something else.
  ///
  /// - Throws: ``PadawannError`` `unsupported`.
  func check(_ other: RankGreeting) throws(PadawannError) {
    guard tool == other.tool else {
      throw PadawannError(
        .unsupported, "it is \(other.tool), and rank 0 is \(tool)",
        remedy: "Start the same program everywhere")
    }
    guard program == other.program else {
      throw PadawannError(
        .unsupported, "it is another build of \(tool) than rank 0",
        remedy: "Start the same program everywhere")
    }
    guard fusesMultiplyAdd == other.fusesMultiplyAdd else {
      throw PadawannError(
        .unsupported, "only one of its processor and that of rank 0 fuses multiplication with addition",
        remedy: "Take machines of one kind, or set PADAWANN_SIMD=portable for all")
    }
  }
}

/// What the system calls this machine.
private func ownHost() -> String {
  var name = [CChar](repeating: 0, count: 256)
  guard gethostname(&name, name.count - 1) == 0 else { return "an unnamed machine" }
  return String(decoding: name.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}
