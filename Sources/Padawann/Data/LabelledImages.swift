/// Images and labels on their way from a file to a ``Dataset``.
struct LabelledImages: Sendable {
  var shape: Shape
  var pixels: Pixels
  var labels: [Int]
  /// The names that the format or the set gives to its classes.
  var classNames: [String]?
  /// Whether the labels are more than zeros that stand for none.
  var isLabelled = true

  /// How an array of images is to be understood.
  struct Layout: Hashable, Sendable {
    /// The shape of one image, when the array's own sizes do not say it.
    var shape: Shape?
    /// Where a four-dimensional array keeps its channels; `nil` when the user did not say.
    var channels: ChannelOrder?
  }

  /// Where a four-dimensional array keeps its channels.
  enum ChannelOrder: String, Hashable, Sendable, CaseIterable {
    /// samples × channels × rows × columns, as in PyTorch.
    case first
    /// samples × rows × columns × channels, as in Keras.
    case last
  }

  /// Puts an array of images and an array of labels together.
  ///
  /// - Throws: ``PadawannError`` `data` when their counts disagree or the images have no possible shape.
  init(images: StoredArray, labels: StoredArray, layout: Layout) throws(PadawannError) {
    self.labels = try labels.labels()
    guard images.sizes.first == self.labels.count else {
      throw PadawannError(
        .data, "there are \(images.sizes.first ?? 0) images and \(self.labels.count) labels",
        remedy: "Use the label file that belongs to the images")
    }
    let order = try Self.channelOrder(images.sizes, layout)
    let natural = try Self.shape(of: images.sizes, order)
    shape = layout.shape ?? natural
    guard shape.count == natural.count else {
      throw PadawannError(
        .data, "images of \(natural.count) values cannot have the shape \(shape)", remedy: "Correct shape=")
    }
    pixels = order == .last ? Self.channelsFirst(images.pixels, natural) : images.pixels
  }

  /// Images that are already in order.
  init(shape: Shape, pixels: Pixels, labels: [Int], classNames: [String]? = nil) {
    self.shape = shape
    self.pixels = pixels
    self.labels = labels
    self.classNames = classNames
  }

  /// The shape of a flat image: a square when the number of values is the square of 4 or more, or a vector.
  static func flatShape(_ count: Int) -> Shape {
    let side = Int(Double(count).squareRoot().rounded())
    return side >= 4 && side * side == count
      ? Shape(channels: 1, height: side, width: side) : Shape(channels: count)
  }

  private static func channelOrder(_ sizes: [Int], _ layout: Layout) throws(PadawannError) -> ChannelOrder {
    if let order = layout.channels { return order }
    if sizes.count == 4, sizes[1] > 4, sizes[3] <= 4 {
      throw PadawannError(
        .data, "an array of \(sizes) looks as if the channels came last",
        remedy: "Write channels=last, or channels=first if they come first")
    }
    return .first
  }

  private static func shape(of sizes: [Int], _ order: ChannelOrder) throws(PadawannError) -> Shape {
    guard sizes.dropFirst().allSatisfy({ (1...65_536).contains($0) }),
      try StoredArray.product(sizes.dropFirst()) <= Dataset.maximumImage
    else { throw PadawannError(.data, "images of shape \(sizes.dropFirst()) are not supported") }
    switch (sizes.count, order) {
    case (2, _): return flatShape(sizes[1])
    case (3, _): return Shape(channels: 1, height: sizes[1], width: sizes[2])
    case (4, .first): return Shape(channels: sizes[1], height: sizes[2], width: sizes[3])
    case (4, .last): return Shape(channels: sizes[3], height: sizes[1], width: sizes[2])
    default:
      throw PadawannError(
        .data, "an array of \(sizes) is not a list of images", remedy: "Store it as samples × rows × columns")
    }
  }

  private static func channelsFirst(_ pixels: Pixels, _ shape: Shape) -> Pixels {
    pixels.rearranged(shape.count) { index in
      let plane = shape.height * shape.width
      return index % plane * shape.channels + index / plane
    }
  }

  /// Rows become columns in every channel.
  mutating func transpose() {
    let old = shape
    let plane = old.height * old.width
    shape = Shape(channels: old.channels, height: old.width, width: old.height)
    pixels = pixels.rearranged(old.count) { index in
      let (row, column) = (index % plane / old.height, index % plane % old.height)
      return index / plane * plane + column * old.width + row
    }
  }

  /// Changes every image.
  ///
  /// - Throws: ``PadawannError`` `usage` when the pixels are no bytes, the images cannot be changed so, or all of them would
  ///   take more memory than a dataset may have.
  mutating func change(by changes: PictureChanges) throws(PadawannError) {
    guard !changes.isEmpty else { return }
    guard case .bytes(let values) = pixels else {
      throw PadawannError(
        .usage, "colour, resize, crop and invert are for 8-bit pixels, and these are real numbers",
        remedy: "Remove them, or store the pixels as unsigned bytes")
    }
    let size = shape.count
    var changed: [UInt8] = []
    var new = shape
    for (place, start) in stride(from: 0, to: values.count, by: size).enumerated() {
      var image = ByteImage(shape: shape, samples: Array(values[start..<(start + size)]))
      try changes.apply(to: &image)
      if place == 0 {
        new = image.shape
        guard let all = [new.count, labels.count].product, all <= ExpansionBudget.most else {
          throw PadawannError(
            .usage,
            "\(labels.count) images of \(new) take more than the limit of \(ExpansionBudget.most) bytes",
            remedy: "Write a smaller resize=")
        }
        changed.reserveCapacity(all)
      }
      changed += image.samples
    }
    (shape, pixels) = (new, .bytes(changed))
  }

  /// Keeps the images at these places, in this order, with these labels.
  mutating func keep(_ places: [Int], labels new: [Int]? = nil) {
    pixels = pixels.keeping(places, size: shape.count)
    labels = new ?? places.map { labels[$0] }
  }
}

extension Pixels {
  /// Applies the same permutation to every image: value `index` of a new image is value `source(index)` of the old.
  fileprivate func rearranged(_ size: Int, _ source: (Int) -> Int) -> Pixels {
    let order = (0..<size).map(source)
    func apply<Value>(_ values: [Value]) -> [Value] {
      var result: [Value] = []
      result.reserveCapacity(values.count)
      for start in stride(from: 0, to: values.count, by: max(size, 1)) {
        for place in order { result.append(values[start + place]) }
      }
      return result
    }
    switch self {
    case .bytes(let values): return .bytes(apply(values))
    case .floats(let values): return .floats(apply(values))
    }
  }

  fileprivate func keeping(_ places: [Int], size: Int) -> Pixels {
    func apply<Value>(_ values: [Value]) -> [Value] {
      var result: [Value] = []
      result.reserveCapacity(places.count * size)
      for place in places { result.append(contentsOf: values[(place * size)..<((place + 1) * size)]) }
      return result
    }
    switch self {
    case .bytes(let values): return .bytes(apply(values))
    case .floats(let values): return .floats(apply(values))
    }
  }
}

extension LabelledImages {
  /// Appends images of the same kind.
  ///
  /// - Throws: ``PadawannError`` `data` when the shapes or the classes differ.
  mutating func append(_ other: LabelledImages) throws(PadawannError) {
    guard shape == other.shape, classNames == other.classNames else {
      throw PadawannError(.data, "this file has other images or other classes than the one before it")
    }
    switch (pixels, other.pixels) {
    case (.bytes(let first), .bytes(let second)): pixels = .bytes(first + second)
    case (.floats(let first), .floats(let second)): pixels = .floats(first + second)
    default: throw PadawannError(.data, "this file has other pixel values than the one before it")
    }
    labels += other.labels
  }
}
