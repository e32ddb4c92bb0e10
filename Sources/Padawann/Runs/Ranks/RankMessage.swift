import Zlib

/// What one rank tells another (`Formats/scaling.md`).
struct RankMessage: Sendable, Equatable {
  enum Kind: UInt8, Sendable {
    /// That the sender lives.
    case alive = 1
    /// What program the sender is.
    case greeting
    /// What the next pieces belong to.
    case task
    /// What several pieces are about.
    case part
    /// What to compute.
    case piece
    /// What a piece came to.
    case answer
    /// What went wrong at the sender.
    case failure
    /// That the job ends.
    case stop
  }

  var kind: Kind
  /// Which of the sender's or receiver's crews it is about.
  var crew: UInt32 = 0
  /// The piece or part.
  var number: UInt32 = 0
  var content: [UInt8] = []

  private static let mark: UInt32 = 0x7764_6170
  /// The bytes of a message besides its content.
  static let overhead = 17

  /// The bytes that travel, the last four of which are the CRC-32 of the others.
  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.bytes.reserveCapacity(content.count + Self.overhead)
    writer.append(Self.mark)
    writer.append(kind.rawValue)
    writer.append(crew)
    writer.append(number)
    writer.bytes += content
    writer.append(Zlib.crc32(writer.bytes[...]))
    return writer.bytes
  }

  init(_ kind: Kind, crew: UInt32 = 0, number: Int = 0, _ content: [UInt8] = []) {
    self.kind = kind
    self.crew = crew
    self.number = UInt32(number)
    self.content = content
  }

  /// Reads what arrived.
  ///
  /// - Throws: ``PadawannError`` `data` when it is not what was sent.
  init(_ bytes: [UInt8]) throws(PadawannError) {
    let damaged = PadawannError(
      .data, "a message did not arrive as it was sent",
      remedy: "Look after the network and the memory of both")
    guard bytes.count >= Self.overhead else { throw damaged }
    var reader = ByteReader(bytes)
    guard try reader.integer(UInt32.self) == Self.mark, let kind = Kind(rawValue: try reader.byte()) else {
      throw damaged
    }
    crew = try reader.integer()
    number = try reader.integer()
    self.kind = kind
    content = Array(try reader.take(reader.remaining - 4))
    guard try reader.integer(UInt32.self) == Zlib.crc32(bytes.dropLast(4)) else { throw damaged }
  }
}

/// Numbers and texts in a row, as ``ByteReader`` reads them: integers little-endian, lists and texts behind their lengths.
struct ByteWriter: Sendable {
  var bytes: [UInt8] = []

  mutating func append<I: FixedWidthInteger>(_ value: I) {
    for shift in stride(from: 0, to: I.bitWidth, by: 8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  mutating func append(_ value: Double) { append(value.bitPattern) }

  mutating func append(list: [UInt8]) {
    append(UInt32(list.count))
    bytes += list
  }

  mutating func append(_ text: String) { append(list: Array(text.utf8)) }
}

extension ByteReader {
  /// A number that is a place or a count.
  mutating func count() throws(PadawannError) -> Int { Int(try integer(UInt32.self)) }

  mutating func double() throws(PadawannError) -> Double { Double(bitPattern: try integer()) }

  mutating func list() throws(PadawannError) -> [UInt8] { Array(try take(try count())) }

  mutating func text() throws(PadawannError) -> String { try text(try count()) }
}

// An error on its way to the rank that tells it.
extension PadawannError {
  var sent: [UInt8] {
    var writer = ByteWriter()
    writer.append(UInt8(Kind.allCases.firstIndex(of: kind) ?? 0))
    for text in [message, location ?? "", remedy ?? ""] { writer.append(text) }
    return writer.bytes
  }

  init(sent bytes: [UInt8]) throws(PadawannError) {
    var reader = ByteReader(bytes)
    let kind = Int(try reader.byte())
    guard Kind.allCases.indices.contains(kind) else { throw PadawannError(.data, "an unknown kind of error") }
    let message = try reader.text()
    let (location, remedy) = (try reader.text(), try reader.text())
    self.init(
      Kind.allCases[kind], message, at: location.isEmpty ? nil : location,
      remedy: remedy.isEmpty ? nil : remedy)
  }
}
