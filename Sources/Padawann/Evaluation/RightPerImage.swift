extension [Bitmask] {
  /// For each image how many of the models are right.
  ///
  /// The bitmasks, one per model with a bit per image, have the same length.
  var countsPerImage: [Int] {
    var counts = [Int](repeating: 0, count: first?.count ?? 0)
    for model in self {
      for (place, word) in model.words.enumerated() {
        var rest = word
        while rest != 0 {
          counts[place * 64 + rest.trailingZeroBitCount] += 1
          rest &= rest - 1
        }
      }
    }
    return counts
  }
}
