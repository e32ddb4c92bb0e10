/// Rows of a table as RFC 4180 has them, with line feeds alone.
enum CSVText {
  /// A row with its line feed. A cell with a comma, a quotation mark or an end of line stands in quotation marks.
  static func row(_ cells: [String]) -> String { cells.map(quoted).joined(separator: ",") + "\n" }

  private static func quoted(_ cell: String) -> String {
    guard cell.utf8.contains(where: { [0x22, 0x2c, 0x0a, 0x0d].contains($0) }) else { return cell }
    return "\"" + cell.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"")
      + "\""
  }
}
