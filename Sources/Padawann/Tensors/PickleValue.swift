/// What a pickle describes, as data. Values refer to each other by their place in ``Pickle/values``, so that a value that
/// is used a thousand times is there once, cycles are harmless and nesting costs no stack.
enum PickleValue {
  case none
  case truth(Bool)
  case integer(Int)
  /// An integer beyond 64 bits: two's complement, little-endian.
  case wide([UInt8])
  case real(Double)
  case text(String)
  case bytes([UInt8])
  case global(PickleGlobal)
  case tuple([Int])
  /// A list or a set.
  case list([Int])
  /// Keys and values, alternating.
  case dictionary([Int])
  /// An object outside the pickle, with the place of its identifier.
  case persistent(Int)
  /// What a callable would return for the tuple of arguments at a place. It is never called.
  case reduced(PickleGlobal, arguments: Int)
}

/// A whole pickle.
struct Pickle {
  var values: [PickleValue]
  var root: Int

  /// The value at a place.
  subscript(index: Int) -> PickleValue { values[index] }

  /// The text at a place; Python 2 wrote it as bytes.
  func text(_ index: Int) -> String? {
    if case .text(let text) = values[index] { return text }
    return nil
  }

  /// The integer at a place.
  func integer(_ index: Int) -> Int? {
    if case .integer(let value) = values[index] { return value }
    return nil
  }

  /// The items of a tuple or a list.
  func items(_ index: Int) -> [Int]? {
    switch values[index] {
    case .tuple(let items), .list(let items): items
    case .reduced(.size, let arguments): tuple(arguments)?.first.flatMap(tuple)
    default: nil
    }
  }

  /// The items of a tuple.
  func tuple(_ index: Int) -> [Int]? {
    if case .tuple(let items) = values[index] { return items }
    return nil
  }

  /// A tuple or a list of integers.
  func integers(_ index: Int) -> [Int]? {
    guard let items = items(index), items.count <= 64 else { return nil }
    let integers = items.compactMap(integer)
    return integers.count == items.count ? integers : nil
  }

  /// The pairs of a dictionary, in order.
  func pairs(_ index: Int) -> [(key: Int, value: Int)]? {
    guard case .dictionary(let items) = values[index] else { return nil }
    return stride(from: 0, to: items.count - 1, by: 2).map { (items[$0], items[$0 + 1]) }
  }
}
