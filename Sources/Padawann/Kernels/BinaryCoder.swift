/// A binary arithmetic coder with adaptive probabilities, in integers only.
///
/// The interval `low...high` is split in proportion to the probability of the next bit, and its leading bytes are written
/// as soon as they are settled (the carry-less coder of Mahoney's fpaq and lpaq). `Formats/padawann.md`, section "Compact
/// planes", defines it to the bit.
package enum BinaryCoder {
  /// How often a context saw each bit. The estimate is Krichevsky and Trofimov's, `(n₁ + ½) / (n + 1)`.
  package struct Context {
    private var zeros: UInt32 = 0
    private var ones: UInt32 = 0
    /// The probability that the next bit is set, in units of 2⁻¹⁶.
    ///
    /// It is kept 2⁻⁸ away from 0 and 1, so that a bit costs at least 0.0056 bits: the number of bits that a stream of a
    /// given size can announce is bounded, and with it the work that a hostile file can cause.
    package private(set) var probability: UInt32 = 32_768

    /// Nothing was seen.
    package init() {}

    /// The counts are halved at this sum, so that they follow a plane that changes along its way.
    fileprivate static let memory: UInt32 = 2048

    /// Counts a bit.
    ///
    /// - Parameter reciprocals: ``BinaryCoder/reciprocals``.
    @inline(__always)
    fileprivate mutating func update(_ bit: Bool, _ reciprocals: [UInt64]) {
      // Which bit it is cannot be foreseen, so that a branch would be taken wrongly half of the time.
      let one: UInt32 = bit ? 1 : 0
      ones &+= one
      zeros &+= 1 &- one
      if zeros &+ ones >= Self.memory {
        zeros /= 2
        ones /= 2
      }
      probability = BinaryCoder.estimate(ones: ones, of: zeros &+ ones, reciprocals)
    }
  }

  /// 2⁴⁰ / n, rounded up, for n from 1 to ``Context``'s memory. With it no bit needs a division.
  package static let reciprocals: [UInt64] = [0] + (1...UInt64(Context.memory)).map { (1 << 40) / $0 + 1 }

  /// `⌊(2 · ones + 1) · 65536 / (2 · count + 2)⌋` between 256 and 65280.
  ///
  /// The product is below 2⁵⁷, and the quotient exact: the numerator is below 2²⁷ and a reciprocal too large by less than 1.
  @inline(__always)
  package static func estimate(ones: UInt32, of count: UInt32, _ reciprocals: [UInt64]) -> UInt32 {
    let quotient = (UInt64((2 &* ones &+ 1) &<< 15) &* reciprocals[Int(count &+ 1)]) &>> 40
    return min(max(UInt32(truncatingIfNeeded: quotient), 256), 65_280)
  }

  /// The largest number of bits that `bytes` bytes can encode, whatever the bits are.
  package static func capacity(bytes: Int) -> Int { bytes * 1417 }

  /// Turns bits into bytes.
  package struct Encoder {
    /// What is settled so far.
    package private(set) var bytes: [UInt8] = []
    private let reciprocals = BinaryCoder.reciprocals
    private var low: UInt32 = 0
    private var high: UInt32 = .max

    /// Begins an empty stream.
    package init() {}

    /// Appends a bit.
    package mutating func encode(_ bit: Bool, in context: inout Context) {
      let middle = BinaryCoder.split(low, high, context.probability)
      if bit { high = middle } else { low = middle + 1 }
      context.update(bit, reciprocals)
      while (low ^ high) & 0xff00_0000 == 0 {
        bytes.append(UInt8(high >> 24))
        low <<= 8
        high = high << 8 | 0xff
      }
    }

    /// Writes what is left; the stream is complete.
    package mutating func finish() -> [UInt8] {
      for shift in [24, 16, 8, 0] as [UInt32] { bytes.append(UInt8(truncatingIfNeeded: low >> shift)) }
      return bytes
    }
  }

  /// Turns bytes into bits.
  package struct Decoder {
    private let bytes: [UInt8]
    private let reciprocals = BinaryCoder.reciprocals
    private var position = 0
    private var low: UInt32 = 0
    private var high: UInt32 = .max
    private var code: UInt32 = 0

    /// Begins at the first byte.
    package init(_ bytes: [UInt8]) {
      self.bytes = bytes
      for _ in 0..<4 { code = code << 8 | nextByte() }
    }

    /// Takes a bit.
    @inline(__always)
    package mutating func decode(in context: inout Context) -> Bool {
      let middle = BinaryCoder.split(low, high, context.probability)
      let bit = code <= middle
      high = bit ? middle : high
      low = bit ? low : middle &+ 1
      context.update(bit, reciprocals)
      while (low ^ high) & 0xff00_0000 == 0 {
        low <<= 8
        high = high << 8 | 0xff
        code = code << 8 | nextByte()
      }
      return bit
    }

    /// Whether exactly the bytes of the stream were read.
    package var isComplete: Bool { position == bytes.count }

    /// The next byte; zeros stand beyond the end, where ``isComplete`` tells.
    private mutating func nextByte() -> UInt32 {
      defer { position &+= 1 }
      return position < bytes.count ? UInt32(bytes[position]) : 0
    }
  }

  /// The last code of the interval that stands for a set bit.
  fileprivate static func split(_ low: UInt32, _ high: UInt32, _ probability: UInt32) -> UInt32 {
    low &+ UInt32(truncatingIfNeeded: (UInt64(high &- low) &* UInt64(probability)) &>> 16)
  }
}
