import Synchronization

/// What the parts of a piece of work came to, each written once, from any thread.
final class PartResults<Value: Sendable>: Sendable {
  private let values: Mutex<[Value?]>

  /// Makes room for so many.
  init(_ count: Int) { values = Mutex([Value?](repeating: nil, count: count)) }

  /// Keeps what a part came to.
  func set(_ part: Int, _ value: Value) { values.withLock { $0[part] = value } }

  /// All that was kept, in order of the parts.
  var all: [Value] { values.withLock { $0.compactMap { $0 } } }
}
