/// A row of bits with an exact length, 64 to a word.
///
/// Bit `i` is bit `i % 64` of word `i / 64`. The bits beyond ``count`` in the last word are always zero.
public struct Bitmask: Hashable, Sendable {
  /// The number of bits.
  public let count: Int
  /// The bits, least significant first.
  public private(set) var words: [UInt64]

  /// `count` equal bits.
  public init(repeating bit: Bool, count: Int) {
    precondition(count >= 0, "a bitmask has no negative length")
    self.count = count
    words = [UInt64](repeating: bit ? .max : 0, count: (count + 63) / 64)
    clearPadding()
  }

  /// The bits of a sequence, in order.
  public init<Bits: Sequence<Bool>>(_ bits: Bits) {
    var words: [UInt64] = []
    var count = 0
    for bit in bits {
      if count % 64 == 0 { words.append(0) }
      if bit { words[count / 64] |= 1 << UInt64(count % 64) }
      count += 1
    }
    self.count = count
    self.words = words
  }

  /// `count` bits, each the lowest of a number that has no other.
  package init(count: Int, _ bit: (Int) -> UInt64) {
    self.count = count
    words = stride(from: 0, to: count, by: 64).map { start in
      var word: UInt64 = 0
      for place in 0..<min(64, count - start) { word |= bit(start + place) &<< UInt64(place) }
      return word
    }
  }

  /// Bits packed into bytes, the first bit in the MOST significant position of the first byte (as `numpy.packbits`).
  ///
  /// - Returns: `nil` when the number of bytes is not `(count + 7) / 8` or a padding bit is set.
  public init?(packed bytes: some RandomAccessCollection<UInt8>, count: Int) {
    guard count >= 0, bytes.count == (count + 7) / 8 else { return nil }
    self.count = count
    words = [UInt64](repeating: 0, count: (count + 63) / 64)
    var word: UInt64 = 0
    for (index, byte) in bytes.enumerated() {
      word |= UInt64(byte) << UInt64(8 * (index & 7))
      guard index & 7 == 7 || index == bytes.count - 1 else { continue }
      words[index >> 3] = Self.reversedInBytes(word)
      word = 0
    }
    let unpadded = words
    clearPadding()
    guard words == unpadded else { return nil }
  }

  /// The bits packed into bytes, the first in the most significant position; padding bits are zero.
  public var packed: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(8 * words.count)
    for word in words {
      let turned = Self.reversedInBytes(word)
      for shift in stride(from: 0, to: 64, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: turned >> UInt64(shift)))
      }
    }
    bytes.removeLast(bytes.count - (count + 7) / 8)
    return bytes
  }

  /// Reads or sets one bit.
  public subscript(index: Int) -> Bool {
    get {
      precondition(index >= 0 && index < count, "bit index out of range")
      return words[index >> 6] >> UInt64(index & 63) & 1 == 1
    }
    set {
      precondition(index >= 0 && index < count, "bit index out of range")
      let bit: UInt64 = 1 << UInt64(index & 63)
      if newValue { words[index >> 6] |= bit } else { words[index >> 6] &= ~bit }
    }
  }

  /// The number of set bits.
  public var popcount: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

  /// The indices of the set bits, ascending.
  public var indices: Indices { Indices(self) }

  /// The indices of the set bits of a mask, found one by one without a list of them.
  public struct Indices: Sequence, IteratorProtocol, Sendable {
    private let words: [UInt64]
    private var index = 0
    private var rest: UInt64
    /// The number of set bits.
    public let underestimatedCount: Int

    fileprivate init(_ mask: Bitmask) {
      words = mask.words
      rest = mask.words.first ?? 0
      underestimatedCount = mask.popcount
    }

    /// The next index.
    public mutating func next() -> Int? {
      while rest == 0 {
        index += 1
        guard index < words.count else { return nil }
        rest = words[index]
      }
      defer { rest &= rest - 1 }
      return index * 64 + rest.trailingZeroBitCount
    }
  }

  /// The bits that are set in both. The lengths must be equal.
  public func intersection(_ other: Bitmask) -> Bitmask { combined(other, &) }
  /// The bits that are set in either. The lengths must be equal.
  public func union(_ other: Bitmask) -> Bitmask { combined(other, |) }
  /// The bits that are set in one alone. The lengths must be equal.
  public func symmetricDifference(_ other: Bitmask) -> Bitmask { combined(other, ^) }
  /// The opposite bits.
  public func inverted() -> Bitmask {
    var result = self
    result.words = words.map(~)
    result.clearPadding()
    return result
  }

  /// These bits one after another where `mask` has its set bits, and zeros elsewhere. There must be as many of them.
  public func spread(over mask: Bitmask) -> Bitmask {
    precondition(count == mask.popcount, "one bit for every set bit of the mask is needed")
    var result = Bitmask(repeating: false, count: mask.count)
    var position = 0
    for (index, word) in mask.words.enumerated() where word != 0 {
      var source = bits(from: position)
      position += word.nonzeroBitCount
      var rest = word
      var target: UInt64 = 0
      while rest != 0 {
        target |= (rest & (0 &- rest)) & (0 &- (source & 1))
        source >>= 1
        rest &= rest &- 1
      }
      result.words[index] = target
    }
    return result
  }

  /// The bits where `mask` is set, one after another. The lengths must be equal.
  public func gathered(by mask: Bitmask) -> Bitmask {
    precondition(count == mask.count, "bitmasks of different lengths cannot be combined")
    var result = Bitmask(repeating: false, count: mask.popcount)
    var position = 0
    for (index, word) in mask.words.enumerated() where word != 0 {
      let source = words[index]
      var rest = word
      var target: UInt64 = 0
      var bit: UInt64 = 1
      while rest != 0 {
        if source & (rest & (0 &- rest)) != 0 { target |= bit }
        bit &<<= 1
        rest &= rest &- 1
      }
      result.merge(target, at: position)
      position += word.nonzeroBitCount
    }
    return result
  }

  /// The 64 bits from a position on; zeros beyond the end.
  private func bits(from position: Int) -> UInt64 {
    let (word, shift) = (position >> 6, UInt64(position & 63))
    let low = words[word] >> shift
    return shift == 0 || word + 1 == words.count ? low : low | words[word + 1] << (64 - shift)
  }

  /// Sets bits from a position on, where there are none yet.
  private mutating func merge(_ bits: UInt64, at position: Int) {
    let (word, shift) = (position >> 6, UInt64(position & 63))
    words[word] |= bits << shift
    if shift > 0, bits >> (64 - shift) != 0 { words[word + 1] |= bits >> (64 - shift) }
  }

  private func combined(_ other: Bitmask, _ operation: (UInt64, UInt64) -> UInt64) -> Bitmask {
    precondition(count == other.count, "bitmasks of different lengths cannot be combined")
    var result = self
    for index in words.indices { result.words[index] = operation(words[index], other.words[index]) }
    return result
  }

  private mutating func clearPadding() {
    guard count % 64 != 0 else { return }
    words[words.count - 1] &= (1 << UInt64(count % 64)) - 1
  }

  /// A word with the bits of each of its bytes in the opposite order.
  private static func reversedInBytes(_ word: UInt64) -> UInt64 {
    var w = word
    w = (w >> 4) & 0x0f0f_0f0f_0f0f_0f0f | (w & 0x0f0f_0f0f_0f0f_0f0f) << 4
    w = (w >> 2) & 0x3333_3333_3333_3333 | (w & 0x3333_3333_3333_3333) << 2
    return (w >> 1) & 0x5555_5555_5555_5555 | (w & 0x5555_5555_5555_5555) << 1
  }
}
