import ArgumentParser
import Foundation
import Padawann

/// The two streams of a command: the result goes to standard output, everything else to standard error.
enum Output {
  /// Prints text and a line feed. What a terminal would obey is escaped.
  ///
  /// - Throws: ``PadawannError`` `inputOutput` when it cannot be written, for example to a full disk.
  static func write(_ text: String) throws(PadawannError) { try send(text.inLines) }

  private static func send(_ text: String) throws(PadawannError) {
    do {
      try FileHandle.standardOutput.write(contentsOf: Data((text + "\n").utf8))
    } catch {
      throw PadawannError(
        .inputOutput, "the result cannot be written to standard output: \(systemReason(of: error))",
        remedy: "Free some space, or send it elsewhere")
    }
  }

  /// Prints a result as JSON: keys in snake case and in alphabetical order. No report is meant to have a number that is
  /// not finite; should there be one, it becomes a text.
  static func write(json result: some Encodable) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    try write(String(decoding: try encoder.encode(result), as: UTF8.self).asPrintableJSON)
  }

  /// Prints a picture of the program's own making, whose control sequences a terminal shall obey.
  ///
  /// - Throws: ``PadawannError`` `inputOutput` as ``write(_:)``.
  static func write(picture: String) throws(PadawannError) { try send(picture) }

  /// Tells the user something that is not part of the result.
  static func note(_ text: String) { writeError("padawann: \(text.inOneLine)\n") }

  /// Writes to standard error. Where that is impossible there is nobody to tell.
  static func writeError(_ text: String) {
    try? FileHandle.standardError.write(contentsOf: Data(text.utf8))
  }

  /// Makes a write beyond a limit of the file size (`ulimit -f`) fail like one to a full disk, instead of ending the program.
  static func ignoreSizeSignal() { signal(SIGXFSZ, SIG_IGN) }

  /// Opens whatever of the three standard streams is closed, so that no file that is opened later takes its number and
  /// gets what was meant for the user. Writing to such a stream still fails.
  static func occupyClosedStreams() {
    for descriptor in STDIN_FILENO...STDERR_FILENO where fcntl(descriptor, F_GETFD) == -1 {
      _ = open("/dev/null", O_RDONLY)
    }
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
