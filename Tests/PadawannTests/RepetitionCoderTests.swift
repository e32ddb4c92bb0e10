import Testing

@testable import Padawann

@Suite struct RepetitionCoderTests {
  private static func samples() -> [[UInt8]] {
    var generator = KeyedGenerator(3)
    let noise = (0..<5000).map { _ in UInt8(truncatingIfNeeded: generator.next()) }
    let words = (0..<600).flatMap { _ in
      Array(["layer", ".conv", "bn", "relu", "1", "2"][generator.next(below: 6)].utf8)
    }
    return [
      [], [0], [255, 255], [1, 2, 3], [UInt8](repeating: 7, count: 100_000), (0...255).map { $0 }, noise,
      words,
      noise + noise, words + noise + words, Array("abcabcabcabcabc".utf8),
    ]
  }

  @Test func everythingComesBack() throws {
    for sample in Self.samples() {
      let stream = RepetitionCoder.encoded(sample)
      #expect(try RepetitionCoder.decoded(stream) == sample)
      #expect(RepetitionCoder.encoded(sample) == stream)
      #expect(stream.count <= sample.count + sample.count / 4 + 8)
    }
  }

  @Test func whatRepeatsIsSmall() {
    #expect(RepetitionCoder.encoded([UInt8](repeating: 7, count: 100_000)).count < 20)
    let words = Self.samples()[7]
    #expect(RepetitionCoder.encoded(words).count < words.count / 3)
  }

  /// A stream that was changed is an error or other bytes, and never more than may be.
  @Test func whatIsDamagedIsBounded() {
    let sample = Self.samples()[7]
    let stream = RepetitionCoder.encoded(sample)
    var errors = 0
    for bit in stride(from: 0, to: stream.count * 8, by: 3) {
      var damaged = stream
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      guard let bytes = try? RepetitionCoder.decoded(damaged) else {
        errors += 1
        continue
      }
      #expect(bytes.count <= RepetitionCoder.sizeLimit)
    }
    #expect(errors > stream.count)
    for length in 0..<stream.count {
      #expect(throws: PadawannError.self) { try RepetitionCoder.decoded(Array(stream[..<length])) }
    }
    #expect(throws: PadawannError.self) { try RepetitionCoder.decoded(stream + [0]) }
  }

  @Test(arguments: [UInt8(0), 0x55, 0xaa, 0xff]) func nonsenseIsAnError(byte: UInt8) {
    for count in [0, 1, 3, 100, 10_000] {
      let error = #expect(throws: PadawannError.self) {
        try RepetitionCoder.decoded([UInt8](repeating: byte, count: count))
      }
      #expect(error?.kind == .data)
    }
  }
}
