/// A table of a report, which is shown on the page and written for other programs.
package struct ReportTable: Sendable, Equatable {
  /// The name of its file, without an ending.
  package let name: String
  /// What it shows, in a few words.
  package let title: String
  /// What must be known to read it; empty for nothing.
  package let note: String
  /// What each column is called.
  package let columns: [String]
  /// The rows, each with a cell for each column; the first of them says what the row is about.
  package var rows: [[Cell]]

  /// What stands in a place of a table.
  package struct Cell: Sendable, Equatable {
    let content: Content
    /// Whether it is the best of its column, or not told from that by a test.
    var isBest = false

    /// The kinds of content.
    enum Content: Sendable, Equatable {
      case text(String)
      /// A number, and with how many decimals it is shown.
      case number(Double, decimals: Int)
      /// A mean of several with their standard deviation.
      case spread(Double, deviation: Double, decimals: Int)
      case nothing
    }

    static func text(_ text: String) -> Cell { Cell(content: .text(text)) }

    static func number(_ value: Double?, _ decimals: Int) -> Cell {
      Cell(content: value.map { .number($0, decimals: decimals) } ?? .nothing)
    }

    static func count(_ value: Int?) -> Cell { number(value.map(Double.init), 0) }

    /// Several numbers, or one.
    static func spread(_ spread: Spread?, _ decimals: Int) -> Cell {
      guard let spread, let deviation = spread.deviation else { return number(spread?.mean, decimals) }
      return Cell(content: .spread(spread.mean, deviation: deviation, decimals: decimals))
    }
  }

  /// Whether a column has nothing but numbers below its head.
  func isNumeric(_ column: Int) -> Bool {
    rows.allSatisfy { row in
      if case .text = row[column].content { false } else { true }
    }
  }
}

// MARK: - on a page

extension ReportTable {
  /// The table in HTML.
  var markup: Markup {
    let head = columns.enumerated().map { column, name in
      Markup.element("th", ["scope": "col", "class": isNumeric(column) ? "n" : "w"], name)
    }
    let body = rows.map { row in
      Markup.element(
        "tr", [:],
        row.enumerated().map { column, cell in
          let style = (isNumeric(column) ? "n" : "w") + (cell.isBest ? " best" : "")
          return column == 0
            ? .element("th", ["scope": "row", "class": style], cell.text)
            : .element("td", ["class": style], cell.text)
        })
    }
    let table = Markup.element(
      "table", [:],
      [
        .element("caption", [:], title), .element("thead", [:], [.element("tr", [:], head)]),
        .element("tbody", [:], body),
      ])
    // Wide tables scroll, also by keys.
    let frame = Markup.element(
      "div", ["class": "wide", "tabindex": "0", "role": "region", "aria-label": title], [table])
    return note.isEmpty
      ? frame
      : .element("div", [:], [frame, .element("p", ["class": "note"], note)])
  }
}

extension ReportTable.Cell {
  /// What a page shows.
  var text: String {
    switch content {
    case .text(let text): text
    case .number(let value, let decimals): Self.shown(value, decimals)
    case .spread(let mean, let deviation, let decimals):
      "\(Self.shown(mean, decimals)) ± \(Self.shown(deviation, decimals))"
    case .nothing: "–"
    }
  }

  private static func shown(_ value: Double, _ decimals: Int) -> String {
    guard decimals == 0, value.isFinite, abs(value) < 1e15 else { return Format.decimal(value, decimals) }
    return Format.count(Int(value.rounded()))
  }
}

// MARK: - for other programs

extension ReportTable {
  /// The table as CSV: numbers with all their digits, a deviation in a column of its own.
  package var csv: [UInt8] {
    let deviates = columns.indices.map { column in
      rows.contains { if case .spread = $0[column].content { true } else { false } }
    }
    let head = zip(columns, deviates).flatMap { $1 ? [$0, "\($0), sd"] : [$0] }
    let body = rows.map { row in
      CSVText.row(zip(row, deviates).flatMap { $1 ? $0.csv : [$0.csv[0]] })
    }
    return Array((CSVText.row(head) + body.joined()).utf8)
  }
}

extension ReportTable.Cell {
  /// The number or text, and its deviation.
  fileprivate var csv: [String] {
    switch content {
    case .text(let text): [text, ""]
    case .number(let value, _): [value.shortest, ""]
    case .spread(let mean, let deviation, _): [mean.shortest, deviation.shortest]
    case .nothing: ["", ""]
    }
  }
}
