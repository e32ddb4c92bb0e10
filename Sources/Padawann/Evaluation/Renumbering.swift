extension Predictions {
  /// The same answers with the classes numbered as other labels of the same images number them; `nil` where these do not name
  /// the same classes one for one.
  package func renumbered(as labels: [Int]) throws(PadawannError) -> Predictions? {
    guard self.labels != labels else { return self }
    guard labels.count == self.labels.count else { return nil }
    var old: [Int: Int] = [:]
    for (own, other) in zip(self.labels, labels) {
      guard (0..<outputs).contains(other), old.updateValue(own, forKey: other) ?? own == own else {
        return nil
      }
    }
    guard Set(old.values).count == old.count else { return nil }
    // Classes without images may have any of the other outputs.
    var others = (0..<outputs).filter { !old.values.contains($0) }.makeIterator()
    let order = (0..<outputs).compactMap { old[$0] ?? others.next() }
    let answers = try restricted(to: order)
    return Predictions(outputs: outputs, logits: answers.logits, labels: labels, dataset: dataset)
  }
}
