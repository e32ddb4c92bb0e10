import Foundation
import Padawann
import Synchronization

/// Shows on standard error how far the work is: a bar with rate and remaining time on a terminal, a plain line every ten
/// seconds elsewhere. It uses no colours and no control sequences. Thread-safe.
final class ProgressLine: Sendable {
  private struct State {
    var work: ProgressBar?
    var start = ContinuousClock.now
    var lastShown = ContinuousClock.now
    /// The length of the bar that stands on the terminal now.
    var visible = 0
    var isSilent = false
  }

  private let isTerminal: Bool
  private let state = Mutex(State())

  /// - Parameter environment: `TERM=dumb` and `CI` ask for plain lines.
  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    isTerminal = isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb" && environment["CI"] == nil
  }

  /// Shows nothing any more: another process shows it.
  func silence() { state.withLock { $0.isSilent = true } }

  /// Begins another piece of work.
  func begin(_ work: ProgressBar) {
    state.withLock { state in
      state.work = work
      state.start = .now
      state.lastShown = state.start
    }
  }

  /// Counts units that are done.
  func advance(_ count: Int) { update { $0.done += count } }

  /// Tells how many units are done of a number that may have become known.
  func reach(_ done: Int, of total: Int?) {
    update { work in
      work.done = done
      work.total = total
    }
  }

  /// Names the work anew, and tells how many units are left; `nil` when that is not known.
  func retitle(_ titles: [String], remaining: Int?) {
    update { work in
      work.titles = titles
      work.total = remaining.map { work.done + $0 }
    }
  }

  /// Tells the user something while the work goes on.
  func note(_ text: String) {
    state.withLock { state in
      guard !state.isSilent else { return }
      wipe(&state)
      Output.note(text)
    }
  }

  /// Removes the bar.
  func finish() {
    state.withLock { state in
      wipe(&state)
      state.work = nil
    }
  }

  private func update(_ change: (inout ProgressBar) -> Void) {
    state.withLock { state in
      guard var work = state.work else { return }
      change(&work)
      state.work = work
      let now = ContinuousClock.now
      guard now - state.lastShown > (isTerminal ? .milliseconds(100) : .seconds(10)) else { return }
      state.lastShown = now
      show(work, seconds: (now - state.start) / .seconds(1), &state)
    }
  }

  private func show(_ work: ProgressBar, seconds: Double, _ state: inout State) {
    guard !state.isSilent else { return }
    guard isTerminal else { return Output.note(work.text(seconds: seconds)) }
    wipe(&state)
    // A bar that wraps could not be wiped.
    let text = work.text(seconds: seconds, width: TerminalQuery.width(of: STDERR_FILENO) - 1)
    state.visible = text.count
    Output.writeError(text)
  }

  private func wipe(_ state: inout State) {
    guard state.visible > 0 else { return }
    Output.writeError("\r\(String(repeating: " ", count: state.visible))\r")
    state.visible = 0
  }
}

extension ProgressLine {
  /// Shows what a download does.
  func show(_ event: DownloadEvent) {
    switch event {
    case .present(let path): note("\(path) is there")
    case .started(let file, let address, let present):
      note("\(file) from \(address)" + (present > 0 ? ", going on after \(Format.size(present))" : ""))
      begin(ProgressBar(file, of: .bytes, done: present))
    case .progress(_, let received, let expected): reach(received, of: expected)
    case .failed(let address, let reason): note("\(address): \(reason)")
    case .finished(let path, let byteCount): note("\(path) is complete: \(Format.size(byteCount))")
    case .unpacking(let archive): note("taking the files out of \(archive)")
    }
  }
}
