/// The files of a run's folder (`Formats/runs.md`).
enum RunFile {
  static let settings = "settings.json"
  static let log = "log.jsonl"
  static let champion = "champion.h5"
  static let checkpoint = "checkpoint.h5"
  static let learned = "model.h5"
  static let report = "report.json"
  static let lock = ".lock"

  /// The model that a run starts from, by its number from 0.
  static func parent(_ index: Int) -> String { "parent-\(index + 1).h5" }

  /// The folder of a trial, by its number from 1.
  static func trial(_ number: Int) -> String { "trial-\(number)" }
}
