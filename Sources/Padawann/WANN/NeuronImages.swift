/// Images as the kernels of neurons read them: blocks of sixteen, one image per lane.
final class NeuronImages: @unchecked Sendable {
  // Written while it is made, and never again.
  let blocks: LaneBuffer
  /// The right class of each image.
  let labels: [Float]
  /// The number of inputs.
  let inputs: Int

  /// Takes some images of a dataset.
  ///
  /// - Parameters:
  ///   - dataset: where they are.
  ///   - images: their places.
  ///   - labels: what is right for each, where it is not what the dataset says.
  ///   - threads: how many prepare them.
  /// - Throws: ``PadawannError`` `unsupported` when there is not enough memory.
  init(_ dataset: Dataset, _ images: some Collection<Int>, labels: [Int]? = nil, threads: Int = 1)
    throws(PadawannError)
  {
    let (width, inputs) = (LaneBuffer.width, dataset.shape.count)
    blocks = try LaneBuffer(count: (images.count + width - 1) / width * width * inputs)
    let (blocks, places) = (blocks, Array(images))
    ThreadPool(threads: threads).share(range: places.count, unit: width) { range in
      for place in range {
        let first = place / width * width * inputs + place % width
        for (element, value) in dataset.input(places[place]).enumerated() {
          blocks[first + element * width] = value
        }
      }
    }
    self.labels = (labels ?? images.map { dataset.labels[$0] }).map { Float($0) }
    precondition(self.labels.count == images.count, "a label for each image")
    self.inputs = inputs
  }

  /// The number of images.
  var count: Int { labels.count }
  /// The number of blocks.
  var blockCount: Int { (count + LaneBuffer.width - 1) / LaneBuffer.width }

  /// The labels of a block's images.
  func labels(of block: Int) -> ArraySlice<Float> {
    labels[(block * LaneBuffer.width)..<min((block + 1) * LaneBuffer.width, count)]
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
