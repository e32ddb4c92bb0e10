/// One pass over one batch: how many images there are, and the key of what is random about them.
struct BatchStep: Sendable {
  /// The number of images.
  let images: Int
  /// The set of biases that each image uses.
  let biasSets: [Int]
  /// The seed of dropouts.
  let seed: UInt64
  /// The number of steps before this one.
  let index: Int

  /// The number of blocks; the last may have lanes without an image.
  var blocks: Int { (images + LaneBuffer.width - 1) / LaneBuffer.width }

  /// The lanes of a block that have an image.
  func lanes(of block: Int) -> Int { min(LaneBuffer.width, images - block * LaneBuffer.width) }

  /// One key per lane of a block, for one node.
  func dropoutKeys(node: Int, block: Int) -> [UInt64] {
    (0..<LaneBuffer.width).map { lane in
      var generator = KeyedGenerator(
        seed, TrainingDraw.dropout.rawValue, UInt64(index), UInt64(node),
        UInt64(block * LaneBuffer.width + lane))
      return generator.next()
    }
  }
}

/// What random numbers of training are for; part of their keys.
enum TrainingDraw: UInt64 {
  case initialisation = 1
  case order, shift, dropout, scores, pruningGains, taskMasks
}
