/// An architecture that the names and shapes of tensors suggest, where a file has no graph: something to edit.
///
/// Layers follow one another as in the file, with a ReLU behind each but the last. What shapes do not tell (paddings, strides,
/// pools, activations, shortcuts) is guessed so that sizes fit, and ``guesses`` says so.
package struct ArchitectureSketch: Sendable {
  /// The shape of an image.
  package let input: Shape
  /// The nodes, which need not fit one another.
  package let nodes: [Node]
  /// What is a guess, one sentence each.
  package let guesses: [String]
  /// Why the tensors of the file do not fit the sketch; `nil` when they do.
  package let objection: String?

  /// The architecture of a graph, of which nothing is a guess.
  package init(of architecture: Architecture) {
    (input, nodes, guesses, objection) = (architecture.input, architecture.nodes, [], nil)
  }

  /// Sketches the architecture of some tensors.
  ///
  /// - Parameters:
  ///   - parameters: the tensors, in the order of the file.
  ///   - imageShape: the shape of an image, where it is known.
  ///   - ignored: names of tensors that no layer is made of, with `*` for any characters and `?` for one.
  /// - Throws: ``PadawannError`` `unsupported` that names tensors which belong to no layer that is known here.
  package init(_ parameters: [ImportedParameter], imageShape: Shape? = nil, ignored: Set<String> = [])
    throws(PadawannError)
  {
    let patterns = ignored.map(NamePattern.init)
    let layers = try SketchLayer.all(
      of: parameters.filter { parameter in !patterns.contains { $0.matches(parameter.name) } })
    let windows = SketchWindows.best(for: layers, imageShape)
    var draft = SketchDraft(layers, windows)
    draft.addAll()
    (input, nodes) = (windows.input, draft.nodes)
    guesses = Self.guesses(layers, windows, isKnown: imageShape != nil)
    objection = Self.objection(windows.input, draft.nodes, parameters, ignored)
  }

  /// The sketch as an architecture file.
  package var json: String { ArchitectureFile.json(input: input, nodes: nodes, notes: guesses) }

  private static func objection(
    _ input: Shape, _ nodes: [Node], _ parameters: [ImportedParameter], _ ignored: Set<String>
  ) -> String? {
    do throws(PadawannError) {
      let architecture = try Architecture(input: input, nodes: nodes)
      _ = try NetworkImport(ignored: ignored).network(parameters, architecture)
      return nil
    } catch {
      return [error.location, error.message].compactMap { $0 }.joined(separator: ": ")
    }
  }

  private static func guesses(_ layers: [SketchLayer], _ windows: SketchWindows, isKnown: Bool) -> [String] {
    var guesses = [
      "the layers follow one another as in the file, with relu behind each but the last: "
        + TensorNames.list(layers.map { printable($0.name) })
    ]
    if let block = layers.first(where: \.isOfBlock) {
      guesses.append(
        "\(printable(block.name)) has the name of a residual block's layer; which activations are added is told by no tensor"
      )
    }
    if !isKnown, !windows.choices.isEmpty { guesses.append("an image has the shape \(windows.input)") }
    for (name, choice) in zip(layers.filter(\.isConvolution).map(\.name), windows.choices) {
      guesses.append(
        "\(printable(name)) has the stride \(choice.stride) and the padding \(choice.padding.height), and "
          + (choice.hasPool ? "max_pool of 2 follows" : "no pool follows"))
    }
    if windows.endsInMean { guesses.append("global_avg_pool is behind the convolutions") }
    if windows.others > 0 {
      let count = windows.others >= 1_000_000 ? "a million or more" : "\(windows.others)"
      guesses.append("\(count) other choices of strides, paddings and pools give the same size")
    }
    if windows.cost == nil {
      guesses.append("no choice of strides, paddings and pools gives the size of the first linear layer")
    }
    return guesses
  }
}

/// The nodes of a sketch in the making.
private struct SketchDraft {
  let layers: [SketchLayer]
  let windows: SketchWindows
  private(set) var nodes: [Node] = []
  private var channels: Int
  private var isVector: Bool
  private var names: Set<String>

  init(_ layers: [SketchLayer], _ windows: SketchWindows) {
    self.layers = layers
    self.windows = windows
    channels = windows.input.channels
    isVector = windows.input.height == 1 && windows.input.width == 1
    names = Set(layers.map(\.name) + ["input"])
  }

  mutating func addAll() {
    var convolutions = 0
    let last = layers.lastIndex { !$0.isNormalisation }
    for (index, layer) in layers.enumerated() {
      switch layer.kind {
      case .convolution(let outputs, let inputs, let kernel):
        let choice =
          convolutions < windows.choices.count ? windows.choices[convolutions] : SketchWindows.Choice()
        convolutions += 1
        let groups = inputs > 0 && channels % inputs == 0 ? max(1, channels / inputs) : 1
        let operation = Convolution(
          outputs: outputs, kernel: kernel, stride: Extent(choice.stride),
          padding: Padding(choice.padding.height, choice.padding.width), groups: groups,
          hasBias: layer.hasBias)
        add(.convolution(operation), layer.name)
        channels = outputs
      case .linear(let outputs, _):
        flatten()
        add(.linear(Linear(outputs: outputs, hasBias: layer.hasBias)), layer.name)
        channels = outputs
      case .normalisation: add(.batchNormalisation(epsilon: 1e-5), layer.name)
      }
      let isBeforeNorm = index + 1 < layers.count && layers[index + 1].isNormalisation
      guard !isBeforeNorm else { continue }
      if let last, index < last { addFree(.relu) }
      guard convolutions > 0, convolutions <= windows.choices.count, !isVector,
        windows.choices[convolutions - 1].hasPool
      else { continue }
      addFree(.maxPool(Pool(kernel: Extent(2))))
    }
    if !isVector { addFree(.globalAveragePool) }
  }

  private mutating func flatten() {
    guard !isVector else { return }
    addFree(windows.endsInMean ? .globalAveragePool : .flatten)
    isVector = true
  }

  private mutating func add(_ operation: NodeOperation, _ name: String) {
    nodes.append(Node(name, operation, inputs: [nodes.count - 1]))
  }

  /// Adds a node that the file has no name for.
  private mutating func addFree(_ operation: NodeOperation) {
    let name = NameRule.unused(operation.name, besides: names, separator: "_")
    names.insert(name)
    add(operation, name)
  }
}
