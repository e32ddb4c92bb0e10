/// McNemar's test of two groups of models on the same images: would other images show the difference again?
///
/// All trials answer the same images, so that their answers to one image are not independent, and McNemar's counts must not
/// be added up over the trials. Each image is a cluster of matched pairs instead: with d the share of the second group that
/// is right about it less that of the first, the statistic is (Σd)² / Σd², against chi-square with one degree of freedom
/// (Obuchowski, 1998; in this form Durkalski, Palesch, Lipsitz and Rust, "Analysis of clustered matched-pair data", 2003).
/// For two single models it is McNemar's chi-square without correction. It says nothing about other trials: that is for
/// ``MeanDifference``.
package struct ClusteredMcNemar: Codable, Sendable, Equatable {
  /// The images about which more of the first group are right, as shares.
  package let favouringFirst: Int
  /// The images about which more of the second group are right.
  package let favouringSecond: Int
  /// (Σd)² / Σd²; 0 where the groups are right equally often about every image.
  package let statistic: Double
  /// The probability of this statistic or a larger one when the groups are equally good.
  package let p: Double

  /// The fewest images on which groups differ for which the chi-square distribution is trusted, as for McNemar's test.
  package static let fewestImages = 25

  /// Whether there are too few images on which the groups differ for the p-value to be more than a rough figure.
  package var isRough: Bool { favouringFirst + favouringSecond < Self.fewestImages }

  /// Tests the groups.
  ///
  /// - Parameters:
  ///   - first: one bitmask per model of the first group, a bit per image, set where the prediction is correct.
  ///   - second: of the second group.
  /// - Throws: ``PadawannError`` `usage` when a group is empty or the bitmasks differ in length.
  package init(_ first: [Bitmask], _ second: [Bitmask]) throws(PadawannError) {
    guard let images = first.first?.count, !second.isEmpty,
      (first + second).allSatisfy({ $0.count == images })
    else {
      throw PadawannError(.usage, "McNemar's test needs two groups of models that answered the same images")
    }
    var (lost, gained) = (0, 0)
    var (sum, squares) = (Int128(0), Int128(0))
    for (ofFirst, ofSecond) in zip(first.countsPerImage, second.countsPerImage) {
      // The difference of the shares, times the sizes of both groups: a whole number.
      let difference = ofSecond * first.count - ofFirst * second.count
      if difference < 0 { lost += 1 } else if difference > 0 { gained += 1 }
      sum += Int128(difference)
      squares += Int128(difference) * Int128(difference)
    }
    (favouringFirst, favouringSecond) = (lost, gained)
    statistic = squares == 0 ? 0 : Double(sum) * Double(sum) / Double(squares)
    p = ChiSquare.one(atLeast: statistic)
  }
}
