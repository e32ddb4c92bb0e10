import Synchronization

/// Numbers from 0 on, each handed out once, so that a task that is slowed down leaves more to the others.
final class WorkQueue: Sendable {
  private let taken = Atomic<Int>(0)
  private let count: Int

  /// As many numbers as there are pieces of work.
  init(_ count: Int) { self.count = count }

  /// The next number; `nil` when none is left.
  func next() -> Int? {
    let number = taken.add(1, ordering: .relaxed).oldValue
    return number < count ? number : nil
  }
}
