import Foundation

/// A table whose rows name a picture file and its class.
struct PictureTable {
  private let rows: [[String]]
  private let header: [String]?
  private let pathColumn: Int
  private let firstLine: Int

  /// Reads a table; `nil` when neither its first nor its second row has a field that ends as pictures' names do.
  ///
  /// - Throws: ``PadawannError`` `data` that names the line.
  init?(_ bytes: [UInt8]) throws(PadawannError) {
    var lines = CSVLines(bytes)
    guard let first = try lines.next()?.map(\.text) else { return nil }
    var rows = [first]
    var header: [String]?
    if !first.contains(where: PictureFile.hasPictureName) {
      guard let second = try lines.next()?.map(\.text), second.contains(where: PictureFile.hasPictureName)
      else { return nil }
      header = first
      rows = [second]
    }
    guard let pathColumn = rows[0].firstIndex(where: PictureFile.hasPictureName) else { return nil }
    while let row = try lines.next()?.map(\.text) { rows.append(row) }
    self.rows = rows
    self.header = header
    self.pathColumn = pathColumn
    firstLine = header == nil ? 1 : 2
    for (index, row) in rows.enumerated() where row.count != (header ?? first).count {
      throw PadawannError(
        .data, "this row has \(row.count) fields and the first has \((header ?? first).count)",
        at: "line \(firstLine + index)")
    }
  }

  /// The paths, from the table's own folder where they are relative.
  ///
  /// - Parameter folder: where the table is.
  func paths(from folder: String) -> [String] {
    rows.map { $0[pathColumn].hasPrefix("/") ? $0[pathColumn] : "\(folder)/\($0[pathColumn])" }
  }

  /// The class of each row, and the names of the classes where the table has names.
  ///
  /// - Parameters:
  ///   - column: where the labels are; without it the column that a header calls so, or the other one of two.
  ///   - classNames: the names in the order of their labels; without them they are sorted.
  /// - Throws: ``PadawannError`` `data` when there is no such column, or a row has no label that is known.
  func labels(_ column: CSVFile.LabelColumn?, classNames: [String]?) throws(PadawannError) -> (
    labels: [Int], classNames: [String]?
  ) {
    let place = try labelPlace(column)
    let texts = rows.map { $0[place] }
    if let empty = texts.firstIndex(of: "") {
      throw PadawannError(.data, "the label is empty", at: "line \(firstLine + empty)")
    }
    if let classNames { return (try looked(up: texts, classNames), classNames) }
    let numbers = texts.compactMap { text in
      text.utf8.allSatisfy { (48...57).contains($0) } ? Int(text) : nil
    }
    if numbers.count == texts.count, numbers.allSatisfy({ $0 <= ClassChoice.limit }) { return (numbers, nil) }
    let names = FileOrder.classes(Array(Set(texts)))
    guard names.count <= ClassChoice.limit + 1 else {
      throw PadawannError(.data, "the table names \(names.count) classes", remedy: "Correct label-column=")
    }
    let places = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    return (texts.compactMap { places[$0] }, names)
  }

  private func looked(up texts: [String], _ classNames: [String]) throws(PadawannError) -> [Int] {
    let places = Dictionary(uniqueKeysWithValues: classNames.enumerated().map { ($1, $0) })
    var labels: [Int] = []
    for (index, text) in texts.enumerated() {
      guard let label = places[text] ?? Int(text).flatMap({ classNames.indices.contains($0) ? $0 : nil })
      else {
        throw PadawannError(
          .data, "the label “\(text)” is not one of the \(classNames.count) classes",
          at: "line \(firstLine + index)", remedy: "Correct class-names= or label-column=")
      }
      labels.append(label)
    }
    return labels
  }

  private func labelPlace(_ column: CSVFile.LabelColumn?) throws(PadawannError) -> Int {
    let count = rows[0].count
    let place: Int?
    switch column {
    case .index(let index): place = index < count ? index : nil
    case .last: place = count - 1
    case .named(let name): place = header?.firstIndex(of: name)
    case nil:
      let named = (header ?? []).indices.filter { Self.usualNames.contains((header ?? [])[$0].lowercased()) }
      place = named.count == 1 ? named[0] : count == 2 ? 1 - pathColumn : nil
    }
    guard let place, place != pathColumn else {
      throw PadawannError(
        .data, "it is not clear which of the \(count) columns has the labels of the pictures",
        remedy: "Choose the label's column with label-column=, a name of the header, a number from 0, or last"
      )
    }
    return place
  }

  private static let usualNames = ["label", "class", "target", "category"]
}
