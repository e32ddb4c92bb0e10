import Foundation
import Padawann
import Synchronization

/// Shows how far a computation is, on standard error: a bar with rate and remaining time on a terminal, nothing
/// elsewhere but a line now and then. Thread-safe.
final class ProgressLine: Sendable {
  private struct State {
    var done = 0
    var lastShown: ContinuousClock.Instant
    var isVisible = false
  }

  private let title: String
  private let unit: String
  private let total: Int
  private let start = ContinuousClock.now
  private let isTerminal: Bool
  private let state: Mutex<State>

  /// - Parameters:
  ///   - title: what is going on.
  ///   - total: the number of units that will be done.
  ///   - unit: what is counted, in the plural.
  init(_ title: String, total: Int, unit: String) {
    self.title = title
    self.unit = unit
    self.total = max(total, 1)
    let environment = ProcessInfo.processInfo.environment
    isTerminal = isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb" && environment["CI"] == nil
    state = Mutex(State(lastShown: start))
  }

  /// Counts units that are done.
  func advance(_ count: Int) {
    state.withLock { state in
      state.done += count
      let now = ContinuousClock.now
      guard now - state.lastShown > (isTerminal ? .milliseconds(100) : .seconds(10)) else { return }
      state.lastShown = now
      state.isVisible = true
      write(text(state.done, now) + (isTerminal ? "" : "\n"))
    }
  }

  /// Removes the bar.
  func finish() {
    state.withLock { state in
      if isTerminal, state.isVisible { write("") }
      state.isVisible = false
    }
  }

  private func write(_ text: String) {
    FileHandle.standardError.write(Data(((isTerminal ? "\r\u{1b}[K" : "") + text).utf8))
  }

  /// For example `mnist:test, w 0.5  [######----]  61%  6,100 of 10,000 images  1,200 images/s  3 s left`.
  private func text(_ done: Int, _ now: ContinuousClock.Instant) -> String {
    let filled = min(20, done * 20 / total)
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 20 - filled)
    let rate = Double(done) / max((now - start) / .seconds(1), 0.001)
    let left = rate > 0 ? "  \(Int(Double(max(total - done, 0)) / rate)) s left" : ""
    return
      "\(title)  [\(bar)] \(done * 100 / total)%  \(Format.count(done)) of \(Format.count(total)) \(unit)  "
      + "\(Format.count(Int(rate))) \(unit)/s\(left)"
  }
}
