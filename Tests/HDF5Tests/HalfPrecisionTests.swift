import HDF5
import Testing

@Suite struct HalfPrecisionTests {
  @Test func everyHalfIsItself() {
    for bits in 0...UInt16.max {
      let wide = Float(half: bits)
      if wide.isNaN {
        #expect(Float(half: wide.halfBits).isNaN)
      } else if wide.halfBits != bits {
        Issue.record("\(bits) became \(wide.halfBits)")
      }
    }
  }

  /// Between two halves the middle goes to the even one, and what is next to it to the nearer.
  @Test func whatIsBetweenGoesToTheNearest() {
    for bits in 0..<UInt16(0x7bff) {
      let (low, high) = (Float(half: bits), Float(half: bits + 1))
      let middle = (low + high) / 2
      let even = bits % 2 == 0 ? bits : bits + 1
      for (number, expected) in [(middle, even), (middle.nextDown, bits), (middle.nextUp, bits + 1)] {
        if number.halfBits != expected || (-number).halfBits != expected | 0x8000 {
          Issue.record("\(number) became \(number.halfBits) instead of \(expected)")
        }
      }
    }
  }

  @Test func bothEnds() {
    #expect(Float(65_504).halfBits == 0x7bff)
    #expect(Float(65_520).nextDown.halfBits == 0x7bff)
    #expect(Float(65_520).halfBits == 0x7c00)
    #expect((-Float.greatestFiniteMagnitude).halfBits == 0xfc00)
    #expect(Float.infinity.halfBits == 0x7c00)
    #expect((-Float.zero).halfBits == 0x8000)
    #expect(Float.leastNonzeroMagnitude.halfBits == 0)
    #expect(Float(0x1p-25).halfBits == 0)
    #expect(Float(0x1p-25).nextUp.halfBits == 1)
  }
}
