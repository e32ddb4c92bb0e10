/// Numbers by keys of 64 bits that are well mixed already, so that nothing more is made of them: open addressing with linear probing.
struct KeyTable {
  private struct Entry {
    var key: UInt64
    /// -1 for a free place.
    var number: Int32
  }

  private static let free = Entry(key: 0, number: -1)
  // Their count is a power of two, and at least twice as many as are taken.
  private var entries = [Entry](repeating: KeyTable.free, count: 1 << 10)
  private var count = 0

  /// The number that was kept under a key and that is the right one; `nil` where there is none.
  ///
  /// - Parameters:
  ///   - key: of what is looked for; others may have the same.
  ///   - isRight: whether a number that is kept under the key is meant.
  func number(of key: UInt64, where isRight: (Int32) -> Bool) -> Int32? {
    var place = Int(truncatingIfNeeded: key) & (entries.count - 1)
    while entries[place].number >= 0 {
      if entries[place].key == key, isRight(entries[place].number) { return entries[place].number }
      place = (place + 1) & (entries.count - 1)
    }
    return nil
  }

  /// Keeps a number, which is not negative, under a key, besides those that are kept under it already.
  mutating func keep(_ number: Int32, key: UInt64) {
    count += 1
    if 2 * count > entries.count { grow() }
    put(Entry(key: key, number: number))
  }

  private mutating func put(_ entry: Entry) {
    var place = Int(truncatingIfNeeded: entry.key) & (entries.count - 1)
    while entries[place].number >= 0 { place = (place + 1) & (entries.count - 1) }
    entries[place] = entry
  }

  private mutating func grow() {
    let old = entries
    entries = [Entry](repeating: KeyTable.free, count: 2 * old.count)
    for entry in old where entry.number >= 0 { put(entry) }
  }
}
