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

extension ThreadPool {
  /// What a body makes of each of some values, in their order.
  func map<Element, Value: Sendable>(_ elements: [Element], _ body: (Element) -> Value) -> [Value] {
    // More parts than threads, because some values take longer than others.
    let parts = min(elements.count, threads == 1 ? 1 : 16 * threads)
    let results = PartResults<[Value]>(parts)
    shareOneByOne(parts) { part in
      let range = (elements.count * part / parts)..<(elements.count * (part + 1) / parts)
      results.set(part, elements[range].map(body))
    }
    return results.all.flatMap(\.self)
  }
}
