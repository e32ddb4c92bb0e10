/// The log of a run as a table: `log.csv` of its folder, and the steps of its event file (`Formats/runs.md`).
package struct FlatLog: Sendable {
  /// The lines so far.
  package private(set) var lines: [FlatLine] = []
  /// The names of all numbers so far: the counters of steps, then the others in the order in which they came.
  private var columns: [String] = []
  /// A row for each line.
  private var rows: [UInt8] = []
  /// The seconds of all lines.
  private var seconds = 0.0

  private static let counters = ["generation", "repetition", "epoch", "step"]

  /// A log without lines.
  init() {}

  /// Reads a log.
  ///
  /// - Throws: ``PadawannError`` `data` for a line that is no JSON object.
  package init(_ log: [UInt8]) throws(PadawannError) {
    for line in log.split(separator: UInt8(ascii: "\n")) { try append(line) }
  }

  /// Adds a line.
  mutating func append(_ line: some Collection<UInt8>) throws(PadawannError) {
    let flat = try FlatLine(line)
    seconds += flat["seconds"] ?? 0
    lines.append(flat)
    let names = flat.numbers.map(\.name)
    let new = Set(names).subtracting(columns)
    guard !new.isEmpty else {
      rows += row(flat)
      return
    }
    // Only the first lines bring names, and the last of a repetition.
    columns += Self.counters.filter(new.contains)
    columns += names.filter { new.contains($0) && !Self.counters.contains($0) }
    rows = lines.flatMap(row)
  }

  private func row(_ line: FlatLine) -> [UInt8] {
    let values = Dictionary(line.numbers.map { ($0.name, $0.value.shortest) }) { first, _ in first }
    return Array(CSVText.row(columns.map { values[$0] ?? "" }).utf8)
  }

  /// A header, and a row for each line, in which a number is empty that the line does not have.
  package var csv: [UInt8] { Array(CSVText.row(columns).utf8) + rows }

  /// The records of an event file of all lines. Its clock is that of the run: the seconds that all steps so far took.
  package var events: [UInt8] {
    var seconds = 0.0
    let records = lines.enumerated().map { place, line in
      seconds += line["seconds"] ?? 0
      return record(of: line, at: place, seconds)
    }
    return ([EventRecord.fileVersion] + records).flatMap(\.bytes)
  }

  /// The record of the last line; nothing where there is none.
  var lastEvent: [UInt8] { lines.last.map { record(of: $0, at: lines.count - 1, seconds).bytes } ?? [] }

  /// A line's step is its generation, or its number from 1.
  private func record(of line: FlatLine, at place: Int, _ seconds: Double) -> EventRecord {
    EventRecord(
      line.numbers, step: line["generation"].flatMap { Int(exactly: $0) } ?? place + 1, wallTime: seconds)
  }
}
