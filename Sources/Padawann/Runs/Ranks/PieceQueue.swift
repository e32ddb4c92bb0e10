import Synchronization

/// The pieces of some work while ranks compute them: which are left, who has what, and what came of them.
final class PieceQueue: Sendable {
  /// What a rank needs to be sent for its next piece.
  struct Order: Sendable {
    let piece: Int
    /// Whether it lacks the piece's part.
    let needsPart: Bool
    /// The parts that it has and that no piece is left of.
    let done: [Int]
  }

  private struct State {
    /// The pieces that nobody has, the next one last.
    var waiting: [Int]
    var answers: [[UInt8]?]
    var missing: Int
    /// How many pieces of each part nobody has.
    var open: [Int]
    /// The parts that each rank was sent.
    var held: [Int: Set<Int>] = [:]
    /// The piece that each rank computes.
    var taken: [Int: Int] = [:]
    var isClosed = false
  }

  let work: PieceWork
  private let state: Mutex<State>
  private let promise = Promise<[[UInt8]]>()

  init(_ work: PieceWork) {
    self.work = work
    var open = [Int](repeating: 0, count: work.parts.count)
    for piece in work.pieces { open[piece.part] += 1 }
    let order = work.pieces.indices.sorted { (-work.pieces[$0].size, $0) < (-work.pieces[$1].size, $1) }
    state = Mutex(
      State(
        waiting: order.reversed(), answers: [[UInt8]?](repeating: nil, count: order.count),
        missing: order.count, open: open))
    if work.pieces.isEmpty { promise.tell(.success([])) }
  }

  /// Gives a rank its next piece; `nil` when nothing is left for it, or while it has one: of new work the thread that brings it and the
  /// one that takes answers may both ask for the same rank.
  ///
  /// The largest piece that is left comes first; of those of its part the rank may have one already.
  func next(for rank: Int) -> Order? {
    state.withLock { state in
      guard !state.isClosed, state.taken[rank] == nil, let piece = state.waiting.popLast() else { return nil }
      let part = work.pieces[piece].part
      state.open[part] -= 1
      state.taken[rank] = piece
      let done = (state.held[rank] ?? []).filter { state.open[$0] == 0 && $0 != part }.sorted()
      state.held[rank, default: []].subtract(done)
      let isNew = state.held[rank, default: []].insert(part).inserted
      return Order(piece: piece, needsPart: isNew, done: done)
    }
  }

  /// Takes what a piece came to.
  ///
  /// - Throws: ``PadawannError`` `data` for an answer to what the rank was not asked.
  func put(_ answer: [UInt8], piece: Int, from rank: Int) throws(PadawannError) {
    let answers = try state.withLock { state throws(PadawannError) -> [[UInt8]]? in
      guard state.taken[rank] == piece, state.answers[piece] == nil else {
        throw PadawannError(.data, "an answer came to what was not asked")
      }
      state.taken[rank] = nil
      state.answers[piece] = answer
      state.missing -= 1
      return state.missing == 0 ? state.answers.compactMap { $0 } : nil
    }
    if let answers { promise.tell(.success(answers)) }
  }

  /// Gives nothing out any more.
  func fail(_ error: any Error) {
    state.withLock { $0.isClosed = true }
    promise.tell(.failure(error))
  }

  /// Waits for all answers.
  func answers() async throws -> [[UInt8]] { try await promise.value() }
}
