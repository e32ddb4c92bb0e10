/// What a network may answer about a dataset: the outputs that compete, and the one of them that is right for each class.
///
/// All outputs compete unless somebody has said otherwise: classes that happen to be absent from the data do not make the
/// others easier.
package struct AnswerSpace: Sendable, Equatable {
  /// How classes came to their outputs.
  package enum Rule: String, Sendable, Codable {
    /// Somebody has named them: a task of the model, or the user.
    case given
    /// By the names of the classes.
    case name
    /// In order.
    case order
  }

  /// The outputs that may be answered, in the order of reports.
  package let outputs: [Int]
  /// What each of ``outputs`` stands for.
  package let names: [String]
  /// For each class of the data its place in ``outputs``.
  package let places: [Int]
  /// How classes came to their outputs.
  package let rule: Rule
  /// Whether the classes of the data have names that are not among those of the outputs.
  package let namesDiffer: Bool

  /// The outputs of some classes of the data and no others.
  ///
  /// - Throws: ``PadawannError`` `usage` when their number is not that of the classes, or the network does not have one.
  package init(_ dataset: Dataset, only chosen: [Int], of count: Int) throws(PadawannError) {
    try dataset.checkLabels()
    guard chosen.count == dataset.classNames.count else {
      throw PadawannError(
        .usage, "\(chosen.count) outputs are named for \(dataset.classNames.count) classes", at: dataset.name)
    }
    guard let most = chosen.max(), most < count, Set(chosen).count == chosen.count else {
      throw PadawannError(
        .usage, "an output is named twice, or the network does not have it: it has 0 to \(count - 1)")
    }
    outputs = chosen
    names = dataset.classNames
    places = Array(chosen.indices)
    (rule, namesDiffer) = (.given, false)
  }

  /// All of some outputs, which stand for the data's classes by name where these are known, and in order where they are not.
  ///
  /// - Parameters:
  ///   - dataset: the data.
  ///   - outputs: those that may be answered.
  ///   - known: what each stands for; by default classes are numbered.
  /// - Throws: ``PadawannError`` `data` when there are more classes than outputs, `usage` without labels.
  package init(_ dataset: Dataset, among outputs: [Int], named known: [String] = []) throws(PadawannError) {
    try dataset.checkLabels()
    let classes = dataset.classNames
    guard classes.count <= outputs.count else {
      throw PadawannError(
        .data, "it has \(classes.count) classes, and the model can answer \(outputs.count)", at: dataset.name)
    }
    self.outputs = outputs
    let numbered = outputs.indices.map(String.init)
    let areKnown = known.count == outputs.count
    let names = areKnown ? known : numbered
    let placeOfName = Dictionary(zip(names, names.indices)) { first, _ in first }
    let found = classes.compactMap { placeOfName[$0] }
    if found.count == classes.count, Set(found).count == classes.count {
      (places, rule, namesDiffer) = (found, .name, false)
      self.names = names
    } else {
      (places, rule, namesDiffer) = (Array(classes.indices), .order, areKnown)
      self.names = classes + names.dropFirst(classes.count)
    }
  }
}

extension Predictions {
  /// The predictions of those outputs alone that may be answered, as classes from 0 in their order, with the labels likewise.
  ///
  /// - Throws: ``PadawannError`` `usage` as ``restricted(to:)``.
  package func answering(in space: AnswerSpace) throws(PadawannError) -> Predictions {
    let kept = space.outputs == Array(0..<outputs) ? self : try restricted(to: space.outputs)
    guard space.places != Array(space.places.indices) else { return kept }
    return Predictions(
      outputs: kept.outputs, logits: kept.logits, labels: labels.map { space.places[$0] }, dataset: dataset)
  }
}
