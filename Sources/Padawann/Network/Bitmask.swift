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

  /// Bits packed into bytes, the first bit in the MOST significant position of the first byte (as `numpy.packbits`).
  ///
  /// - Returns: `nil` when the number of bytes is not `(count + 7) / 8` or a padding bit is set.
  public init?(packed bytes: some RandomAccessCollection<UInt8>, count: Int) {
    guard count >= 0, bytes.count == (count + 7) / 8 else { return nil }
    self.count = count
    words = [UInt64](repeating: 0, count: (count + 63) / 64)
    for (index, byte) in bytes.enumerated() {
      words[index / 8] |= UInt64(Self.reversed(byte)) << UInt64(8 * (index % 8))
    }
    let unpadded = words
    clearPadding()
    guard words == unpadded else { return nil }
  }

  /// The bits packed into bytes, the first in the most significant position; padding bits are zero.
  public var packed: [UInt8] {
    (0..<(count + 7) / 8).map {
      Self.reversed(UInt8(truncatingIfNeeded: words[$0 / 8] >> UInt64(8 * ($0 % 8))))
    }
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
  public var population: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

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
      underestimatedCount = mask.population
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
  /// The opposite bits.
  public func inverted() -> Bitmask {
    var result = self
    result.words = words.map(~)
    result.clearPadding()
    return result
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

  /// A byte with its bits in the opposite order.
  private static func reversed(_ byte: UInt8) -> UInt8 {
    var b = byte
    b = (b & 0xf0) >> 4 | (b & 0x0f) << 4
    b = (b & 0xcc) >> 2 | (b & 0x33) << 2
    return (b & 0xaa) >> 1 | (b & 0x55) << 1
  }
}
