/// Several models of one kind that answered the same images, such as the trials of a run.
package struct ComparedGroup: Sendable {
  /// What reports call the group.
  package let name: String
  /// The models, at least one.
  package let models: [ComparedModel]

  /// Names a group.
  package init(name: String, _ models: [ComparedModel]) {
    self.name = name
    self.models = models
  }
}

/// Two or more groups of models on the same images.
package struct GroupComparison: Codable, Sendable, Equatable {
  /// One of the groups.
  package struct Group: Codable, Sendable, Equatable {
    /// What the user called it.
    package let name: String
    /// Its models, in the order in which they were given.
    package let models: [Comparison.Entry]
    /// How their accuracies lie.
    package let accuracy: Spread?
  }

  /// SHA-256 of the dataset, 64 hexadecimal digits.
  package let dataset: String
  /// The number of images.
  package let images: Int
  /// The level of every verdict.
  package let alpha: Double
  /// The groups, in the order in which they were given.
  package let groups: [Group]
  /// Every two of the groups: 0 and 1, 0 and 2, …, 1 and 2, ….
  package let pairs: [GroupPair]
  /// The result in a sentence for each pair.
  package let verdict: String

  /// Compares the groups.
  ///
  /// - Parameter isPaired: whether the models of all groups belong together in order.
  /// - Throws: ``PadawannError`` `usage` for fewer than two groups, an empty one, or paired ones that are not of one size;
  ///   `data` when two models answered different datasets or have different labels.
  package init(of groups: [ComparedGroup], isPaired: Bool, confidence: Confidence = .standard)
    throws(PadawannError)
  {
    guard groups.count >= 2, groups.allSatisfy({ !$0.models.isEmpty }) else {
      throw PadawannError(.usage, "a comparison needs at least two groups with models in them")
    }
    let first = groups[0].models[0]
    for model in groups.flatMap(\.models).dropFirst() { try Comparison.check(model, against: first) }
    dataset = first.dataset.description
    images = first.labels.count
    alpha = confidence.alpha
    let correct = groups.map { $0.models.map(\.correct) }
    var described: [Group] = []
    for (group, correct) in zip(groups, correct) {
      var models: [Comparison.Entry] = []
      for (model, correct) in zip(group.models, correct) {
        let accuracy = try Proportion(correct.popcount, of: model.labels.count, confidence: confidence)
        models.append(Comparison.Entry(name: model.name, accuracy: accuracy))
      }
      described.append(
        Group(name: group.name, models: models, accuracy: Spread(models.map(\.accuracy.value))))
    }
    self.groups = described
    pairs = try GroupPair.all(described, correct, isPaired: isPaired, confidence)
    verdict = pairs.map(\.verdict).joined(separator: "; ")
  }
}
