/// Trains a weight for each connection of a graph of neurons by gradients (Gaier and Ha, 2019, table 2: "trained weights").
///
/// Mean cross-entropy, Adam (Kingma and Ba, 2015) with a rate that falls linearly to 0, images in another random order in each epoch.
/// Neurons that no output depends on keep their weights. The result depends on inputs and seed only.
public struct NeuronTraining: Sendable {
  /// How it is trained.
  public struct Settings: Codable, Hashable, Sendable {
    /// How often every image is seen.
    public var epochs = 30
    /// The first rate of learning.
    public var rate = 0.01
    /// Images between two changes.
    public var batch = 256
    /// The key of every random number.
    public var seed: UInt64 = 0

    /// The usual ones.
    public init() {}

    /// Checks that they make sense.
    ///
    /// - Throws: ``PadawannError`` `usage`.
    public func validate() throws(PadawannError) {
      guard (1...100_000).contains(epochs), rate.isFinite, rate > 0, (1...1 << 20).contains(batch) else {
        throw PadawannError(
          .usage,
          "training needs epochs, a batch of at least 1 image and a positive rate, not \(epochs), \(batch) and \(rate)"
        )
      }
    }
  }

  private let graph: NeuronGraph
  private let form: NeuronForm
  private let dataset: Dataset
  private let settings: Settings
  private let inference: Inference
  private var factors: [Float]

  /// Prepares: every weight begins with the best of the shared weights for the dataset, times its factor.
  ///
  /// - Throws: as ``Inference/scores(of:on:images:weights:)``; ``PadawannError`` `usage` for settings that make no sense.
  public init(
    _ graph: NeuronGraph, from weights: [Float], on dataset: Dataset, _ settings: Settings,
    _ inference: Inference
  ) throws {
    try settings.validate()
    var quiet = inference
    quiet.progress = nil
    let score = try quiet.scores(of: [graph], on: dataset, images: Array(0..<dataset.count), weights: weights)
      .scores[0]
    let start = weights[WeightSweep.firstHighest(score.right)]
    self.graph = graph
    form = NeuronForm(graph)
    factors = form.factors.map { $0 * start }
    self.dataset = dataset
    self.settings = settings
    self.inference = inference
  }

  /// Trains to the end.
  ///
  /// - Returns: the graph with its weights as factors, for the shared weight 1, and right answers on the dataset.
  /// - Throws: ``PadawannError`` `unsupported` when there is not enough memory, `data` when weights grow beyond all numbers;
  ///   `CancellationError`.
  public func trained() throws -> (graph: NeuronGraph, accuracy: Proportion) {
    var training = self
    var moments = (
      mean: [Double](repeating: 0, count: factors.count), square: [Double](repeating: 0, count: factors.count)
    )
    let stepsPerEpoch = (dataset.count + settings.batch - 1) / settings.batch
    let steps = stepsPerEpoch * settings.epochs
    var step = 0
    for epoch in 0..<settings.epochs {
      var order = Array(0..<dataset.count)
      var generator = KeyedGenerator(settings.seed, UInt64(epoch), 0x6f72_6465_72)
      generator.shuffle(&order)
      for first in stride(from: 0, to: order.count, by: settings.batch) {
        try Task.checkCancellation()
        let images = order[first..<min(first + settings.batch, order.count)]
        let gradients = try training.gradients(NeuronImages(dataset, images))
        step += 1
        training.change(
          by: gradients, &moments, step: step, rate: settings.rate * Double(steps - step + 1) / Double(steps))
        inference.progress?(images.count)
      }
    }
    let result = try training.result()
    var quiet = inference
    quiet.progress = nil
    let score = try quiet.scores(of: [result], on: dataset, images: Array(0..<dataset.count), weights: [1])
      .scores[0]
    return (result, try Proportion(score.right[0], of: dataset.count))
  }

  /// The gradient of the mean loss of a batch by every factor.
  func gradients(_ batch: NeuronImages) throws(PadawannError) -> [Double] {
    let kernel = try NeuronProgram.trainable(form, factors, outputs: graph.outputs)
    let results = PartResults<[Double]>(batch.blockCount)
    try ThreadPool(threads: inference.threads).share(
      batch.blockCount, making: { () throws(PadawannError) in try TrainingThread(kernel) }
    ) { block, thread in
      let labels = batch.labels(of: block)
      kernel.run(inference.instructionSet, batch.inputs(of: block), labels: labels, thread.workspace)
      // Behind those of the neurons are the outputs, which have no factors.
      var gradients = [Double](repeating: 0, count: factors.count + graph.outputs)
      kernel.backward(
        inference.instructionSet, images: labels.count, thread.workspace, scratch: thread.scratch,
        to: &gradients)
      results.set(block, gradients)
    }
    var sum = [Double](repeating: 0, count: factors.count)
    for block in results.all { for place in sum.indices { sum[place] += block[place] } }
    return sum.map { $0 / Double(batch.count) }
  }

  /// A step of Adam.
  private mutating func change(
    by gradients: [Double], _ moments: inout (mean: [Double], square: [Double]), step: Int, rate: Double
  ) {
    let (first, second) = (0.9, 0.999)
    let (meanScale, squareScale) = (1 - power(first, step), 1 - power(second, step))
    for place in factors.indices {
      // A batch whose outputs are no numbers says nothing.
      guard gradients[place].isFinite else { continue }
      moments.mean[place] = first * moments.mean[place] + (1 - first) * gradients[place]
      moments.square[place] =
        second * moments.square[place] + (1 - second) * gradients[place] * gradients[place]
      let (mean, square) = (moments.mean[place] / meanScale, moments.square[place] / squareScale)
      factors[place] -= Float(rate * mean / (square.squareRoot() + 1e-8))
    }
  }

  private func result() throws(PadawannError) -> NeuronGraph {
    var weights = graph.connections.map(\.factor)
    for (place, connection) in form.connections.enumerated() { weights[Int(connection)] = factors[place] }
    // A weight of exactly 0 would be no connection.
    let order = graph.enabledInOrder
    return try graph.withFactors(order.map { weights[$0] == 0 ? .leastNormalMagnitude : weights[$0] })
  }
}

extension NeuronProgram {
  /// A program that writes the outputs of one graph, with a value for every neuron: neurons that compute the same are not one.
  static func trainable(_ form: NeuronForm, _ factors: [Float], outputs: Int) throws(PadawannError)
    -> NeuronKernel
  {
    let inputs = form.inputs
    var steps = form.neurons.enumerated().map { index, neuron in
      NeuronKernel.Instruction(
        kind: neuron.kind, first: neuron.first, count: neuron.end - neuron.first,
        target: Int32(inputs + 1 + index))
    }
    steps.append(
      .init(
        kind: NeuronKernel.Instruction.Special.outputs, first: Int32(form.sources.count),
        count: Int32(outputs),
        target: 0))
    return try NeuronKernel(
      steps, operands: form.sources + form.outputs, factors: factors + [Float](repeating: 1, count: outputs),
      weights: [1], inputs: inputs, values: inputs + 1 + form.neurons.count, networks: 0, outputs: outputs)
  }
}

/// What one thread has to itself.
private struct TrainingThread {
  let workspace: NeuronKernel.Workspace
  let scratch: LaneBuffer

  init(_ kernel: NeuronKernel) throws(PadawannError) {
    workspace = try NeuronKernel.Workspace(kernel)
    scratch = try LaneBuffer(count: kernel.values * LaneBuffer.width)
  }
}
