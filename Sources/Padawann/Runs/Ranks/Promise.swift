import Synchronization

/// Something that is waited for by one task, and told by any thread.
final class Promise<Value: Sendable>: Sendable {
  private enum State {
    case open
    case awaited(CheckedContinuation<Value, any Error>)
    case told(Result<Value, any Error>)
  }

  private let state = Mutex(State.open)

  /// Tells it; only the first time counts.
  func tell(_ result: Result<Value, any Error>) {
    let waiting = state.withLock { state -> CheckedContinuation<Value, any Error>? in
      switch state {
      case .told: return nil
      case .open:
        state = .told(result)
        return nil
      case .awaited(let continuation):
        state = .told(result)
        return continuation
      }
    }
    waiting?.resume(with: result)
  }

  /// Waits for it.
  ///
  /// - Throws: the error that it was told, `CancellationError`.
  func value() async throws -> Value {
    try await withTaskCancellationHandler {
      try await withCheckedThrowingContinuation { continuation in
        let known = state.withLock { state -> Result<Value, any Error>? in
          if case .told(let result) = state { return result }
          state = .awaited(continuation)
          return nil
        }
        if let known { continuation.resume(with: known) }
      }
    } onCancel: {
      tell(.failure(CancellationError()))
    }
  }
}
