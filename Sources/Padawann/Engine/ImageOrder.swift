/// The order in which the images of a dataset are evaluated, and the chunks that are one task's work.
///
/// Sixteen images share a block; those whose zero squares are the same meet in one. No logit depends on it.
struct ImageOrder: Sendable {
  /// Every image, once.
  let images: [Int]
  /// Ranges of ``images``.
  let chunks: [Range<Int>]
  private let outputs: Int
  /// Whether it is the order of the dataset.
  private let isStored: Bool

  /// Chooses for an engine; chunks hold `chunk` images or a few more, so that they fill the engine's blocks.
  init(_ dataset: Dataset, _ engine: Engine, _ nonzero: NonzeroMap?, chunk: Int) {
    let size = (chunk + engine.imagesAtOnce - 1) / engine.imagesAtOnce * engine.imagesAtOnce
    let count = dataset.count
    let order = engine.squares.flatMap { squares in nonzero?.order(by: squares) }
    images = order ?? Array(0..<count)
    isStored = order == nil
    chunks = stride(from: 0, to: count, by: size).map { $0..<min($0 + size, count) }
    outputs = engine.outputs
  }

  /// Puts the logits of a chunk where their images are in the dataset.
  func write(_ rows: [Float], of chunk: Int, to logits: inout [Float]) {
    if isStored {
      let range = chunks[chunk]
      logits.replaceSubrange((range.lowerBound * outputs)..<(range.upperBound * outputs), with: rows)
      return
    }
    for (row, image) in images[chunks[chunk]].enumerated() {
      for output in 0..<outputs { logits[image * outputs + output] = rows[row * outputs + output] }
    }
  }
}
