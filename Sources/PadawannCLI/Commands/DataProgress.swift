import Foundation
import Padawann
import Synchronization

/// Shows a download on standard error: a bar on a terminal, a line for each file elsewhere. It uses no colours.
final class DataProgress: Sendable {
  private struct State {
    var start = ContinuousClock.now
    var startBytes: Int?
    var lastDrawn: ContinuousClock.Instant?
    var barWidth = 0
  }

  private let state = Mutex(State())
  private let isTerminal: Bool

  /// - Parameter environment: `TERM=dumb` and `CI` ask for plain lines.
  init(environment: [String: String] = ProcessInfo.processInfo.environment) {
    isTerminal = isatty(STDERR_FILENO) == 1 && environment["TERM"] != "dumb" && environment["CI"] == nil
  }

  /// Shows what happens.
  func show(_ event: Download.Event) {
    switch event {
    case .present(let path): line("\(path) is there")
    case .started(let file, let address, let present):
      state.withLock { $0 = State() }
      line("\(file) from \(address)" + (present > 0 ? ", going on after \(DataTable.size(present))" : ""))
    case .progress(let file, let received, let expected): bar(file, received, expected)
    case .failed(let address, let reason): line("\(address): \(reason)")
    case .finished(let path, let byteCount): line("\(path) is complete: \(DataTable.size(byteCount))")
    case .unpacking(let archive): line("taking the files out of \(archive)")
    }
  }

  /// Removes the bar, if there is one.
  func end() { write("") }

  private func line(_ text: String) { write("padawann: \(text)\n") }

  /// Writes after wiping the bar.
  private func write(_ text: String, isBar: Bool = false) {
    state.withLock { state in
      let wipe = state.barWidth > 0 ? "\r\(String(repeating: " ", count: state.barWidth))\r" : ""
      state.barWidth = isBar ? text.count : 0
      FileHandle.standardError.write(Data((wipe + text).utf8))
    }
  }

  private func bar(_ file: String, _ received: Int, _ expected: Int?) {
    guard isTerminal else { return }
    let now = ContinuousClock.now
    let rate: Double? = state.withLock { state in
      let startBytes = state.startBytes ?? received
      state.startBytes = startBytes
      // The rate of the first moment is noise.
      guard now - (state.lastDrawn ?? state.start) >= .milliseconds(100) else { return nil }
      state.lastDrawn = now
      return Double(received - startBytes) / max((now - state.start) / .seconds(1), 0.001)
    }
    guard let rate else { return }
    write(Self.text(file, received, expected, rate), isBar: true)
  }

  /// For example `train.gz [######----] 61 %  6.0 of 9.9 MB  1.2 MB/s  3 s left`.
  private static func text(_ file: String, _ received: Int, _ expected: Int?, _ rate: Double) -> String {
    let speed = "\(DataTable.size(Int(rate)))/s"
    guard let expected, expected > 0 else { return "\(file)  \(DataTable.size(received))  \(speed)" }
    let filled = min(20, received * 20 / expected)
    let bar = String(repeating: "#", count: filled) + String(repeating: "-", count: 20 - filled)
    let left = rate > 0 ? "  \(Int(Double(expected - received) / rate)) s left" : ""
    return "\(file) [\(bar)] \(received * 100 / expected) %  \(DataTable.size(received)) of "
      + "\(DataTable.size(expected))  \(speed)\(left)"
  }
}
