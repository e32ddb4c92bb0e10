/// How good an individual is, from its accuracies on its tasks.
public struct Fitness: Codable, Hashable, Sendable {
  /// How several accuracies become one number.
  public enum Formula: String, Codable, Hashable, Sendable, CaseIterable {
    /// `sum(accuracy) / sum(100 - accuracy)` (thesis, equation 5.1); infinite when every accuracy is 100.
    case thesis
    /// The mean accuracy, in percent.
    case mean
    /// The lowest accuracy, in percent.
    case min
  }

  /// How the accuracies are combined.
  public var formula: Formula
  /// What is taken off for having all edges; an individual with half of them loses half of it. In the formula's unit.
  public var edgePenalty: Double

  /// Makes a fitness; ``value(accuracies:density:)`` checks it.
  public init(_ formula: Formula = .thesis, edgePenalty: Double = 0) {
    self.formula = formula
    self.edgePenalty = edgePenalty
  }

  /// The thesis' fitness, without a word about edges.
  public static let thesis = Fitness(.thesis)

  /// The fitness of an individual.
  ///
  /// - Parameters:
  ///   - accuracies: one per task, in percent, each with the task's best shared weight.
  ///   - density: the share of edges that is left, from 0 to 1.
  /// - Throws: ``PadawannError`` `usage` when there is no task, an accuracy is not a percentage, or the penalty is negative
  ///   or not finite.
  public func value(accuracies: [Double], density: Double) throws(PadawannError) -> Double {
    guard edgePenalty >= 0, edgePenalty.isFinite else {
      throw PadawannError(.usage, "the edge term of the fitness is a number from 0 up, not \(edgePenalty)")
    }
    guard (0...1).contains(density) else {
      throw PadawannError(.usage, "a density is a share from 0 to 1, not \(density)")
    }
    guard let lowest = accuracies.min() else {
      throw PadawannError(.usage, "fitness needs at least one task")
    }
    if let wrong = accuracies.first(where: { !(0...100).contains($0) }) {
      throw PadawannError(.usage, "an accuracy is from 0 to 100 percent, not \(wrong)")
    }
    let sum = accuracies.reduce(0, +)
    let term = edgePenalty * density
    switch formula {
    case .thesis: return sum / accuracies.reduce(0) { $0 + (100 - $1) } - term
    case .mean: return sum / Double(accuracies.count) - term
    case .min: return lowest - term
    }
  }
}
