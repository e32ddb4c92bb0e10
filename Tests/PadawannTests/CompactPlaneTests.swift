import Padawann
import Testing
import Zlib

/// The arithmetic coder and its contexts.
@Suite struct CompactPlaneTests {
  private static func encoded(_ mask: Bitmask, _ columns: Int, signs: Bitmask? = nil) -> [UInt8] {
    var encoder = BinaryCoder.Encoder()
    CompactPlane.encode(mask: mask, columns: columns, into: &encoder)
    if let signs { CompactPlane.encode(signs: signs, of: mask, columns: columns, into: &encoder) }
    return encoder.finish()
  }

  private static func random(_ count: Int, _ density: Float, _ seed: UInt64) -> Bitmask {
    var generator = KeyedGenerator(seed, 77)
    return Bitmask((0..<count).map { _ in generator.uniform() < density })
  }

  @Test func theStreamOfAPlaneNeverChanges() throws {
    let mask = Bitmask([true, true, false, true, false, true, true, true, false, true, true, false])
    let signs = Bitmask([false, true, false, true, false, false, true, false, false, true, true, false])
    #expect(Self.encoded(mask, 4, signs: signs.intersection(mask)) == Self.golden)
  }

  static let golden: [UInt8] = [40, 154, 194, 0, 0, 0]

  @Test func planesOfEveryShapeReadBack() {
    for columns in [1, 2, 3, 7, 64, 65] {
      for density in [0, 0.02, 0.5, 0.98, 1] as [Float] {
        let count = columns * 9
        let mask = Self.random(count, density, UInt64(columns))
        let signs = Self.random(count, 0.4, 5).intersection(mask)
        let bytes = Self.encoded(mask, columns, signs: signs)
        var decoder = BinaryCoder.Decoder(bytes)
        #expect(CompactPlane.decodeMask(count: count, columns: columns, from: &decoder) == mask)
        #expect(CompactPlane.decodeSigns(of: mask, columns: columns, from: &decoder) == signs)
        #expect(decoder.isComplete)
        #expect(2 * count <= BinaryCoder.capacity(bytes: bytes.count))
      }
    }
  }

  /// The most predictable planes stay below the number of bits that a reader accepts for their size.
  @Test func aReaderAcceptsTheSmallestStreams() {
    for bit in [false, true] {
      let mask = Bitmask(repeating: bit, count: 3_000_000)
      let bytes = Self.encoded(mask, 1000)
      #expect(mask.count <= BinaryCoder.capacity(bytes: bytes.count))
      // The bound is of use: a hundredth more bits would be refused.
      #expect(mask.count + mask.count / 100 > BinaryCoder.capacity(bytes: bytes.count))
    }
  }

  @Test func anyBytesDecodeToSomething() {
    var generator = KeyedGenerator(12)
    for length in 0..<200 {
      var decoder = BinaryCoder.Decoder((0..<length).map { _ in UInt8(truncatingIfNeeded: generator.next()) })
      let mask = CompactPlane.decodeMask(count: 500, columns: 20, from: &decoder)
      _ = CompactPlane.decodeSigns(of: mask, columns: 20, from: &decoder)
    }
  }

  /// Random halves cannot be compressed: there the coder may cost 64 bytes, as deflate costs a few.
  @Test(arguments: [(0.9, 0), (0.5, 64), (0.3, 0), (0.1, 0)] as [(Float, Int)])
  func randomPlanesAreSmallerThanDeflated(density: Float, allowance: Int) throws {
    let mask = Self.random(200_000, density, 1)
    let signs = Self.random(200_000, 0.5, 2).intersection(mask)
    let stored = Bitmask(mask.indices.map { signs[$0] })
    let deflated = try deflate(mask.packed + stored.packed, .raw)
    #expect(Self.encoded(mask, 400, signs: signs).count < deflated.count + allowance)
  }

  /// Whole outputs or whole inputs are pruned: far below the entropy of a random mask, one bit per edge.
  @Test(arguments: [true, false])
  func channelPrunedPlanesAreMuchSmaller(outputs: Bool) throws {
    let (rows, columns) = (128, 576)
    var generator = KeyedGenerator(3)
    // Inputs of a convolution are blocks of nine edges.
    let kept = (0..<128).map { _ in generator.uniform() < 0.5 }
    let mask = Bitmask(
      (0..<(rows * columns)).map { edge in kept[outputs ? edge / columns : edge % columns / 9] })
    let bytes = Self.encoded(mask, columns)
    #expect(bytes.count < 250, "\(bytes.count)")
  }

  /// Multiplying by a reciprocal is dividing, for all counts that there are.
  @Test func probabilitiesAreThoseOfTheDocument() {
    for count in 0..<UInt32(2048) {
      for ones in stride(from: 0, through: count, by: count < 300 ? 1 : 7) {
        let expected = min(max((2 * ones + 1) * 65_536 / (2 * count + 2), 256), 65_280)
        let found = BinaryCoder.estimate(ones: ones, of: count, BinaryCoder.reciprocals)
        if found != expected { Issue.record("\(ones) of \(count): \(found) instead of \(expected)") }
      }
    }
  }
}
