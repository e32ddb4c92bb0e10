/// Tables of comma-separated numbers, one image per row (RFC 4180; `\n` or `\r\n`; a byte-order mark is skipped).
struct CSVFile {
  /// Which column holds the labels.
  enum LabelColumn: Hashable, Sendable {
    case index(Int)
    case last
    case named(String)
  }

  /// Which column holds the labels; the first unless told.
  var labelColumn = LabelColumn.index(0)
  /// The names that text labels are looked up in.
  var classNames: [String]?

  /// Reads a table.
  ///
  /// - Throws: ``PadawannError`` `data` that names the line.
  func images(_ bytes: [UInt8]) throws(PadawannError) -> (images: StoredArray, labels: [Int]) {
    var lines = CSVLines(bytes)
    guard var row = try lines.next() else { throw PadawannError(.data, "the table is empty") }
    let columns = row.count
    guard columns >= 2 else {
      throw PadawannError(
        .data, "the first row has one field; a label and pixels are needed",
        remedy: "Separate the fields with commas")
    }
    let place = try labelPlace(in: row)
    let header = isHeader(row, labelPlace: place)
    var (values, labels) = (NumberList(), [Int]())
    if header {
      guard let first = try lines.next() else {
        throw PadawannError(.data, "the table has a header and no rows")
      }
      row = first
    }
    while true {
      guard row.count == columns else {
        throw PadawannError(
          .data, "this row has \(row.count) fields and the first has \(columns)", at: "line \(lines.number)")
      }
      labels.append(try label(row[place], line: lines.number))
      for (column, field) in row.enumerated() where column != place {
        guard values.append(field) else {
          throw PadawannError(
            .data, "“\(field.text)” in column \(column) is not a finite number", at: "line \(lines.number)")
        }
      }
      guard let next = try lines.next() else { break }
      row = next
    }
    return (try StoredArray(sizes: [labels.count, columns - 1], values: values.values), labels)
  }

  private func labelPlace(in row: [CSVField]) throws(PadawannError) -> Int {
    switch labelColumn {
    case .last: return row.count - 1
    case .index(let index) where row.indices.contains(index): return index
    case .index(let index):
      throw PadawannError(
        .data, "there is no column \(index): the table has columns 0 to \(row.count - 1)",
        remedy: "Correct label-column=")
    case .named(let name):
      if let place = row.firstIndex(where: { $0.text == name }) { return place }
      let known = row.prefix(5).map(\.text).joined(separator: ", ")
      throw PadawannError(
        .data, "there is no column “\(name)”; the first row begins with \(known)",
        remedy: "Correct label-column=, which is a name of the header, a number from 0, or last")
    }
  }

  /// A first row that is not all numbers is a header. Labels may be text, so that their column does not count when
  /// names for them were given.
  private func isHeader(_ row: [CSVField], labelPlace: Int) -> Bool {
    if case .named = labelColumn { return true }
    return row.enumerated().contains { column, field in
      !(column == labelPlace && classNames?.contains(field.text) == true) && field.number == nil
    }
  }

  private func label(_ field: CSVField, line: Int) throws(PadawannError) -> Int {
    if let place = classNames?.firstIndex(of: field.text) { return place }
    guard let number = field.number, number == number.rounded(), abs(number) <= 65_536 else {
      throw PadawannError(
        .data, "the label “\(field.text)” is not a class number", at: "line \(line)",
        remedy: "Choose the label's column with label-column=, or name text labels with class-names=")
    }
    return Int(number)
  }
}

/// One field of a row, still as bytes.
struct CSVField {
  let bytes: ArraySlice<UInt8>

  /// The field as text.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// A non-negative integer of up to three digits, which nearly every pixel is.
  var smallInteger: Int? {
    guard (1...3).contains(bytes.count) else { return nil }
    var value = 0
    for byte in bytes {
      guard (48...57).contains(byte) else { return nil }
      value = value * 10 + Int(byte - 48)
    }
    return value
  }

  /// The field as a finite number; spaces around it do not count.
  var number: Double? {
    if let small = smallInteger { return Double(small) }
    guard let first = bytes.firstIndex(where: Self.isInk), let last = bytes.lastIndex(where: Self.isInk)
    else {
      return nil
    }
    let core = bytes[first...last]
    // `Double` reads hexadecimal and “nan” too, which no table of pixels means.
    guard core.allSatisfy({ (48...57).contains($0) || Self.punctuation.contains($0) }) else { return nil }
    guard let value = Double(String(decoding: core, as: UTF8.self)), value.isFinite else { return nil }
    return value
  }

  private static let punctuation = Array("+-.eE".utf8)

  private static func isInk(_ byte: UInt8) -> Bool { byte != 32 && byte != 9 }
}

/// Collects numbers as 8-bit integers for as long as all of them are.
private struct NumberList {
  private var bytes: [UInt8] = []
  private var floats: [Float]?

  /// Appends a field's number; `false` when it is none.
  mutating func append(_ field: CSVField) -> Bool {
    if floats == nil, let small = field.smallInteger, small < 256 {
      bytes.append(UInt8(small))
      return true
    }
    guard let number = field.number, Float(number).isFinite else { return false }
    if floats == nil, number == number.rounded(), (0...255).contains(number) {
      bytes.append(UInt8(number))
      return true
    }
    if floats == nil {
      floats = bytes.map { Float($0) }
      bytes = []
    }
    floats?.append(Float(number))
    return true
  }

  var values: StoredArray.Values { floats.map { .floats($0) } ?? .bytes(bytes) }
}

/// Cuts a table into rows of fields.
struct CSVLines {
  private let bytes: [UInt8]
  private var position: Int
  /// A field takes more memory than the one digit that it may be.
  private static let mostFields = 1 << 22
  /// The number of the line that was returned last, from 1.
  private(set) var number = 0

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    position = bytes.starts(with: [0xef, 0xbb, 0xbf]) ? 3 : 0
  }

  /// The next row; `nil` at the end. Empty lines may only follow the last row.
  mutating func next() throws(PadawannError) -> [CSVField]? {
    guard position < bytes.count else { return nil }
    number += 1
    if atLineEnd {
      guard bytes[position...].allSatisfy({ $0 == 10 || $0 == 13 }) else {
        throw PadawannError(.data, "there is an empty line among the rows", at: "line \(number)")
      }
      position = bytes.count
      return nil
    }
    var fields = [try field()]
    while position < bytes.count, bytes[position] == 44 {
      guard fields.count < Self.mostFields else {
        throw PadawannError(
          .data, "this row has more than \(Self.mostFields) fields", at: "line \(number)",
          remedy: "Write one image per row")
      }
      position += 1
      fields.append(try field())
    }
    if position < bytes.count, bytes[position] == 13 { position += 1 }
    guard position == bytes.count || bytes[position] == 10 else {
      throw PadawannError(.data, "a field is followed by something else than a comma", at: "line \(number)")
    }
    position = min(position + 1, bytes.count)
    return fields
  }

  private var atLineEnd: Bool { position < bytes.count && (bytes[position] == 10 || bytes[position] == 13) }

  private mutating func field() throws(PadawannError) -> CSVField {
    if position < bytes.count, bytes[position] == 34 { return try quotedField() }
    let start = position
    while position < bytes.count, bytes[position] != 44, !atLineEnd { position += 1 }
    return CSVField(bytes: bytes[start..<position])
  }

  private mutating func quotedField() throws(PadawannError) -> CSVField {
    var content: [UInt8] = []
    position += 1
    while position < bytes.count {
      let byte = bytes[position]
      position += 1
      if byte != 34 {
        content.append(byte)
      } else if position < bytes.count, bytes[position] == 34 {
        content.append(34)
        position += 1
      } else {
        return CSVField(bytes: content[...])
      }
    }
    throw PadawannError(.data, "a quoted field does not end", at: "line \(number)")
  }
}
