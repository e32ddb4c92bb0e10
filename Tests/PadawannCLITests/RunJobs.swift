import Foundation
import Padawann
import Testing

/// A kind of run, as the tests of faults see it. A new kind is one more entry of ``all``.
struct RunJob: CustomTestStringConvertible, Sendable {
  let name: String
  /// Begins it, where `net.h5`, `digits.npz` and `letters.npz` are.
  let begin: String
  /// Goes on with it once `marker` is there; until then it is begun again.
  let resume: String
  let marker: String?
  /// What must be the same, byte for byte, however often it was interrupted.
  let results: [String]
  /// What must be the same but for the seconds.
  let log: String?
  let checkpoint: String?
  /// Everything that it makes.
  let outputs: [String]

  var testDescription: String { name }

  /// Whether it starts from models, which its folder then has.
  var hasParents: Bool { name != "wann" }

  /// A run in the folder `run`, whose result has this name.
  private static func folder(_ name: String, _ begin: String, _ resume: String, _ result: String) -> RunJob {
    RunJob(
      name: name, begin: "\(begin) -o run --threads 1", resume: "\(resume) run --threads 1",
      marker: "run/configuration.json", results: ["run/\(result)", "run/report.json"], log: "run/log.jsonl",
      checkpoint: "run/checkpoint.h5", outputs: ["run"])
  }

  private static let population = "--population 4 --tournament 2 --per-class all"
  private static let training = "train --arch demo-net.json --data digits.npz --epochs 5 --batch 20"
  private static let tuning = "finetune net.h5 --task letters.npz --test letters.npz --epochs 4"
  private static let repeated =
    "finetune net.h5 --task letters.npz --test letters.npz --profile reference --epochs 2"

  /// A run whose folder is beside its result, and which goes on by the same command.
  private static func beside(_ name: String, _ begin: String) -> RunJob {
    let command = "\(begin) -o out.h5 --run run --threads 1"
    return RunJob(
      name: name, begin: command, resume: command, marker: "run/configuration.json",
      results: ["out.h5", "run/model.h5", "run/report.json"], log: "run/log.jsonl",
      checkpoint: "run/checkpoint.h5", outputs: ["out.h5", "run"])
  }

  static let all = [
    folder(
      "evolve", "evolve net.h5 --task digits.npz \(population) --generations 6", "evolve --resume",
      "champion.h5"),
    folder(
      "evolve by gradients",
      "evolve net.h5 --task digits.npz \(population) --generations 4 --mutation gradient --gradient-images 20",
      "evolve --resume", "champion.h5"),
    folder(
      "learn",
      "learn net.h5 --task digits.npz --task letters.npz --density 0.5 --epochs 4 --biases per-task",
      "learn --resume", "model.h5"),
    folder(
      "learn masks per task",
      "learn net.h5 --task digits.npz --task letters.npz --density 0.5 --epochs 4 --biases per-task --mask-per-task",
      "learn --resume", "model.h5"),
    folder(
      "wann",
      "wann evolve --task digits.npz --task letters.npz --population 12 --tournament 3 --generations 40 --batch 40 --test-batches 4",
      "wann evolve --resume", "champion.h5"),
    beside("train", training),
    beside("finetune", tuning),
    beside("finetune five times", repeated),
  ]

  /// A workplace in which every job can begin.
  static func place() throws -> Workplace {
    let place = try Workplace(models: true)
    for (file, set) in [("digits", "strokes"), ("letters", "strokes-letters")] {
      try place.run("data export \(set):train,per-class=6 -o \(file).npz").check()
    }
    return place
  }

  /// Begins it in another folder.
  func begin(in folder: String) -> String {
    begin.replacing("-o run", with: "-o \(folder)").replacing("--run run", with: "--run \(folder)")
  }

  /// The same where everything that it makes is in another folder.
  func inside(_ folder: String) -> RunJob {
    func moved(_ command: String) -> String {
      command.replacing(" run ", with: " \(folder)/run ").replacing(" out.h5 ", with: " \(folder)/out.h5 ")
    }
    func moved(_ file: String?) -> String? { file.map { "\(folder)/\($0)" } }
    return RunJob(
      name: name, begin: moved(begin), resume: moved(resume), marker: moved(marker),
      results: results.map { "\(folder)/\($0)" }, log: moved(log), checkpoint: moved(checkpoint),
      outputs: outputs.map { "\(folder)/\($0)" })
  }

  /// The command that begins it or goes on, whatever is right.
  func command(in place: Workplace) -> String {
    guard let marker else { return begin }
    return place.has(marker) ? resume : begin
  }

  /// What must be the same at the end, by name.
  func ending(in place: Workplace) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for name in results { files[name] = try place.bytes(name) }
    if let log {
      let text = String(decoding: try place.bytes(log), as: UTF8.self)
      files[log] = Data(text.replacing(#/"seconds":[^,}]*/#, with: "").utf8)
    }
    return files
  }

  func clear(_ place: Workplace) throws {
    for name in outputs where place.has(name) {
      try FileManager.default.removeItem(at: place.folder.appendingPathComponent(name))
    }
  }
}

extension Workplace {
  func has(_ name: String) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
  }

  /// Temporary files that were left anywhere in it.
  func temporaries() -> [String] {
    let names = FileManager.default.enumerator(atPath: folder.path)?.compactMap { $0 as? String } ?? []
    return names.filter { $0.hasSuffix(".tmp") }
  }
}
