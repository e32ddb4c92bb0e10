/// What one model answered, ready to be compared with others.
public struct ComparedModel: Sendable, Equatable {
  /// What reports call it.
  public let name: String
  /// The digest of the dataset.
  public let dataset: Digest
  /// The true class of every image.
  public let labels: [Int]
  /// The predicted class of every image.
  public let predictedClasses: [Int]

  /// The predictions of a model with one shared weight.
  ///
  /// - Parameters:
  ///   - name: what reports call the model.
  ///   - predictions: its logits.
  ///   - outputs: as in ``Scores/init(of:outputs:confidence:)``.
  /// - Throws: ``PadawannError`` as ``Scores/init(of:outputs:confidence:)``.
  public init(name: String, _ predictions: Predictions, outputs: [Int]? = nil) throws(PadawannError) {
    do {
      let scorable = try predictions.scorable(outputs)
      self.init(
        name: name, dataset: scorable.dataset, labels: scorable.labels,
        predictedClasses: scorable.predictedClasses)
    } catch {
      throw error.inside(name)
    }
  }

  /// The predictions of a model with several shared weights together; see `Ensemble`.
  ///
  /// - Throws: ``PadawannError`` as `Ensemble`.
  public init(name: String, ensemble members: [Predictions], outputs: [Int]? = nil) throws(PadawannError) {
    do {
      let ensemble = try Ensemble(of: members, outputs: outputs)
      self.init(
        name: name, dataset: members[0].dataset, labels: members[0].labels,
        predictedClasses: ensemble.predictedClasses)
    } catch {
      throw error.inside(name)
    }
  }

  private init(name: String, dataset: Digest, labels: [Int], predictedClasses: [Int]) {
    self.name = name
    self.dataset = dataset
    self.labels = labels
    self.predictedClasses = predictedClasses
  }

  /// A bit per image, set where the prediction is correct.
  public var correct: Bitmask { Bitmask(zip(labels, predictedClasses).map { $0 == $1 }) }
}

/// Two or more models on the same images.
public struct Comparison: Codable, Sendable, Equatable {
  /// One of the models.
  public struct Entry: Codable, Sendable, Equatable {
    /// What the user called it.
    public let name: String
    /// Correct predictions out of all images, with Wilson's interval.
    public let accuracy: Proportion
  }

  /// SHA-256 of the dataset, 64 hexadecimal digits.
  public let dataset: String
  /// The number of images.
  public let images: Int
  /// The level of every verdict; the intervals have confidence `1 - alpha`.
  public let alpha: Double
  /// The models, in the order in which they were given.
  public let models: [Entry]
  /// Cochran's Q over all models; `nil` for two.
  package let cochran: CochranQ?
  /// Every two of the models: 0 and 1, 0 and 2, …, 1 and 2, ….
  public let pairs: [PairComparison]
  /// The result in one sentence.
  public let verdict: String

  /// Compares the models.
  ///
  /// - Throws: ``PadawannError`` `usage` for fewer than two models, `data` when two of them answered different datasets
  ///   or have different labels.
  public init(of models: [ComparedModel], confidence: Confidence = .standard) throws(PadawannError) {
    guard let first = models.first, models.count >= 2 else {
      throw PadawannError(.usage, "a comparison needs at least two models", remedy: "Name another one")
    }
    for other in models.dropFirst() { try Self.check(other, against: first) }
    let correct = models.map(\.correct)
    dataset = first.dataset.description
    images = first.labels.count
    alpha = confidence.alpha
    self.models = try models.enumerated().map { index, model throws(PadawannError) in
      Entry(
        name: model.name,
        accuracy: try Proportion(correct[index].popcount, of: model.labels.count, confidence: confidence))
    }
    cochran = models.count > 2 ? try CochranQ(correct: correct) : nil
    pairs = try PairComparison.all(names: models.map(\.name), correct: correct, confidence)
    verdict = Self.verdict(pairs, cochran, alpha: alpha)
  }

  static func check(_ other: ComparedModel, against first: ComparedModel) throws(PadawannError) {
    guard other.dataset == first.dataset else {
      throw PadawannError(
        .data, "\(first.name) and \(other.name) answered different datasets", at: other.name,
        remedy: "Evaluate both on the same dataset; their digests are \(first.dataset) and \(other.dataset)")
    }
    guard other.labels == first.labels, other.predictedClasses.count == first.predictedClasses.count else {
      throw PadawannError(
        .data, "\(first.name) and \(other.name) have different labels for the same dataset", at: other.name,
        remedy: "Evaluate both again with the same label map")
    }
  }

  private static func verdict(_ pairs: [PairComparison], _ cochran: CochranQ?, alpha: Double) -> String {
    guard let cochran else { return pairs.first?.verdict ?? "" }
    let q = "Cochran's Q p \(brief(cochran.p))"
    let better = pairs.filter { $0.isSignificant(alpha: alpha) }.map(\.verdict)
    if better.isEmpty {
      return cochran.p < alpha
        ? "the models differ (\(q)), but no pair alone shows a difference" : "no difference shown (\(q))"
    }
    let head = cochran.p < alpha ? "the models differ" : "the models together show no difference"
    return "\(head) (\(q)): " + better.joined(separator: "; ")
  }
}
