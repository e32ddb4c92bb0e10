import Dispatch
import Foundation

/// Turns SIGINT and SIGTERM into the cancellation of a task, so that what it was doing ends in good order.
struct Interruption {
  private static let signals = [SIGINT, SIGTERM]

  /// Lets SIGQUIT end the program at once, as it does any other: the reporter of crashes that Swift's runtime runs on it stops
  /// every thread first, and can wait for one of them for ever.
  static func letQuitEnd() { signal(SIGQUIT, SIG_DFL) }

  /// Runs work that is cancelled by the first signal; the second ends the program at once.
  func run<Result: Sendable>(_ work: @escaping @Sendable () async throws -> Result) async throws -> Result {
    let task = Task { try await work() }
    let sources = Self.signals.map { number in
      signal(number, SIG_IGN)
      let source = DispatchSource.makeSignalSource(signal: number, queue: .global())
      source.setEventHandler {
        task.cancel()
        signal(number, SIG_DFL)
      }
      source.resume()
      return source
    }
    defer {
      for source in sources { source.cancel() }
      for number in Self.signals { signal(number, SIG_DFL) }
    }
    return try await task.value
  }
}
