import Testing

@testable import Padawann

@Suite("WANN: numbers by keys")
struct KeyTableTests {
  @Test("it has what a dictionary has, however often a key is there and however many there are")
  func dictionary() {
    var table = KeyTable()
    var expected: [UInt64: [Int32]] = [:]
    var generator = KeyedGenerator(1, 2)
    var meaning: [Int32: UInt64] = [:]
    for step in 0..<30_000 {
      // Keys whose low bits are the same, so that places are taken, and things that share a key.
      let thing = UInt64(generator.next(below: 9_000))
      let key = (thing / 3) << 12
      let known = expected[key, default: []].first { meaning[$0] == thing }
      let new = Int32(step)
      #expect(table.number(of: key, where: { meaning[$0] == thing }) == known)
      guard known == nil else { continue }
      table.keep(new, key: key)
      expected[key, default: []].append(new)
      meaning[new] = thing
    }
    #expect(meaning.count > 8_000)
  }
}
