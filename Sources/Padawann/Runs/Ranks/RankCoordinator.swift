import Foundation
import Synchronization

/// A crew of ranks at work on one run: this one leads, gives out pieces, and computes some itself.
package final class RankCoordinator: PieceSharing, RankCrew {
  private let link: RankLink
  private let followers: [Int]
  private let number = Mutex<UInt32?>(nil)

  private struct State {
    /// What the next pieces belong to, until the followers were told.
    var task: [UInt8]?
    /// The followers that have not said yet that they are ready for it.
    var unready: Set<Int> = []
    var queue: PieceQueue?
    var progress: (@Sendable (Int) -> Void)?
    /// Told when all are ready.
    var ready = Promise<Void>()
    var failure: PadawannError?
  }

  private let state = Mutex(State())
  /// The number of a follower's word that it is ready, which is no piece's.
  static let readiness = UInt32.max

  /// - Parameters:
  ///   - link: this rank's.
  ///   - followers: the other ranks.
  package init(_ link: RankLink, followers: [Int]) {
    self.link = link
    self.followers = followers
    let crew = link.add(self)
    number.withLock { $0 = crew }
  }

  package var ranks: Int { followers.count + 1 }

  package func begin(_ task: [UInt8]) { state.withLock { $0.task = task } }

  package func answers(
    to work: PieceWork, by computer: some PieceComputer, progress: (@Sendable (Int) -> Void)?
  ) async throws -> [[UInt8]] {
    tellTask()
    let queue = PieceQueue(work)
    let failure = state.withLock { state in
      (state.queue, state.progress) = (queue, progress)
      return state.failure
    }
    if let failure { throw failure }
    for follower in followers where !state.withLock({ $0.unready.contains(follower) }) { order(follower) }
    do {
      try await computeOwn(queue, computer)
      let answers = try await queue.answers()
      // Whoever has other data must be found also when all is done without it.
      try await state.withLock { $0.ready }.value()
      return answers
    } catch {
      queue.fail(error)
      throw error
    }
  }

  /// Tells the followers what comes, once.
  private func tellTask() {
    let task = state.withLock { state -> [UInt8]? in
      guard let task = state.task else { return nil }
      state.task = nil
      state.ready = Promise()
      state.unready = Set(followers)
      if followers.isEmpty { state.ready.tell(.success(())) }
      return task
    }
    guard let task else { return }
    for follower in followers { link.send(message(.task, 0, task), to: follower) }
  }

  private func computeOwn<Computer: PieceComputer>(_ queue: PieceQueue, _ computer: Computer) async throws {
    var parts: [Int: Computer.Part] = [:]
    while let order = queue.next(for: link.rank) {
      try Task.checkCancellation()
      let piece = queue.work.pieces[order.piece]
      for part in order.done { parts[part] = nil }
      let part = try parts[piece.part] ?? computer.part(queue.work.parts[piece.part])
      parts[piece.part] = part
      let before = cpuSeconds(CLOCK_PROCESS_CPUTIME_ID)
      let answer = try await computer.answer(piece.request, about: part)
      link.count(pieceSeconds: cpuSeconds(CLOCK_PROCESS_CPUTIME_ID) - before)
      try queue.put(answer, piece: order.piece, from: link.rank)
    }
  }

  /// Gives a follower its next piece.
  private func order(_ follower: Int) {
    guard let queue = state.withLock({ $0.queue }), let order = queue.next(for: follower) else { return }
    let piece = queue.work.pieces[order.piece]
    if order.needsPart { link.send(message(.part, piece.part, queue.work.parts[piece.part]), to: follower) }
    var writer = ByteWriter()
    writer.append(UInt32(piece.part))
    writer.append(UInt32(order.done.count))
    for part in order.done { writer.append(UInt32(part)) }
    link.send(message(.piece, order.piece, writer.bytes + piece.request), to: follower)
  }

  private func message(_ kind: RankMessage.Kind, _ number: Int, _ content: [UInt8]) -> RankMessage {
    RankMessage(kind, crew: self.number.withLock { $0 } ?? 0, number: number, content)
  }

  // MARK: - by the link's thread

  func take(_ message: RankMessage, from rank: Int) throws(PadawannError) {
    if message.number == Self.readiness {
      let ready = state.withLock { state in
        state.unready.remove(rank)
        return state.unready.isEmpty ? state.ready : nil
      }
      ready?.tell(.success(()))
    } else {
      let (queue, progress) = state.withLock { ($0.queue, $0.progress) }
      let piece = Int(message.number)
      guard let queue, queue.work.pieces.indices.contains(piece) else {
        throw PadawannError(.data, "an answer came to what was not asked")
      }
      try queue.put(message.content, piece: piece, from: rank)
      progress?(queue.work.pieces[piece].size)
    }
    order(rank)
  }

  func fail(_ error: PadawannError) {
    let (queue, ready) = state.withLock { state in
      state.failure = state.failure ?? error
      return (state.queue, state.ready)
    }
    queue?.fail(error)
    ready.tell(.failure(error))
  }
}
