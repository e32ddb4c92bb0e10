import Foundation
import Synchronization

#if canImport(FoundationNetworking)
  import FoundationNetworking
#endif

/// Receives one answer of a server and appends its body to a partial file.
final class BodyReceiver: NSObject, URLSessionDataDelegate {
  private struct State {
    var continuation: CheckedContinuation<Void, any Error>?
    /// How it ended, when that was before anyone waited for it.
    var outcome: Result<Void, any Error>?
    var problem: PadawannError?
    var lastSign = ContinuousClock.now
    var received: Int
  }

  private let file: PublishedFile
  private let part: PartialFile
  private let present: Int
  private let report: DownloadEvent.Receiver
  private let state: Mutex<State>

  init(file: PublishedFile, part: PartialFile, present: Int, report: @escaping DownloadEvent.Receiver) {
    self.file = file
    self.part = part
    self.present = present
    self.report = report
    state = Mutex(State(received: present))
  }

  /// Asks for what is missing and waits until all of it is on disk.
  ///
  /// - Parameter timeout: the longest time in seconds without any sign of the server.
  /// - Throws: ``PadawannError`` `unavailable` for whatever the server or the connection did wrong, `inputOutput` for the
  ///   disk; `CancellationError`.
  func receive(_ url: URL, timeout: Double) async throws {
    // The session's own timer runs a little longer than ours, whose message says how long it was.
    var request = URLRequest(
      url: url, cachePolicy: .reloadIgnoringLocalCacheData, timeoutInterval: timeout + 5)
    request.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
    if present > 0 { request.setValue("bytes=\(present)-", forHTTPHeaderField: "Range") }
    let session = URLSession(configuration: .ephemeral, delegate: self, delegateQueue: nil)
    defer { session.finishTasksAndInvalidate() }
    try await open(url, in: session, timeout: timeout)
    let task = session.dataTask(with: request)
    let guardian = Task { try await watch(task, timeout: timeout) }
    defer { guardian.cancel() }
    do {
      try await withTaskCancellationHandler {
        try await result(of: task)
      } onCancel: {
        task.cancel()
      }
    } catch {
      // The session reports a cancellation as one more broken connection.
      try Task.checkCancellation()
      throw error
    }
  }

  /// Opens the connection over which a large body then comes, with a question whose answer does not matter.
  ///
  /// Outside Apple's systems, a session goes on asking whether a connection that it opened can be written to. It always
  /// can, and so a session spins for as long as the body of its first request takes; over an open connection it waits.
  private func open(_ url: URL, in session: URLSession, timeout: Double) async throws {
    #if canImport(FoundationNetworking)
      guard (file.byteCount ?? 0) > 1 << 20 else { return }
      var request = URLRequest(
        url: url, cachePolicy: .reloadIgnoringLocalCacheData, timeoutInterval: min(timeout, 5))
      request.httpMethod = "HEAD"
      _ = try? await session.data(for: request)
      try Task.checkCancellation()
    #endif
  }

  private func result(of task: URLSessionDataTask) async throws {
    try await withCheckedThrowingContinuation { continuation in
      let outcome = state.withLock { state in
        state.lastSign = .now
        if state.outcome == nil { state.continuation = continuation }
        return state.outcome
      }
      if let outcome { continuation.resume(with: outcome) } else { task.resume() }
    }
  }

  private func watch(_ task: URLSessionDataTask, timeout: Double) async throws {
    while true {
      try await Task.sleep(for: .seconds(min(max(timeout / 10, 0.01), 1)))
      if ContinuousClock.now - state.withLock({ $0.lastSign }) > .seconds(timeout) {
        stop(task, PadawannError(.unavailable, "the server was silent for \(Self.text(timeout)) seconds"))
        return
      }
    }
  }

  private static func text(_ seconds: Double) -> String {
    seconds == seconds.rounded() && abs(seconds) < 1e9 ? String(Int(seconds)) : String(seconds)
  }

  private func stop(_ task: URLSessionTask, _ problem: PadawannError) {
    state.withLock { $0.problem = $0.problem ?? problem }
    task.cancel()
  }

  func urlSession(
    _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
    completionHandler: @escaping (URLSession.ResponseDisposition) -> Void
  ) {
    do throws(PadawannError) {
      try check(response)
      completionHandler(.allow)
    } catch {
      state.withLock { $0.problem = $0.problem ?? error }
      completionHandler(.cancel)
    }
  }

  func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
    let received = state.withLock { state -> Int? in
      guard state.problem == nil else { return nil }
      state.lastSign = .now
      state.received += data.count
      return state.received
    }
    guard let received else { return }
    do throws(PadawannError) {
      guard received <= file.byteCount ?? .max else {
        throw PadawannError(
          .unavailable, "the server sends more than the file’s \(file.byteCount ?? 0) bytes")
      }
      try part.append(data)
      report(.progress(file: file.name, received: received, expected: file.byteCount))
    } catch {
      stop(dataTask, error)
    }
  }

  func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
    let (continuation, outcome) = state.withLock { state in
      let failure = state.problem ?? error.map { PadawannError(.unavailable, Self.reason($0)) }
      let outcome: Result<Void, any Error> = failure.map { .failure($0) } ?? .success(())
      state.outcome = outcome
      defer { state.continuation = nil }
      return (state.continuation, outcome)
    }
    continuation?.resume(with: outcome)
  }

  /// Looks at the head of an answer before any of its body is taken.
  private func check(_ response: URLResponse) throws(PadawannError) {
    guard let answer = response as? HTTPURLResponse else {
      throw PadawannError(.unavailable, "the server does not speak HTTP")
    }
    state.withLock { $0.lastSign = .now }
    if answer.statusCode == 416 { try part.clear() }
    guard answer.statusCode == 200 || (answer.statusCode == 206 && present > 0) else {
      throw PadawannError(.unavailable, "the server answers \(answer.statusCode)")
    }
    func header(_ name: String) -> String? { answer.value(forHTTPHeaderField: name)?.lowercased() }
    if header("Content-Type")?.hasPrefix("text/html") == true {
      throw PadawannError(.unavailable, "the server sends a web page instead of the file")
    }
    let resumes = answer.statusCode == 206
    if resumes, header("Content-Range")?.hasPrefix("bytes \(present)-") != true {
      throw PadawannError(.unavailable, "the server goes on from the wrong place")
    }
    if !resumes, present > 0 {
      // A server without ranges sends the whole file again.
      try part.clear()
      state.withLock { $0.received = 0 }
    }
    try checkSize(header("Content-Length").flatMap { Int($0) }, from: resumes ? present : 0)
  }

  private func checkSize(_ length: Int?, from start: Int) throws(PadawannError) {
    guard let expected = file.byteCount, let length, length != expected - start else { return }
    throw PadawannError(
      .unavailable, "the server announces \(length) bytes where \(expected - start) are missing")
  }

  private static func reason(_ error: any Error) -> String {
    switch (error as? URLError)?.code {
    case .cannotConnectToHost: "the connection is refused"
    case .cannotFindHost, .dnsLookupFailed: "there is no such server, or no network"
    case .notConnectedToInternet: "there is no network"
    case .networkConnectionLost: "the connection was cut"
    case .timedOut: "the server was silent for too long"
    case .cancelled: "the download was stopped"
    default: error.localizedDescription
    }
  }
}
