import Foundation

/// A table as LaTeX, for the packages booktabs and siunitx.
extension ReportTable {
  /// The table: a float with a caption and a label, best numbers in bold.
  package var latex: [UInt8] {
    let kinds = columns.indices.map(kind)
    let head = zip(columns, kinds).map { name, kind in
      kind == nil ? name.latex : "{\(Self.stacked(name))}"
    }
    let body = rows.map { row in
      zip(row, kinds).map { $0.latex(isNumber: $1 != nil) }.joined(separator: " & ") + " \\\\"
    }
    let lines =
      [
        "% \\usepackage{booktabs,siunitx}", "\\begin{table}", "  \\centering",
        "  \\sisetup{separate-uncertainty=true,detect-weight=true,mode=text}",
        "  \\caption{\(title.latex)\(note.isEmpty ? "" : ". \(note.latex)")}", "  \\label{tab:\(name)}",
        "  \\begin{tabular}{\(kinds.map { $0.map { "S[table-format=\($0)]" } ?? "l" }.joined())}",
        "    \\toprule", "    \(head.joined(separator: " & ")) \\\\", "    \\midrule",
      ] + body.map { "    \($0)" } + ["    \\bottomrule", "  \\end{tabular}", "\\end{table}"]
    return Array((lines.joined(separator: "\n") + "\n").utf8)
  }

  /// The head of a column, of which what stands behind a comma is a line of its own.
  private static func stacked(_ name: String) -> String {
    let parts = name.components(separatedBy: ", ").map(\.latex)
    return parts.count == 1
      ? parts[0] : "\\begin{tabular}[b]{@{}c@{}}\(parts.joined(separator: ",\\\\ "))\\end{tabular}"
  }

  /// The format of a column of numbers: digits before and after the point, and those of the uncertainty; `nil` for words.
  private func kind(_ column: Int) -> String? {
    guard column > 0, isNumeric(column) else { return nil }
    var (whole, decimals, uncertain) = (1, 0, 0)
    for row in rows {
      switch row[column].content {
      case .number(let value, let digits) where value.isFinite:
        whole = max(whole, Self.digits(value, digits))
        decimals = max(decimals, digits)
      case .spread(let mean, let deviation, let digits) where mean.isFinite:
        whole = max(whole, Self.digits(mean, digits))
        decimals = max(decimals, digits)
        uncertain = max(uncertain, Self.uncertainty(deviation, digits).count)
      default: break
      }
    }
    let sign = rows.contains {
      if case .number(let value, _) = $0[column].content { value < 0 } else { false }
    }
    return (sign ? "-" : "") + "\(whole).\(decimals)" + (uncertain > 0 ? "(\(uncertain))" : "")
  }

  private static func digits(_ value: Double, _ decimals: Int) -> Int {
    Format.decimal(abs(value), decimals).prefix { $0 != "." }.count
  }

  /// A deviation in units of the last decimal.
  fileprivate static func uncertainty(_ deviation: Double, _ decimals: Int) -> String {
    Format.decimal(deviation * pow(10, Double(decimals)), 0)
  }
}

extension ReportTable.Cell {
  fileprivate func latex(isNumber: Bool) -> String {
    let bold = isBest ? "\\bfseries " : ""
    switch content {
    case .text(let text): return bold + text.latex
    case .number(let value, let decimals) where isNumber && value.isFinite:
      return bold + Format.decimal(value, decimals)
    case .spread(let mean, let deviation, let decimals) where isNumber && mean.isFinite:
      return bold + Format.decimal(mean, decimals) + "(\(ReportTable.uncertainty(deviation, decimals)))"
    case .number, .spread: return "{\(bold)\(text.latex)}"
    case .nothing: return isNumber ? "{--}" : "--"
    }
  }
}

extension String {
  /// The text with what LaTeX would obey as commands.
  fileprivate var latex: String {
    map { character -> String in
      switch character {
      case "\\": "\\textbackslash{}"
      case "{", "}", "$", "&", "#", "_", "%": "\\\(character)"
      case "~": "\\textasciitilde{}"
      case "^": "\\textasciicircum{}"
      case "<": "\\textless{}"
      case ">": "\\textgreater{}"
      case "×": "$\\times$"
      case "±": "$\\pm$"
      case "≥": "$\\geq$"
      case "≤": "$\\leq$"
      case "–": "--"
      case "…": "\\dots{}"
      default: String(character)
      }
    }.joined()
  }
}
