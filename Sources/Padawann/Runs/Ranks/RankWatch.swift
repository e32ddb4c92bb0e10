/// Who was heard of when: rank 0 listens to all, the others to rank 0.
struct RankWatch {
  private let rank: Int
  private let count: Int
  private let patience: Duration
  private var heard: [ContinuousClock.Instant]
  private var spoke: ContinuousClock.Instant
  private var looked: ContinuousClock.Instant

  init(rank: Int, count: Int, patience: Duration) {
    self.rank = rank
    self.count = count
    self.patience = patience
    looked = .now
    spoke = looked
    heard = [ContinuousClock.Instant](repeating: looked, count: rank == 0 ? count : 1)
  }

  /// Whom this rank tells that it lives, and who must tell it.
  var listeners: Range<Int> { rank == 0 ? 1..<max(count, 1) : 0..<1 }

  /// A word from a rank.
  mutating func hear(_ source: Int) {
    if heard.indices.contains(source) { heard[source] = .now }
  }

  /// Whether a second has passed since this rank said that it lives.
  var isTimeToSpeak: Bool {
    mutating get {
      let now = ContinuousClock.now
      guard now - spoke > .seconds(1) else { return false }
      spoke = now
      return true
    }
  }

  /// The first rank of which nothing was heard for too long.
  ///
  /// Time in which this rank itself did not run, because its job was suspended, does not count. The others give up on rank 0 one after
  /// the other, so that the first ends them all and one message is told.
  var lost: Int? {
    mutating get {
      let now = ContinuousClock.now
      if now - looked > .seconds(2) { for place in heard.indices { heard[place] = now } }
      looked = now
      let patience = self.patience + .milliseconds(200 * min(rank, 50))
      return listeners.first { now - heard[$0] > patience }
    }
  }
}
