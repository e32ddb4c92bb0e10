import ArgumentParser
import Foundation
import Padawann

/// The result of a command, on standard output.
enum Output {
  /// Prints text and a line feed.
  ///
  /// - Throws: ``PadawannError`` `inputOutput` when it cannot be written, for example to a full disk.
  static func write(_ text: String) throws(PadawannError) {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    } catch {
      throw PadawannError(.inputOutput, "the result cannot be written to standard output")
    }
  }

  /// Prints a result as JSON with sorted keys. Infinite numbers become the texts `Infinity` and `-Infinity`.
  static func write(json result: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    try write(String(decoding: try encoder.encode(result), as: UTF8.self))
  }
}

/// How a result is printed.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Print the result as JSON (Formats/report.md).")
  var json = false

  /// Prints a result as the user wants it.
  func print(_ result: some Encodable, text: () -> String) throws {
    if json { try Output.write(json: result) } else { try Output.write(text()) }
  }
}

/// The number of threads of a command that computes.
struct ThreadOptions: ParsableArguments {
  @Option(help: ArgumentHelp("How many threads compute (default: all cores). It never changes a result."))
  var threads: Int?

  /// At least one.
  ///
  /// - Throws: ``PadawannError`` `usage`.
  func count() throws(PadawannError) -> Int {
    let count = threads ?? ProcessInfo.processInfo.activeProcessorCount
    guard count >= 1, count <= 4096 else {
      throw PadawannError(.usage, "--threads is a number from 1 to 4096, not \(count)")
    }
    return count
  }
}

/// Numbers as people read them.
enum Format {
  /// A number with a fixed count of decimals, the same in every locale.
  static func decimal(_ value: Double, _ digits: Int) -> String {
    guard value.isFinite else { return value.isNaN ? "nan" : value < 0 ? "-inf" : "inf" }
    return String(format: "%.\(digits)f", value)
  }

  /// A number in scientific notation with three digits.
  static func scientific(_ value: Double) -> String { value == 0 ? "0" : String(format: "%.2e", value) }

  /// A share as a percentage.
  static func percent(_ share: Double, _ digits: Int = 2) -> String { decimal(share * 100, digits) }

  /// A whole number with thousands separated by commas.
  static func count(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var groups: [Substring] = []
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits.removeLast(3)
    }
    return (number < 0 ? "-" : "") + ([Substring(digits)] + groups).joined(separator: ",")
  }

  /// A shared weight without needless zeros.
  static func weight(_ value: Float) -> String {
    let text = "\(value)"
    return text.hasSuffix(".0") ? String(text.dropLast(2)) : text
  }
}

/// Text in columns under a header: numbers to the right, words to the left.
enum Table {
  static func text(_ rows: [[String]], indent: String = "") -> String {
    let columns = rows.map(\.count).max() ?? 0
    func cells(_ column: Int) -> [String] { rows.map { $0.count > column ? $0[column] : "" } }
    let widths = (0..<columns).map { cells($0).map(\.count).max() ?? 0 }
    let areNumbers = (0..<columns).map { $0 > 0 && cells($0).dropFirst().allSatisfy(isNumber) }
    return rows.map { row in
      let line = row.enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - cell.count)
        return areNumbers[column] ? space + cell : cell + space
      }
      var text = indent + line.joined(separator: "  ")
      while text.hasSuffix(" ") { text.removeLast() }
      return text
    }.joined(separator: "\n")
  }

  private static func isNumber(_ cell: String) -> Bool {
    guard let first = cell.first else { return true }
    return first.isNumber || first == "+" || first == "-" || cell == "inf"
  }
}

extension Output {
  /// Tells the user something on standard error that is not part of the result.
  static func note(_ text: String) {
    FileHandle.standardError.write(Data("padawann: \(text)\n".utf8))
  }
}
