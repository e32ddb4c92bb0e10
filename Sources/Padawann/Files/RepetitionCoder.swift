/// A lossless code for short descriptions that repeat themselves, on top of ``BinaryCoder``: what was there before is copied (Lempel
/// and Ziv, 1977). `Formats/padawann.md`, section "Packed groups", defines what a reader does; which copies a writer finds is its own
/// affair, and this one always finds the same.
enum RepetitionCoder {
  /// The largest number of bytes that a stream may stand for.
  static let sizeLimit = 1 << 24

  /// The contexts of all decisions, which coder and decoder share.
  private struct Contexts {
    var isCopy = [BinaryCoder.Context](repeating: .init(), count: 2)
    var literal = [BinaryCoder.Context](repeating: .init(), count: 256)
    var size = NumberContexts()
    var length = NumberContexts()
    var distance = NumberContexts()
  }

  /// The contexts of one kind of number, in Elias' gamma code.
  private struct NumberContexts {
    /// Whether a number with so many bits behind its first has more.
    var hasMore = [BinaryCoder.Context](repeating: .init(), count: 32)
    /// The bits behind the first of numbers with so many of them, 32 contexts for each.
    var bits = [BinaryCoder.Context](repeating: .init(), count: 32 * 32)
  }

  // MARK: - coding

  /// The stream of some bytes.
  static func encoded(_ bytes: [UInt8]) -> [UInt8] {
    var encoder = BinaryCoder.Encoder()
    var contexts = Contexts()
    encode(bytes.count + 1, &contexts.size, &encoder)
    var search = RepetitionSearch(bytes)
    var (place, wasCopy) = (0, 0)
    while place < bytes.count {
      let copy = search.copy(at: place)
      encoder.encode(copy != nil, in: &contexts.isCopy[wasCopy])
      if let copy {
        encode(copy.length - 1, &contexts.length, &encoder)
        encode(copy.distance, &contexts.distance, &encoder)
      } else {
        encode(bytes[place], &contexts.literal, &encoder)
      }
      place += copy?.length ?? 1
      wasCopy = copy == nil ? 0 : 1
    }
    return encoder.finish()
  }

  private static func encode(
    _ byte: UInt8, _ contexts: inout [BinaryCoder.Context], _ encoder: inout BinaryCoder.Encoder
  ) {
    var node = 1
    for shift in (0..<8).reversed() {
      let bit = byte >> UInt8(shift) & 1 == 1
      encoder.encode(bit, in: &contexts[node])
      node = 2 * node + (bit ? 1 : 0)
    }
  }

  /// - Parameter number: from 1.
  private static func encode(
    _ number: Int, _ contexts: inout NumberContexts, _ encoder: inout BinaryCoder.Encoder
  ) {
    let rest = Int.bitWidth - 1 - number.leadingZeroBitCount
    for count in 0..<rest { encoder.encode(true, in: &contexts.hasMore[count]) }
    encoder.encode(false, in: &contexts.hasMore[rest])
    for place in 0..<rest {
      encoder.encode(number >> (rest - 1 - place) & 1 == 1, in: &contexts.bits[32 * rest + place])
    }
  }

  // MARK: - decoding

  /// The bytes of a stream, which must end where they do.
  ///
  /// - Throws: ``PadawannError`` `data` when it is none, or stands for more than ``sizeLimit`` bytes.
  static func decoded(_ stream: [UInt8]) throws(PadawannError) -> [UInt8] {
    var decoder = BinaryCoder.Decoder(stream)
    var contexts = Contexts()
    let size = try number(&contexts.size, &decoder) - 1
    guard size <= sizeLimit else {
      throw PadawannError(.data, "it stands for \(size) bytes, and at most \(sizeLimit) are read")
    }
    var bytes: [UInt8] = []
    bytes.reserveCapacity(size)
    var wasCopy = 0
    while bytes.count < size {
      guard decoder.decode(in: &contexts.isCopy[wasCopy]) else {
        bytes.append(byte(&contexts.literal, &decoder))
        wasCopy = 0
        continue
      }
      let length = try number(&contexts.length, &decoder) + 1
      let distance = try number(&contexts.distance, &decoder)
      guard distance <= bytes.count, length <= size - bytes.count else {
        throw PadawannError(.data, "it copies what is not there")
      }
      for _ in 0..<length { bytes.append(bytes[bytes.count - distance]) }
      wasCopy = 1
    }
    guard decoder.isComplete else { throw PadawannError(.data, "it does not end with its last byte") }
    return bytes
  }

  private static func byte(
    _ contexts: inout [BinaryCoder.Context], _ decoder: inout BinaryCoder.Decoder
  ) -> UInt8 {
    var node = 1
    for _ in 0..<8 { node = 2 * node + (decoder.decode(in: &contexts[node]) ? 1 : 0) }
    return UInt8(truncatingIfNeeded: node)
  }

  private static func number(
    _ contexts: inout NumberContexts, _ decoder: inout BinaryCoder.Decoder
  ) throws(PadawannError) -> Int {
    var rest = 0
    while decoder.decode(in: &contexts.hasMore[rest]) {
      rest += 1
      guard rest < 32 else { throw PadawannError(.data, "it has a number of more than 32 bits") }
    }
    var number = 1
    for place in 0..<rest {
      number = 2 * number + (decoder.decode(in: &contexts.bits[32 * rest + place]) ? 1 : 0)
    }
    return number
  }
}

/// Finds the longest of the last places where the next bytes have been before.
private struct RepetitionSearch {
  private let bytes: [UInt8]
  /// The last place of three bytes, and the place before it that has the same three.
  private var last: [UInt32: Int] = [:]
  private var before: [Int]
  private var known = 0

  /// How far back a search goes: so many places.
  private static let places = 256
  /// The shortest copy.
  private static let shortest = 3

  init(_ bytes: [UInt8]) {
    self.bytes = bytes
    before = [Int](repeating: -1, count: bytes.count)
  }

  /// A copy that begins here; `nil` where there is none, or where the next byte begins one that is longer by two or more.
  mutating func copy(at place: Int) -> (length: Int, distance: Int)? {
    guard let copy = longest(at: place) else { return nil }
    if let next = longest(at: place + 1), next.length > copy.length + 1 { return nil }
    return copy
  }

  private mutating func longest(at place: Int) -> (length: Int, distance: Int)? {
    guard place + Self.shortest <= bytes.count else { return nil }
    while known < place { note(known) }
    var best: (length: Int, distance: Int)?
    var candidate = last[key(place)] ?? -1
    for _ in 0..<Self.places where candidate >= 0 {
      var length = 0
      while place + length < bytes.count, bytes[candidate + length] == bytes[place + length] { length += 1 }
      if length > best?.length ?? 0 { best = (length, place - candidate) }
      candidate = before[candidate]
    }
    return best
  }

  private mutating func note(_ place: Int) {
    known = place + 1
    guard place + Self.shortest <= bytes.count else { return }
    before[place] = last.updateValue(place, forKey: key(place)) ?? -1
  }

  private func key(_ place: Int) -> UInt32 {
    UInt32(bytes[place]) << 16 | UInt32(bytes[place + 1]) << 8 | UInt32(bytes[place + 2])
  }
}
