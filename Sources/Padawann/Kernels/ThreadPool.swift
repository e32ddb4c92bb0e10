import Dispatch
import Synchronization

/// Threads that do the parts of a piece of work. Which thread does which part never changes a result.
///
/// They are those of Dispatch, which starts no more than the machine has cores, and does the work on fewer, or on the calling one
/// alone, where the system gives no more.
struct ThreadPool: Sendable {
  /// The number of threads, at least one.
  let threads: Int

  /// Runs a body for every part and waits for all of them. Parts that run at once must write to different places.
  func share(_ parts: Int, _ body: (_ part: Int, _ worker: Int) -> Void) {
    let workers = min(threads, parts)
    guard workers > 1 else {
      for part in 0..<parts { body(part, 0) }
      return
    }
    withoutActuallyEscaping(body) { body in
      let work = Work(body: body)
      DispatchQueue.concurrentPerform(iterations: workers) { worker in
        for part in stride(from: worker, to: parts, by: workers) { work.body(part, worker) }
      }
    }
  }

  /// The same; a thread that is slowed down, or has parts that take long, leaves more of them to the others.
  func shareOneByOne(_ parts: Int, _ body: (_ part: Int) -> Void) {
    let queue = PartQueue(parts)
    share(min(threads, parts)) { _, _ in
      while let part = queue.next() { body(part) }
    }
  }

  /// Runs a body for every part with something of each thread's own, for example its memory. A thread that is slowed down leaves
  /// more parts to the others.
  ///
  /// - Throws: what making that something threw first; then some parts may not have been done.
  func share<Own: ~Copyable>(
    _ parts: Int, making own: () throws(PadawannError) -> Own, _ body: (_ part: Int, borrowing Own) -> Void
  ) throws(PadawannError) {
    let queue = PartQueue(parts)
    func work() {
      do throws(PadawannError) {
        guard queue.hasMore else { return }
        let own = try own()
        while let part = queue.next() { body(part, own) }
      } catch {
        queue.fail(error)
      }
    }
    share(min(threads, parts)) { _, _ in work() }
    if let failure = queue.failure { throw failure }
  }

  /// A body on its way to other threads, which have finished with it before its memory can change hands.
  private struct Work: @unchecked Sendable {
    let body: (_ part: Int, _ worker: Int) -> Void
  }

  /// Numbers from 0 on, each handed out once, until something fails.
  private final class PartQueue: Sendable {
    private let taken = Atomic<Int>(0)
    private let problem = Mutex<PadawannError?>(nil)
    private let count: Int

    init(_ count: Int) { self.count = count }

    var hasMore: Bool { taken.load(ordering: .relaxed) < count }

    func next() -> Int? {
      let number = taken.add(1, ordering: .relaxed).oldValue
      return number < count ? number : nil
    }

    func fail(_ error: PadawannError) {
      problem.withLock { $0 = $0 ?? error }
      taken.store(count, ordering: .relaxed)
    }

    var failure: PadawannError? { problem.withLock { $0 } }
  }

  /// Cuts `0..<count` into one range per thread, whose bounds are multiples of `unit`, and does each.
  func share(range count: Int, unit: Int, _ body: (Range<Int>) -> Void) {
    share(range: count, unit: unit) { range, _ in body(range) }
  }

  /// The same; the body is told the thread.
  func share(range count: Int, unit: Int, _ body: (Range<Int>, _ worker: Int) -> Void) {
    let units = (count + unit - 1) / unit
    let parts = max(1, min(threads, units))
    share(parts) { part, worker in
      let (first, end) = (units * part / parts * unit, min(count, units * (part + 1) / parts * unit))
      if first < end { body(first..<end, worker) }
    }
  }
}
