/// A dataset that is drawn, not stored: handwritten-looking digits and letters in the format of MNIST.
///
/// Every class has a few skeletons; a random hand bends, slants and moves one of them, and a pen of random width draws
/// it. Images are 28×28, 8 bits, white on black with soft edges. The arithmetic is
/// `Float` with `+ - × ÷ √` alone, which IEEE 754 rounds the same everywhere, so every machine draws the same bytes.
package enum Strokes {
  /// What is written.
  package enum Alphabet: String, CaseIterable, Sendable {
    /// The digits 0 to 9: the dataset `strokes`.
    case digits = "strokes"
    /// The lower-case letters a to j: the dataset `strokes-letters`.
    case letters = "strokes-letters"

    /// The ten classes, in the order of the labels.
    package var classNames: [String] {
      switch self {
      case .digits: "0123456789".map { String($0) }
      case .letters: "abcdefghij".map { String($0) }
      }
    }

    var skeletons: [[Skeleton]] {
      switch self {
      case .digits: Skeleton.digits
      case .letters: Skeleton.letters
      }
    }
  }

  /// Which of two disjoint streams of images.
  package enum Split: String, CaseIterable, Sendable {
    /// Images to learn from.
    case train
    /// Images to measure on.
    case test

    /// How many images of each class the split has when nothing else is asked for: 1,000 and 200.
    package var defaultPerClass: Int { self == .train ? 1_000 : 200 }
  }

  /// The largest number of images of one class.
  package static let maximumPerClass = 100_000

  /// Draws a dataset of `10 × perClass` images of shape 1×28×28, the classes interleaved: 0, 1, … 9, 0, 1, ….
  ///
  /// Image `i` of class `c` depends on the seed, the alphabet, the split, `c` and `i` alone, so a smaller `perClass` gives
  /// a prefix of a larger one.
  ///
  /// - Throws: ``PadawannError`` `usage` when `perClass` is not in `1...maximumPerClass`.
  package static func dataset(
    _ alphabet: Alphabet, split: Split, perClass: Int, seed: UInt64 = 0
  ) throws(PadawannError) -> Dataset {
    guard (1...maximumPerClass).contains(perClass) else {
      throw PadawannError(
        .usage, "\(perClass) images per class cannot be drawn", at: alphabet.rawValue,
        remedy: "Ask for 1 to \(maximumPerClass)")
    }
    let skeletons = alphabet.skeletons
    var pen = Pen()
    var pixels: [UInt8] = []
    var labels: [Int] = []
    pixels.reserveCapacity(perClass * skeletons.count * Pen.size * Pen.size)
    labels.reserveCapacity(perClass * skeletons.count)
    for index in 0..<perClass {
      for (label, forms) in skeletons.enumerated() {
        var random = KeyedGenerator(
          seed, key(alphabet), split == .train ? 0 : 1, UInt64(label), UInt64(index))
        let form = forms[random.next(below: forms.count)]
        let hand = Hand(&random)
        pen.draw(hand.write(form), radius: hand.radius, into: &pixels)
        labels.append(label)
      }
    }
    return try Dataset(
      name: "\(alphabet.rawValue):\(split.rawValue)",
      shape: Shape(channels: 1, height: Pen.size, width: Pen.size), pixels: .bytes(pixels), labels: labels,
      classNames: alphabet.classNames, normalisation: .mnist)
  }

  private static func key(_ alphabet: Alphabet) -> UInt64 {
    alphabet == .digits ? 0x6469_6769_7473 : 0x6c65_7474_6572
  }
}
