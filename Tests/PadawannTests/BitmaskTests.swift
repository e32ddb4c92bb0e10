import Padawann
import Testing

/// Bitmasks against plain lists of bits, at every length around the ends of words and bytes.
@Suite struct BitmaskTests {
  private static func bits(_ count: Int, _ seed: UInt64) -> [Bool] {
    var generator = KeyedGenerator(seed, UInt64(count))
    return (0..<count).map { _ in generator.next() & 1 == 1 }
  }

  @Test func everyOperationAgreesWithAListOfBits() throws {
    for count in 0...130 {
      let (first, second) = (Self.bits(count, 1), Self.bits(count, 2))
      let (a, b) = (Bitmask(first), Bitmask(second))
      #expect(a.count == count)
      #expect((0..<count).map { a[$0] } == first)
      #expect(a.popcount == first.count { $0 })
      #expect(Array(a.indices) == first.indices.filter { first[$0] })
      #expect(a.indices.underestimatedCount == a.popcount)
      #expect(a.intersection(b) == Bitmask(zip(first, second).map { $0 && $1 }))
      #expect(a.union(b) == Bitmask(zip(first, second).map { $0 || $1 }))
      #expect(a.inverted() == Bitmask(first.map { !$0 }))
      #expect(a.inverted().inverted() == a)
      #expect(Bitmask(repeating: true, count: count) == Bitmask(first.map { _ in true }))
      #expect(Bitmask(repeating: false, count: count).popcount == 0)
      var copy = Bitmask(repeating: false, count: count)
      for index in first.indices { copy[index] = first[index] }
      #expect(copy == a)
      for index in first.indices { copy[index] = second[index] }
      #expect(copy == b)
    }
  }

  @Test func packedBytesHaveTheFirstBitOnTop() {
    #expect(Bitmask([true]).packed == [0x80])
    #expect(Bitmask([false, false, true, false, false, false, false, true, true]).packed == [0x21, 0x80])
    #expect(Bitmask([Bool]()).packed == [])
  }

  @Test func packedBytesReadBackAtEveryLength() throws {
    for count in 0...130 {
      let mask = Bitmask(Self.bits(count, 3))
      let packed = mask.packed
      #expect(packed.count == (count + 7) / 8)
      #expect(Bitmask(packed: packed, count: count) == mask)
      #expect(Bitmask(packed: packed + [0], count: count) == nil)
      if count > 0 { #expect(Bitmask(packed: packed.dropLast(), count: count) == nil) }
      #expect(Bitmask(packed: packed, count: -1) == nil)
    }
  }

  @Test func everyPaddingBitMustBeZero() {
    for count in 1...130 where count % 8 != 0 {
      let packed = Bitmask(Self.bits(count, 4)).packed
      for bit in 0..<(8 - count % 8) {
        var padded = packed
        padded[padded.count - 1] |= 1 << UInt8(bit)
        #expect(Bitmask(packed: padded, count: count) == nil, "\(count) bits, padding bit \(bit)")
      }
    }
  }

  @Test(arguments: [0, 1, 7, 63, 64, 65, 127, 128, 1000])
  func spreadAndGatheredAreInverse(_ count: Int) {
    for density in [Float(0), 0.1, 0.5, 0.97, 1] {
      var generator = KeyedGenerator(UInt64(count), UInt64(density * 100))
      let mask = Bitmask((0..<count).map { _ in generator.uniform() < density })
      let bits = Bitmask((0..<mask.popcount).map { _ in generator.uniform() < 0.5 })
      let spread = bits.spread(over: mask)
      var expected = Bitmask(repeating: false, count: count)
      for (rank, edge) in mask.indices.enumerated() where bits[rank] { expected[edge] = true }
      #expect(spread == expected)
      #expect(spread.gathered(by: mask) == bits)
      #expect(spread.union(mask.inverted()).gathered(by: mask) == bits)
    }
  }
}
