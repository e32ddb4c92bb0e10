import Synchronization

/// A value that is found when it is first asked for. Copies of what holds it share it.
final class Remembered<Value: Sendable>: Sendable {
  private let value = Mutex<Value?>(nil)

  /// The value; `find` is asked once, whoever comes first.
  func value(_ find: () -> Value) -> Value {
    value.withLock { value in
      if let value { return value }
      let found = find()
      value = found
      return found
    }
  }
}
