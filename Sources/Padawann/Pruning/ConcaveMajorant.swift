/// The lowest concave curve that nowhere lies below a worth of every number of edges, by its corners.
///
/// Whatever the price of an edge is, the number of edges that is worth most after it is paid is one of the corners.
struct ConcaveMajorant: Sendable {
  /// The numbers of edges at the corners, ascending.
  private(set) var counts: [Int] = []
  /// The slope after each corner but the last, strictly descending: what an edge is worth there.
  private(set) var slopes: [Double] = []

  /// Finds the corners.
  ///
  /// - Parameters:
  ///   - range: the numbers of edges.
  ///   - worth: what so many edges are worth; finite.
  /// - Complexity: O(n).
  init(_ range: ClosedRange<Int>, _ worth: (Int) -> Double) {
    var heights: [Double] = []
    for k in range {
      let height = worth(k)
      while let last = counts.last {
        let slope = (height - heights[heights.count - 1]) / Double(k - last)
        guard let before = slopes.last, before <= slope else {
          slopes.append(slope)
          break
        }
        counts.removeLast()
        heights.removeLast()
        slopes.removeLast()
      }
      counts.append(k)
      heights.append(height)
    }
  }

  /// The number of edges that is worth most when each costs `price`; of equals the smallest.
  func best(at price: Double) -> Int { counts[corner(at: price)] }

  /// What an edge more is worth there: the slope after ``best(at:)``; `nil` at the end.
  func slope(after price: Double) -> Double? {
    let corner = corner(at: price)
    return corner < slopes.count ? slopes[corner] : nil
  }

  /// The first corner after which the slope is at most `price`.
  private func corner(at price: Double) -> Int {
    var (low, high) = (0, slopes.count)
    while low < high {
      let middle = (low + high) / 2
      if slopes[middle] > price { low = middle + 1 } else { high = middle }
    }
    return low
  }
}
