/// The best approximation of one layer's weights by -a, 0 and a, for every number of edges that are not 0.
///
/// Of k edges it is that of the k largest absolute weights, worth their mean: no other choice of edges and magnitude has a smaller
/// squared error (Li, Zhang & Liu 2016, Ternary Weight Networks, whose approximate threshold is not needed: sorting is exact).
package struct TernaryFit: Sendable, Hashable {
  /// The edges of the layer, pruned ones included.
  package let edgeCount: Int
  /// The number of edges to choose from: those whose weight is not 0.
  package var count: Int { order.count }
  /// The number of edges that explains most; of equals the smallest. 0 where there is nothing to choose from.
  package let best: Int

  /// The edges to choose from, the largest absolute weight first, of equals the first edge.
  private let order: [UInt32]
  /// The sum of the k largest absolute weights at k, from 0 to ``count``.
  private let sums: [Double]
  /// The sum of the squares of all weights.
  private let squares: Double

  /// Sorts the weights of a layer.
  ///
  /// - Parameter numbers: finite, one for each edge; 0 is a pruned edge, which is never chosen.
  /// - Complexity: O(n log n).
  package init(_ numbers: [Float]) {
    edgeCount = numbers.count
    // Absolute values of floats are ordered as their bits are; below these stands the edge, which decides between equals.
    let keys = numbers.indices.lazy.filter { numbers[$0] != 0 }.map { edge in
      UInt64(~numbers[edge].magnitude.bitPattern) << 32 | UInt64(edge)
    }
    order = keys.sorted().map { UInt32(truncatingIfNeeded: $0) }
    var (sum, squares) = (0.0, 0.0)
    var sums = [0.0]
    for edge in order {
      let weight = Double(numbers[Int(edge)].magnitude)
      sum += weight
      squares += weight * weight
      sums.append(sum)
    }
    self.sums = sums
    self.squares = squares
    var (best, most) = (0, 0.0)
    for k in 0..<sums.count {
      let share = Self.explained(sums[k], k, squares)
      if share > most { (best, most) = (k, share) }
    }
    self.best = best
  }

  /// Sorts the numbers that the edges of a layer have of their own; those that are pruned are not chosen, even where their numbers
  /// are kept.
  package init(_ weights: EdgeWeights) { self.init(weights.numbers(.own)) }

  /// The share of the sum of squares of the weights that the best fit with k edges explains, from 0 to 1: 1 minus its squared error
  /// over that sum.
  ///
  /// - Parameter k: from 0 to ``count``.
  package func explained(_ k: Int) -> Double { Self.explained(sums[k], k, squares) }

  /// What the k edges are worth in the best fit with k edges: the mean of their absolute weights; 0 for no edges.
  ///
  /// - Parameter k: from 0 to ``count``.
  package func magnitude(_ k: Int) -> Double { k == 0 ? 0 : sums[k] / Double(k) }

  /// The k largest absolute weights; of equals the first.
  ///
  /// - Parameter k: from 0 to ``count``.
  package func mask(_ k: Int) -> Bitmask {
    var mask = Bitmask(repeating: false, count: edgeCount)
    for edge in order.prefix(k) { mask[Int(edge)] = true }
    return mask
  }

  private static func explained(_ sum: Double, _ k: Int, _ squares: Double) -> Double {
    k == 0 ? 0 : min(1, sum * sum / (Double(k) * squares))
  }
}
