/// Who becomes a parent (thesis 5.1.3 and 7.7).
public enum ParentSelection: String, Codable, Hashable, Sendable, CaseIterable {
  /// The winner of a tournament among those that survived culling.
  case tournament
  /// The fittest individual is the parent of the whole next generation.
  case singleParent = "single-parent"
}

/// The rank of the winner of a tournament.
///
/// `size` contestants are drawn with replacement from the ranks `0..<survivors`; the fittest, which is the one of the
/// lowest rank, wins. So rank r wins with probability `((m - r)^k - (m - r - 1)^k) / m^k` for m survivors and size k.
///
/// - Parameters:
///   - size: at least 1.
///   - survivors: at least 1.
///   - generator: where the random numbers come from.
package func tournamentWinner(of size: Int, among survivors: Int, using generator: inout KeyedGenerator)
  -> Int
{
  var winner = generator.next(below: survivors)
  for _ in stride(from: 1, to: size, by: 1) { winner = min(winner, generator.next(below: survivors)) }
  return winner
}
