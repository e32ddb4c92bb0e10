/// Text in columns under a header: numbers to the right, words to the left.
enum Table {
  /// Rows of cells, each in one line; the first row is the header.
  static func text(_ table: [[String]], indent: String = "  ") -> String {
    let rows = table.map { $0.map(\.inOneLine) }
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
