/// Images as the kernels of neurons read them: blocks of sixteen, one image per lane.
struct NeuronImages: Sendable {
  private let dataset: Dataset
  private let places: [Int]
  /// The right class of each image.
  let labels: [Float]

  /// Takes some images of a dataset.
  ///
  /// - Parameters:
  ///   - dataset: where they are.
  ///   - images: their places.
  ///   - labels: what is right for each, where it is not what the dataset says.
  init(_ dataset: Dataset, _ images: some Collection<Int>, labels: [Int]? = nil) {
    self.dataset = dataset
    places = Array(images)
    self.labels = (labels ?? places.map { dataset.labels[$0] }).map { Float($0) }
    precondition(self.labels.count == places.count, "a label for each image")
  }

  /// The number of images.
  var count: Int { places.count }
  /// The number of blocks.
  var blockCount: Int { (count + LaneBuffer.width - 1) / LaneBuffer.width }

  /// The inputs of a block's images.
  func inputs(of block: Int) -> [[Float]] { places[range(of: block)].map(dataset.input) }

  /// The labels of a block's images.
  func labels(of block: Int) -> ArraySlice<Float> { labels[range(of: block)] }

  private func range(of block: Int) -> Range<Int> {
    (block * LaneBuffer.width)..<min((block + 1) * LaneBuffer.width, count)
  }
}

extension Dataset {
  /// Checks that a graph of neurons can be asked about it.
  ///
  /// - Throws: ``PadawannError`` `data`.
  package func check(fits graph: NeuronGraph) throws(PadawannError) {
    guard shape.count == graph.inputs else {
      throw PadawannError(
        .data, "its images are \(shape), but the network has \(graph.inputs) inputs", at: name,
        remedy: "Write options that make them fit, for example \(name),resize=16:bilinear,deskew")
    }
    guard classNames.count <= graph.outputs else {
      throw PadawannError(
        .data, "it has \(classNames.count) classes, but the network has \(graph.outputs) outputs", at: name,
        remedy: "Choose classes of it, for example \(name),classes=0-\(graph.outputs - 1)")
    }
  }
}
