/// Two of the groups of a ``GroupComparison``. "First" is the one that was given earlier.
package struct GroupPair: Codable, Sendable, Equatable {
  /// The index of the first group in ``GroupComparison/groups``.
  package let first: Int
  /// The index of the second.
  package let second: Int
  /// The mean accuracy of the second less that of the first.
  package let difference: Double
  /// The test over trials, which says what other seeds would give; `nil` where none is possible, because each group has one
  /// model or nothing varies.
  package let overTrials: MeanDifference?
  /// Its p-value by Holm's adjustment over all pairs that have one.
  package private(set) var adjustedTrialsP: Double?
  /// The test over images, which says what these models would give on other images.
  package let overImages: ClusteredMcNemar
  /// Its p-value by Holm's adjustment over all pairs.
  package private(set) var adjustedImagesP: Double
  /// McNemar's test of single trials: each with that of the same place, or each with the only one of a group; `nil` for
  /// groups that are neither of one size nor single.
  package let trials: [Trial]?
  /// The result in one sentence.
  package private(set) var verdict = ""

  /// McNemar's test of two models of the groups.
  package struct Trial: Codable, Sendable, Equatable {
    /// The place of the first group's model, from 0.
    package let first: Int
    /// The place of the second group's.
    package let second: Int
    /// Images that only the first got right; McNemar's b.
    package let onlyFirstRight: Int
    /// Images that only the second got right; McNemar's c.
    package let onlySecondRight: Int
    /// McNemar's mid-p value.
    package let midP: Double
  }

  /// Every two groups, with Holm's adjustment over all of them.
  static func all(
    _ groups: [GroupComparison.Group], _ correct: [[Bitmask]], isPaired: Bool, _ confidence: Confidence
  ) throws(PadawannError) -> [GroupPair] {
    var pairs: [GroupPair] = []
    for first in groups.indices {
      for second in groups.indices.dropFirst(first + 1) {
        pairs.append(try GroupPair(first, second, groups, correct, isPaired: isPaired, confidence))
      }
    }
    for (place, p) in holm(pairs.map(\.overImages.p)).enumerated() { pairs[place].adjustedImagesP = p }
    let tested = pairs.indices.filter { pairs[$0].overTrials != nil }
    for (place, p) in zip(tested, holm(tested.compactMap { pairs[$0].overTrials?.p })) {
      pairs[place].adjustedTrialsP = p
    }
    for place in pairs.indices {
      pairs[place].verdict = pairs[place].sentence(groups.map(\.name), alpha: confidence.alpha)
    }
    return pairs
  }

  private init(
    _ first: Int, _ second: Int, _ groups: [GroupComparison.Group], _ correct: [[Bitmask]], isPaired: Bool,
    _ confidence: Confidence
  ) throws(PadawannError) {
    (self.first, self.second) = (first, second)
    let accuracies = [first, second].map { groups[$0].models.map(\.accuracy.value) }
    difference = (groups[second].accuracy?.mean ?? 0) - (groups[first].accuracy?.mean ?? 0)
    overTrials = try MeanDifference(of: accuracies[0], accuracies[1], isPaired: isPaired, confidence)
    overImages = try ClusteredMcNemar(correct[first], correct[second])
    adjustedImagesP = overImages.p
    trials = try Self.trials(correct[first], correct[second])
  }

  private static func trials(_ first: [Bitmask], _ second: [Bitmask]) throws(PadawannError) -> [Trial]? {
    let count = max(first.count, second.count)
    guard [first.count, second.count].allSatisfy({ $0 == count || $0 == 1 }) else { return nil }
    var trials: [Trial] = []
    for place in 0..<count {
      let places = (min(place, first.count - 1), min(place, second.count - 1))
      let (one, other) = (first[places.0], second[places.1])
      let both = one.intersection(other).popcount
      let test = try McNemar(b: one.popcount - both, c: other.popcount - both)
      trials.append(
        Trial(
          first: places.0, second: places.1, onlyFirstRight: test.b, onlySecondRight: test.c, midP: test.midP)
      )
    }
    return trials
  }

  private func sentence(_ names: [String], alpha: Double) -> String {
    let (better, worse) = difference < 0 ? (names[first], names[second]) : (names[second], names[first])
    let images = "over images p \(brief(adjustedImagesP))"
    let trials = adjustedTrialsP.map { "over trials p \(brief($0))" }
    let both = [trials, images].compactMap(\.self).joined(separator: ", ")
    let isOnImages = adjustedImagesP < alpha
    guard let adjustedTrialsP, let trials else {
      return isOnImages
        ? "these models of \(better) are better than these of \(worse) (\(images); nothing to say of other trials)"
        : "no difference shown between \(names[first]) and \(names[second]) (\(images))"
    }
    switch (adjustedTrialsP < alpha, isOnImages) {
    case (true, true): return "\(better) is better than \(worse) (\(both))"
    case (true, false):
      return
        "\(better) is better than \(worse) on these images (\(trials)), but other images may not show it (\(images))"
    case (false, true):
      return
        "these trials of \(better) are better than these of \(worse) (\(images)), but other trials may not show it (\(trials))"
    case (false, false): return "no difference shown between \(names[first]) and \(names[second]) (\(both))"
    }
  }
}
