/// Decoded pictures of one shape, one after the other.
struct PictureCollection {
  private(set) var samples: [UInt8] = []
  private var first: (path: String, shape: Shape)?

  /// Decodes files in the given order.
  ///
  /// - Throws: ``PadawannError`` that names the file, `data` also when two differ in size or colour or all take more memory
  ///   than a dataset may have.
  init(_ paths: [String], _ changes: PictureChanges) throws(PadawannError) {
    for path in paths { try append(PictureFile.image(at: path, changes), path, of: paths.count, changes) }
  }

  /// The shape of every picture; `nil` without any.
  var shape: Shape? { first?.shape }

  private mutating func append(_ image: ByteImage, _ path: String, of count: Int, _ changes: PictureChanges)
    throws(PadawannError)
  {
    if let first {
      guard image.shape == first.shape else { throw Self.difference(first, (path, image.shape)) }
    } else {
      try Self.check(image.shape, count, path)
      first = (path, image.shape)
      samples.reserveCapacity(image.shape.count * count)
    }
    samples += image.samples
  }

  private static func check(_ shape: Shape, _ count: Int, _ path: String) throws(PadawannError) {
    guard shape.count <= Dataset.maximumImage else {
      throw PadawannError(
        .data, "a picture of \(text(shape)) has too many pixels for a network", at: path,
        remedy: "Write resize=WIDTHxHEIGHT, or crop=")
    }
    guard let all = [shape.count, count].product, all <= ExpansionBudget.most else {
      throw PadawannError(
        .data,
        "\(count) pictures of \(text(shape)) take more than the limit of \(ExpansionBudget.most) bytes",
        remedy: "Write a smaller resize=")
    }
  }

  private typealias Seen = (path: String, shape: Shape)

  private static func difference(_ first: Seen, _ second: Seen) -> PadawannError {
    let sizesDiffer = (first.shape.width, first.shape.height) != (second.shape.width, second.shape.height)
    let remedy =
      sizesDiffer
      ? "Write resize=WIDTHxHEIGHT, or crop= if all are large enough" : "Write colour=grey or colour=rgb"
    return PadawannError(
      .data,
      "the pictures differ: this one is \(text(second.shape)) and \(first.path) is \(text(first.shape))",
      at: second.path, remedy: remedy)
  }

  /// For example `28×28 grey`: columns × rows and the colour.
  private static func text(_ shape: Shape) -> String {
    "\(shape.width)×\(shape.height) \(shape.channels == 1 ? "grey" : "RGB")"
  }
}
