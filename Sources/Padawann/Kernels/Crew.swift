import Dispatch

/// Threads that do the parts of a piece of work. Which thread does which part never changes a result.
struct Crew: Sendable {
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

  /// A body on its way to other threads, which have finished with it before its memory can change hands.
  private struct Work: @unchecked Sendable {
    let body: (_ part: Int, _ worker: Int) -> Void
  }

  /// Cuts `0..<count` into one range per thread, whose bounds are multiples of `unit`, and does each.
  func share(range count: Int, unit: Int, _ body: (Range<Int>) -> Void) {
    let units = (count + unit - 1) / unit
    let parts = max(1, min(threads, units))
    share(parts) { part, _ in
      let (first, end) = (units * part / parts * unit, min(count, units * (part + 1) / parts * unit))
      if first < end { body(first..<end) }
    }
  }
}
