extension KeyedGenerator {
  /// Draws different positions, one after another, each with probabilities proportional to the weights of those that are left.
  ///
  /// Only additions, multiplications and comparisons decide, so that the draw is the same on every machine.
  ///
  /// - Parameters:
  ///   - count: how many, at most as many as there are.
  ///   - weights: positive and finite, and so is their sum.
  /// - Returns: positions in the order in which they were drawn.
  mutating func distinct(_ count: Int, weights: [Double]) -> [Int] {
    precondition((0...weights.count).contains(count), "more distinct positions are asked for than there are")
    var chosen: [Int] = []
    chosen.reserveCapacity(count)
    var isTaken = [Bool](repeating: false, count: weights.count)
    var wheel = Wheel(Array(weights.indices), weights)
    var taken = 0.0
    while chosen.count < count {
      // So that at least every other draw hits one that is left.
      if taken > wheel.total / 2 {
        wheel = Wheel(wheel.positions.filter { !isTaken[$0] }, weights)
        taken = 0
      }
      let position = wheel.position(at: fraction() * wheel.total)
      guard !isTaken[position] else { continue }
      isTaken[position] = true
      taken += weights[position]
      chosen.append(position)
    }
    return chosen
  }
}

/// Positions side by side, each as wide as its weight.
private struct Wheel {
  let positions: [Int]
  /// Where each ends.
  private let ends: [Double]

  init(_ positions: [Int], _ weights: [Double]) {
    self.positions = positions
    var end = 0.0
    ends = positions.map { position in
      end += weights[position]
      return end
    }
  }

  var total: Double { ends.last ?? 0 }

  /// The first position that ends behind a place, which is less than ``total``.
  func position(at place: Double) -> Int {
    var (low, high) = (0, ends.count - 1)
    while low < high {
      let middle = (low + high) / 2
      if ends[middle] > place { high = middle } else { low = middle + 1 }
    }
    return positions[low]
  }
}
