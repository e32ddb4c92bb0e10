/// What is done with images as real numbers from 0 to 1, in this order, after all that is done with 8-bit samples and
/// `transpose`: the preparation that WANN's experiments have (`Formats/datasets.md`).
package struct RealChanges: Hashable, Sendable {
  /// The new size, without antialiasing; each image keeps its own when `nil`.
  package var resize: PictureSize?
  /// Whether slanted strokes are set upright.
  package var deskew = false

  /// Nothing is changed.
  package init() {}

  /// Whether nothing is changed.
  package var isEmpty: Bool { resize == nil && !deskew }

  /// The options as a spec has them.
  var texts: [String] {
    (resize.map { ["resize=\($0):bilinear"] } ?? []) + (deskew ? ["deskew"] : [])
  }

}

extension LabelledImages {
  /// Changes every image. 8-bit samples are divided by 255, and real numbers are taken as they are; all that is computed is in
  /// `Double`, and rounded to `Float` once at the end.
  ///
  /// - Throws: ``PadawannError`` `usage` when all images would take more memory than a dataset may have.
  mutating func change(by changes: RealChanges) throws(PadawannError) {
    guard !changes.isEmpty else { return }
    let new =
      changes.resize.map { Shape(channels: shape.channels, height: $0.height, width: $0.width) } ?? shape
    guard let all = [new.channels, new.height, new.width, labels.count, 4].product,
      new.count <= Dataset.maximumImage,
      all <= ExpansionBudget.most
    else {
      throw PadawannError(
        .usage, "\(labels.count) images of \(new) take more than the limit of \(ExpansionBudget.most) bytes",
        remedy: "Write a smaller resize=")
    }
    var changed: [Float] = []
    changed.reserveCapacity(all / 4)
    let size = shape.height * shape.width
    let taps = changes.resize.map {
      ResizeTaps(from: PictureSize(width: shape.width, height: shape.height), to: $0)
    }
    for start in stride(from: 0, to: pixels.count, by: max(size, 1)) {
      var plane = RealPlane(
        width: shape.width, height: shape.height, samples: pixels.reals(start..<(start + size)))
      if let taps { plane.resize(by: taps) }
      if changes.deskew { plane.deskew() }
      for sample in plane.samples { changed.append(Float(sample)) }
    }
    (shape, pixels) = (new, .floats(changed))
  }
}

extension Pixels {
  /// Some values as real numbers, in 0…1 where they are bytes.
  fileprivate func reals(_ range: Range<Int>) -> [Double] {
    switch self {
    case .bytes(let values): values[range].map { Double($0) / 255 }
    case .floats(let values): values[range].map { Double($0) }
    }
  }
}
