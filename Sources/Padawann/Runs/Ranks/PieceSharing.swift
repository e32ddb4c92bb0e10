/// Where the pieces of a run's work are computed: on all ranks of a job. Without one everything is computed here.
///
/// What a piece comes to is a function of its bytes and of what the run was begun with, so that it does not matter who computes it.
package protocol PieceSharing: Sendable {
  /// How many processes compute, this one among them.
  var ranks: Int { get }

  /// Names what the next pieces belong to, so that every rank can prepare for it.
  func begin(_ task: [UInt8])

  /// What every piece came to, in their order.
  ///
  /// - Parameters:
  ///   - work: what is to be done.
  ///   - computer: this rank's.
  ///   - progress: told the size of every piece that another rank did.
  /// - Throws: whatever went wrong first on any rank; `CancellationError`.
  func answers(
    to work: PieceWork, by computer: some PieceComputer, progress: (@Sendable (Int) -> Void)?
  ) async throws -> [[UInt8]]
}

/// What computes pieces, equal on all ranks.
package protocol PieceComputer: Sendable {
  /// What several pieces are about, read.
  associatedtype Part: Sendable

  /// Reads it.
  ///
  /// - Throws: ``PadawannError`` `data` when it makes no sense.
  func part(_ content: [UInt8]) throws -> Part

  /// Computes a piece.
  ///
  /// - Throws: whatever computing throws; `CancellationError`.
  func answer(_ request: [UInt8], about part: Part) async throws -> [UInt8]
}

/// Work in pieces of bounded size.
package struct PieceWork: Sendable {
  /// One of them.
  package struct Piece: Sendable {
    /// The place in ``PieceWork/parts`` of what it is about.
    let part: Int
    /// How much work it is compared to others, which is also what progress counts.
    let size: Int
    /// What is asked.
    let request: [UInt8]
  }

  /// What pieces are about, each of which a rank is sent once.
  let parts: [[UInt8]]
  let pieces: [Piece]

  init(parts: [[UInt8]], pieces: [Piece]) {
    self.parts = parts
    self.pieces = pieces
  }

  /// Pieces of one size about nothing but what each asks.
  package init(_ requests: [[UInt8]]) {
    self.init(parts: [[]], pieces: requests.map { Piece(part: 0, size: 1, request: $0) })
  }

  /// How long a piece may be, counted in images or the like.
  struct Bounds: Sendable {
    /// No shorter ones are cut, because each has to be prepared.
    let least: Int
    /// No longer ones are cut, because that is what is waited for when a rank is slow.
    let most: Int
    /// All cuts but the ends are multiples of this.
    let unit: Int
  }

  /// Cuts things of some lengths into ranges: first a share of what is left for every rank, so that the last ones, which the end waits
  /// for, are short.
  static func cut(_ lengths: [Int], ranks: Int, _ bounds: Bounds) -> [(thing: Int, range: Range<Int>)] {
    var left = lengths.reduce(0, +)
    var cuts: [(thing: Int, range: Range<Int>)] = []
    for (thing, length) in lengths.enumerated() {
      var start = 0
      while start < length {
        let share = max(bounds.least, min(bounds.most, left / (3 * max(ranks, 1))))
        let whole = (share + bounds.unit - 1) / bounds.unit * bounds.unit
        // No crumbs: what would be left of the thing must be worth a piece.
        let end = length - start - whole < bounds.least ? length : start + whole
        cuts.append((thing, start..<end))
        left -= end - start
        start = end
      }
    }
    return cuts
  }
}
