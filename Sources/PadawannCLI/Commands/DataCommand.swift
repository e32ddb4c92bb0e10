import ArgumentParser
import Foundation
import Padawann

/// `padawann data`: everything about datasets.
struct DataCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Find, download, check, look at and export datasets.",
    subcommands: [
      DataListCommand.self, DataGetCommand.self, DataVerifyCommand.self, DataShowCommand.self,
      DataExportCommand.self,
    ])
}

/// The options that all `data` commands share.
struct DataOptions: ParsableArguments {
  @Option(
    name: .customLong("data-dir"),
    help: ArgumentHelp(
      "The folder with the datasets.",
      discussion: "Without it: $PADAWANN_DATA, else $XDG_CACHE_HOME/padawann, else ~/.cache/padawann.",
      valueName: "folder"))
  var dataDir: String?

  @Flag(help: "Print the result as JSON.")
  var json = false

  /// The folder that is meant.
  func folder() throws(PadawannError) -> DataFolder {
    if let dataDir { return DataFolder(path: dataDir) }
    return try DataFolder(environment: ProcessInfo.processInfo.environment)
  }

  /// Prints a result, with its schema's name, as JSON.
  func printJSON(_ result: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    print(String(decoding: try encoder.encode(result), as: UTF8.self))
  }
}

/// Turns the names that a user gives into published sets.
enum DataSetNames {
  /// The published sets behind names, each once, in the order given.
  ///
  /// - Throws: ``PadawannError`` `usage` for an unknown name or one of a procedural set.
  static func sets(_ names: [String]) throws(PadawannError) -> [PublishedSet] {
    var sets: [PublishedSet] = []
    for name in names {
      let spec = try DatasetSpec.parse(name)
      guard case .named(let named, _) = spec.source, spec.description == DatasetSpec(spec.source).description
      else {
        throw PadawannError(.usage, "the name of a dataset is needed, without options", at: name)
      }
      guard let set = named.publication else {
        throw PadawannError(
          .usage, "\(name) is drawn by padawann; it has no files", remedy: "Use it as it is")
      }
      if !sets.contains(set) { sets.append(set) }
    }
    return sets
  }
}

/// Text in columns.
enum DataTable {
  /// Rows with every column but the last as wide as its widest cell.
  static func text(_ rows: [[String]]) -> String {
    let columns = rows.map(\.count).max() ?? 0
    let widths = (0..<columns).map { column in
      rows.map { $0.count > column ? $0[column].count : 0 }.max() ?? 0
    }
    return rows.map { row in
      row.enumerated().map { column, cell in
        column == row.count - 1 ? cell : cell + String(repeating: " ", count: widths[column] - cell.count)
      }.joined(separator: "  ")
    }.joined(separator: "\n")
  }

  /// A size with a unit, for example `9.9 MB`.
  static func size(_ bytes: Int) -> String {
    let units = ["bytes", "kB", "MB", "GB", "TB"]
    var (value, unit) = (Double(bytes), 0)
    while value >= 999.95, unit < units.count - 1 {
      value /= 1000
      unit += 1
    }
    let tenths = Int((value * 10).rounded())
    return unit == 0 ? "\(bytes) bytes" : "\(tenths / 10).\(tenths % 10) \(units[unit])"
  }
}
