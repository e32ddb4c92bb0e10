import Dispatch
import Foundation
import Synchronization

/// One rank's connection to the others: a thread of its own sends, receives, says every second that this rank lives, and notices when
/// another does not.
package final class RankLink: Sendable {
  /// The number of this rank.
  package let rank: Int
  /// How many there are.
  package let count: Int
  /// What the ranks must have in common.
  let greeting: RankGreeting
  /// After so long without a word a rank counts as lost.
  let patience: Duration
  /// What was asked of this rank, in order.
  let orders: AsyncStream<(message: RankMessage, source: Int)>

  struct State {
    var outbox: [(message: [UInt8], rank: Int)] = []
    var crews: [UInt32: any RankCrew] = [:]
    var hosts: [Int: String] = [:]
    var failure: PadawannError?
    /// Whether another rank is lost, so that nothing can be ended in good order.
    var isBroken = false
    /// What ends the work of this rank.
    var cancel: (@Sendable () -> Void)?
    /// The exit code with which the job ends.
    var code: Int32?
    var isClosing = false
    var traffic = RankTraffic()
  }

  let state = Mutex(State())
  /// Told when rank 0 has ended the job, or cannot any more.
  let over = Promise<Void>()
  private let ordering: AsyncStream<(message: RankMessage, source: Int)>.Continuation
  private let wake = DispatchSemaphore(value: 0)
  private let ended = DispatchSemaphore(value: 0)

  /// Meets the other ranks.
  ///
  /// - Parameters:
  ///   - greeting: what this rank is.
  ///   - patience: after so long without a word a rank counts as lost.
  ///   - making: makes what messages travel by, on the thread that uses it.
  /// - Throws: whatever making it throws.
  package static func open(
    _ greeting: RankGreeting, patience: Duration = .seconds(10),
    _ making: @escaping @Sendable () throws(PadawannError) -> any RankTransport
  ) async throws -> RankLink {
    try await withCheckedThrowingContinuation { continuation in
      Thread.detachNewThread {
        do {
          let transport = try making()
          let link = RankLink(transport, greeting, patience)
          continuation.resume(returning: link)
          link.serve(transport)
        } catch {
          continuation.resume(throwing: error)
        }
      }
    }
  }

  private init(_ transport: any RankTransport, _ greeting: RankGreeting, _ patience: Duration) {
    rank = transport.rank
    count = transport.count
    self.greeting = greeting
    self.patience = patience
    (orders, ordering) = AsyncStream.makeStream()
    if rank > 0 { send(RankMessage(.greeting, greeting.encoded), to: 0) }
  }

  // MARK: - what other threads ask

  /// Sends a message; never waits.
  func send(_ message: RankMessage, to rank: Int) {
    let bytes = message.encoded
    state.withLock { $0.outbox.append((bytes, rank)) }
    wake.signal()
  }

  /// Lets a crew have the answers that are for it.
  func add(_ crew: any RankCrew) -> UInt32 {
    state.withLock { state in
      let number = UInt32(state.crews.count)
      state.crews[number] = crew
      return number
    }
  }

  /// Ends all work: on rank 0 with this error, on the others by telling rank 0 of it. Only the first counts.
  func fail(_ error: PadawannError) {
    guard rank == 0 else { return send(RankMessage(.failure, error.sent), to: 0) }
    stopWorking(error)
  }

  /// What ended the work; on another rank than 0 only that rank 0 is lost.
  package var failure: PadawannError? { state.withLock { $0.failure } }

  /// The exit code with which rank 0 ended the job, if it did.
  package var stopCode: Int32? { state.withLock { $0.code } }

  /// What was sent and received.
  package var traffic: RankTraffic { state.withLock { $0.traffic } }

  /// Counts what this rank's own pieces took.
  func count(pieceSeconds seconds: Double) { state.withLock { $0.traffic.pieceSeconds += seconds } }

  /// What the user is told that a rank is.
  func name(of rank: Int) -> String {
    let host = state.withLock { $0.hosts[rank] }
    return "rank \(rank)" + (host.map { " on \($0)" } ?? "")
  }

  /// Runs the work of this rank, which ends when any rank's fails.
  ///
  /// - Throws: what failed first, on whatever rank.
  package func run<Result: Sendable>(_ body: @escaping @Sendable () async throws -> Result) async throws
    -> Result
  {
    let task = Task { try await body() }
    let isOver = state.withLock { state in
      state.cancel = { task.cancel() }
      return state.failure != nil || state.code != nil
    }
    if isOver { task.cancel() }
    do {
      return try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
    } catch {
      guard let failure else { throw error }
      // What was interrupted says best how to go on.
      let remedy = failure.kind == .interrupted ? (error as? PadawannError)?.remedy : nil
      throw PadawannError(
        failure.kind, failure.message, at: failure.location, remedy: remedy ?? failure.remedy)
    }
  }

  /// Ends the job with an exit code on rank 0; on the others parts from it. Waits for a few seconds at most.
  package func end(_ code: Int32) {
    if rank == 0 {
      for other in 1..<max(count, 1) { send(RankMessage(.stop, ByteWriter.number(code)), to: other) }
    }
    state.withLock { state in
      state.code = state.code ?? code
      state.isClosing = true
    }
    wake.signal()
    _ = ended.wait(timeout: .now() + 10)
  }

  private func stopWorking(_ error: PadawannError, isBroken: Bool = false) {
    let (cancel, crews) = state.withLock { state in
      state.failure = state.failure ?? error
      state.isBroken = state.isBroken || isBroken
      return (state.cancel, Array(state.crews.values))
    }
    for crew in crews { crew.fail(error) }
    cancel?()
  }

  // MARK: - the thread

  private func serve(_ transport: any RankTransport) {
    var watch = RankWatch(rank: rank, count: count, patience: patience)
    var pause = 100
    while !isClosed(transport) {
      do throws(PadawannError) {
        let hasSent = try sendAll(transport)
        let hasReceived = try receiveAll(transport, &watch)
        // Microseconds: soon where an answer is likely, otherwise so that looking takes no processor's time.
        pause = hasSent || hasReceived ? 100 : min(pause * 2, 1000)
        if watch.isTimeToSpeak { for other in watch.listeners { send(RankMessage(.alive), to: other) } }
        if let lost = watch.lost { throw Self.lost(name(of: lost), patience) }
      } catch {
        stopWorking(error, isBroken: true)
        ordering.finish()
        over.tell(.success(()))
      }
      state.withLock { $0.traffic.linkSeconds = cpuSeconds(CLOCK_THREAD_CPUTIME_ID) }
      _ = wake.wait(timeout: .now() + .microseconds(pause))
    }
    let (isBroken, code) = state.withLock { ($0.isBroken, $0.code) }
    if isBroken { transport.abort(code ?? 1) } else { transport.close() }
    ended.signal()
  }

  private static func lost(_ name: String, _ patience: Duration) -> PadawannError {
    PadawannError(
      .interrupted,
      "\(name) is lost: it said nothing for \(patience.components.seconds) seconds; nothing is lost of the steps that were done",
      remedy: "Go on with the run when the machine is back, or without it")
  }

  private func isClosed(_ transport: any RankTransport) -> Bool {
    let (isClosing, isEmpty, isBroken) = state.withLock { ($0.isClosing, $0.outbox.isEmpty, $0.isBroken) }
    guard isClosing, !isBroken else { return isClosing }
    return isEmpty && (try? transport.isIdle()) ?? true
  }

  private func sendAll(_ transport: any RankTransport) throws(PadawannError) -> Bool {
    let messages = state.withLock { state in
      defer { state.outbox = [] }
      for (message, _) in state.outbox { state.traffic.count(sent: message.count) }
      return state.outbox
    }
    for (message, rank) in messages { try transport.send(message, to: rank) }
    return !messages.isEmpty
  }

  private func receiveAll(_ transport: any RankTransport, _ watch: inout RankWatch) throws(PadawannError)
    -> Bool
  {
    var isBusy = false
    while let (bytes, source) = try transport.receive() {
      isBusy = true
      watch.hear(source)
      state.withLock { $0.traffic.count(received: bytes.count) }
      do throws(PadawannError) {
        try take(RankMessage(bytes), source)
      } catch {
        fail(error.inside("from \(name(of: source))"))
      }
    }
    return isBusy
  }

  private func take(_ message: RankMessage, _ source: Int) throws(PadawannError) {
    switch message.kind {
    case .alive: break
    case .greeting: try greet(RankGreeting(message.content), source)
    case .answer: try state.withLock({ $0.crews[message.crew] })?.take(message, from: source)
    case .failure: fail(try PadawannError(sent: message.content).inside(name(of: source)))
    case .task, .part, .piece: ordering.yield((message, source))
    case .stop:
      var reader = ByteReader(message.content)
      let code = Int32(bitPattern: try reader.integer(UInt32.self))
      let cancel = state.withLock { state in
        state.code = code
        return state.cancel
      }
      ordering.finish()
      over.tell(.success(()))
      cancel?()
    }
  }

  private func greet(_ other: RankGreeting, _ source: Int) throws(PadawannError) {
    state.withLock { $0.hosts[source] = other.host }
    do throws(PadawannError) {
      try greeting.check(other)
    } catch {
      fail(error.inside(name(of: source)))
    }
  }
}

/// What gives pieces to ranks and takes their answers.
protocol RankCrew: Sendable {
  func take(_ message: RankMessage, from rank: Int) throws(PadawannError)
  func fail(_ error: PadawannError)
}

extension ByteWriter {
  static func number(_ value: some FixedWidthInteger) -> [UInt8] {
    var writer = ByteWriter()
    writer.append(value)
    return writer.bytes
  }
}
