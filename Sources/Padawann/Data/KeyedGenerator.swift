/// A random number generator that is a function of its key alone.
///
/// The key is a list of words such as (seed, generation, individual, operator), so that a number does not depend on what
/// was drawn elsewhere, in which order, or on how many threads. The stream is SplitMix64 (Steele, Lea and Flood, 2014)
/// from a state that hashes the key. Bounded draws and shuffles are our own, because the standard library may change how
/// its own consume a generator.
package struct KeyedGenerator: Sendable {
  private var state: UInt64

  /// The stream of a key; the order of its words matters.
  package init(_ key: UInt64...) {
    state = 0x7061_6461_7761_6e6e
    for word in key {
      state = Self.mix(state ^ Self.mix(word &+ 0x9e37_79b9_7f4a_7c15))
    }
  }

  /// The next 64 random bits.
  package mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.mix(state)
  }

  /// A uniform integer in `0..<bound`, without bias (Lemire, 2019). `bound` must be positive.
  package mutating func next(below bound: Int) -> Int {
    precondition(bound > 0, "a bounded draw needs a positive bound")
    let range = UInt64(bound)
    var product = next().multipliedFullWidth(by: range)
    if product.low < range {
      let threshold = (0 &- range) % range
      while product.low < threshold { product = next().multipliedFullWidth(by: range) }
    }
    return Int(product.high)
  }

  /// A uniform number in `[0, 1)` with 24 random bits, exact in `Float`.
  package mutating func uniform() -> Float { Float(next() >> 40) * 0x1p-24 }

  /// A uniform number in `[0, 1)` with 53 random bits, exact in `Double`.
  package mutating func fraction() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// Shuffles in place (Fisher and Yates).
  package mutating func shuffle<Element>(_ elements: inout [Element]) {
    guard elements.count > 1 else { return }
    for index in stride(from: elements.count - 1, to: 0, by: -1) {
      elements.swapAt(index, next(below: index + 1))
    }
  }

  /// `count` different numbers of `0..<bound`, each subset equally likely, ascending (Floyd's method, or a partial
  /// shuffle when most are drawn). `count` must not exceed `bound`.
  package mutating func distinct(_ count: Int, below bound: Int) -> [Int] {
    precondition((0...bound).contains(count), "more distinct numbers are asked for than there are")
    if count > bound / 4 {
      var all = Array(0..<bound)
      for index in 0..<count { all.swapAt(index, index + next(below: bound - index)) }
      return all[..<count].sorted()
    }
    var chosen = Set<Int>(minimumCapacity: count)
    for top in (bound - count)..<bound {
      let draw = next(below: top + 1)
      chosen.insert(chosen.contains(draw) ? top : draw)
    }
    return chosen.sorted()
  }

  private static func mix(_ word: UInt64) -> UInt64 {
    var z = word
    z = (z ^ (z >> 30)) &* 0xbf58_476d_1ce4_e5b9
    z = (z ^ (z >> 27)) &* 0x94d0_49bb_1331_11eb
    return z ^ (z >> 31)
  }
}
