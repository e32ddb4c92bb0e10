/// A few images and what a network makes of them, by which a program on another machine can be checked.
package struct TestVectors: Sendable {
  /// Pixels from 0 to 255, where the network's normalisation is known.
  let pixels: [[UInt8]]?
  /// Inputs, where it is not.
  let inputs: [[Float]]
  /// The outputs of the network's last node.
  let outputs: [[Float]]
  /// Where the images come from.
  let source: String

  /// How many there are at most.
  package static let count = 8

  /// Takes the first images of a dataset, or draws some.
  ///
  /// - Parameters:
  ///   - whole: the network.
  ///   - dataset: images of the network's shape; `nil` for random ones, always the same.
  ///   - inference: what evaluates the network.
  /// - Throws: ``PadawannError`` `data` when the images do not fit the network, or have no pixels from 0 to 255; what
  ///   `inference` throws.
  package init(of whole: ExportSubject, dataset: Dataset?, by inference: Inference) async throws {
    let subject = try whole.answeringOnly()
    let shape = subject.network.architecture.input
    let images: Dataset
    if let dataset {
      guard dataset.shape == shape else {
        throw PadawannError(
          .data, "its images are \(dataset.shape), but the network reads \(shape)", at: dataset.name)
      }
      images = try Self.first(of: dataset, normalisedBy: subject.normalisation)
      source = "The first images of \(dataset.name)."
    } else {
      images = try Self.random(shape, normalisation: subject.normalisation)
      source = "Random images."
    }
    let all = (0..<images.count)
    if case .bytes(let bytes) = images.pixels, subject.normalisation != nil {
      pixels = all.map { Array(bytes[($0 * shape.count)..<(($0 + 1) * shape.count)]) }
    } else {
      pixels = nil
    }
    inputs = all.map(images.input)
    outputs = try await Self.outputs(subject, images, inference)
    if outputs.joined().contains(where: { !$0.isFinite }) {
      throw PadawannError(.data, "the network's outputs are not finite numbers", at: source)
    }
  }

  /// The first images with pixels as bytes where the network's normalisation is known.
  private static func first(of dataset: Dataset, normalisedBy normalisation: Normalisation?)
    throws(PadawannError)
    -> Dataset
  {
    let first = try dataset.prefix(count)
    guard let normalisation else { return first }
    let bytes: [UInt8]
    switch (first.pixels, first.pixels.scale.steps) {
    case (.bytes(let values), _): bytes = values
    case (.floats(let values), let steps?): bytes = values.map { UInt8(min(255, ($0 * steps).rounded())) }
    case (.floats, nil):
      throw PadawannError(
        .data, "its pixels are neither 0 to 255 nor 0 to 1", at: dataset.name, remedy: "Choose other images")
    }
    return try Dataset(
      name: first.name, shape: first.shape, pixels: .bytes(bytes), labels: first.labels,
      classNames: first.classNames, normalisation: normalisation)
  }

  private static func random(_ shape: Shape, normalisation: Normalisation?) throws(PadawannError) -> Dataset {
    var generator = KeyedGenerator(0x7665_6374_6f72)
    let total = count * shape.count
    let pixels: Pixels =
      normalisation == nil
      ? .floats((0..<total).map { _ in 2 * generator.uniform() - 1 })
      : .bytes((0..<total).map { _ in UInt8(generator.next(below: 256)) })
    return try Dataset(
      name: "random", shape: shape, pixels: pixels, labels: [Int](repeating: 0, count: count),
      classNames: ["any"], normalisation: normalisation ?? .none(divisor: 1))
  }

  /// The activations of the last node. The fast engine ends with the logits; what follows is a softmax or nothing.
  private static func outputs(_ subject: ExportSubject, _ images: Dataset, _ inference: Inference)
    async throws
    -> [[Float]]
  {
    let architecture = subject.network.architecture
    let unlabelled = try Dataset(
      name: images.name, shape: images.shape, pixels: images.pixels,
      labels: [Int](repeating: 0, count: images.count), classNames: ["any"],
      normalisation: images.normalisation)
    let predictions = try await inference.predictions(
      of: subject.network, on: unlabelled, magnitude: subject.magnitude)
    let logits = (0..<images.count).map { Array(predictions.row($0)) }
    let rest = Array(architecture.nodes[(architecture.logitsNode + 1)...])
    guard !rest.isEmpty else { return logits }
    let tail = try Network(
      architecture: Architecture(
        input: architecture.shapes[architecture.logitsNode],
        nodes: rest.enumerated().map { Node($1.name, $1.operation, inputs: [$0 - 1]) }),
      parameters: rest.map { _ in .none })
    return ReferenceEvaluator(tail, magnitude: .own).activations(logits, of: rest.count - 1)
  }
}
