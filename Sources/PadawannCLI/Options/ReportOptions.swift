import ArgumentParser

/// How a result is printed.
struct ReportOptions: ParsableArguments {
  @Flag(help: "Print the result as JSON (Formats/report.md).")
  var json = false

  /// Prints a result as the user wants it.
  func print(_ result: some Encodable, text: () -> String) throws {
    if json { try Output.write(json: result) } else { try Output.write(text()) }
  }
}
