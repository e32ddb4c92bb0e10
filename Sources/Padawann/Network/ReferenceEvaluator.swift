/// The readable evaluator of every node, against which every fast kernel is tested.
///
/// Sixteen images are evaluated at once, one per lane, so that the code reads as if for one image. No number ever crosses
/// a lane and no multiplication is fused with an addition, so the result of an image depends neither on its neighbours
/// nor on the machine.
package struct ReferenceEvaluator: Sendable {
  /// One number per image.
  typealias Lanes = SIMD16<Float>

  /// The number of images that are evaluated together.
  package static let width = 16

  /// What is evaluated.
  package let network: Network
  private let plans: [Plan]
  private let lastUse: [Int]

  /// What a node needs beyond its operation, derived once.
  private enum Plan: Sendable {
    case none
    case edges(EdgeList, bias: [Float])
    case channels(slope: [Float], offset: [Float])
  }

  /// Prepares a network for evaluation.
  ///
  /// - Parameters:
  ///   - network: what is evaluated.
  ///   - magnitude: what the edges are worth.
  package init(_ network: Network, magnitude: Magnitude) {
    self.network = network
    let architecture = network.architecture
    plans = architecture.nodes.indices.map { Self.plan(network, $0, magnitude) }
    var lastUse = [Int](repeating: 0, count: architecture.nodes.count)
    for (index, node) in architecture.nodes.enumerated() {
      for input in node.inputs where input != Node.image { lastUse[input] = index }
    }
    self.lastUse = lastUse
  }

  /// The logits of images: the activations of ``Architecture/logitsNode``.
  ///
  /// - Parameter images: each of the network's input shape, channels × rows × columns.
  /// - Returns: one row per image.
  package func logits(_ images: [[Float]]) -> [[Float]] {
    activations(images, of: network.architecture.logitsNode)
  }

  /// The activations of any node.
  ///
  /// - Parameters:
  ///   - images: each of the network's input shape, channels × rows × columns.
  ///   - node: the node's index.
  /// - Returns: one row per image, channels × rows × columns of the node's shape.
  package func activations(_ images: [[Float]], of node: Int) -> [[Float]] {
    precondition(
      images.allSatisfy { $0.count == network.architecture.input.count }, "an image has another shape")
    var rows: [[Float]] = []
    for start in stride(from: 0, to: images.count, by: Self.width) {
      let block = Array(images[start..<min(start + Self.width, images.count)])
      let result = evaluate(Self.interleaved(block), upTo: node)
      rows += block.indices.map { lane in result.map { $0[lane] } }
    }
    return rows
  }

  private func evaluate(_ image: [Lanes], upTo last: Int) -> [Lanes] {
    var activations = [[Lanes]](repeating: [], count: last + 1)
    for index in 0...last {
      let node = network.architecture.nodes[index]
      let inputs = node.inputs.map { $0 == Node.image ? image : activations[$0] }
      activations[index] = evaluate(index, inputs)
      for input in node.inputs where input != Node.image && lastUse[input] == index {
        activations[input] = []
      }
    }
    return activations[last]
  }

  private func evaluate(_ index: Int, _ inputs: [[Lanes]]) -> [Lanes] {
    let source = network.architecture.inputShape(of: index)
    let shape = network.architecture.shapes[index]
    let x = inputs[0]
    switch (network.architecture.nodes[index].operation, plans[index]) {
    case (.convolution(let convolution), .edges(let edges, let bias)):
      return edges.convolve(x, source, convolution, bias, to: shape)
    case (.linear, .edges(let edges, let bias)): return edges.multiply(x, bias)
    case (.batchNormalisation, .channels(let slope, let offset)):
      let plane = shape.height * shape.width
      return x.indices.map { x[$0] * slope[$0 / plane] + offset[$0 / plane] }
    case (.relu, _): return x.map { $0.replacing(with: 0, where: $0 .< 0) }
    case (.leakyRelu(let slope), _): return x.map { $0.replacing(with: $0 * slope, where: $0 .< 0) }
    case (.clip(let minimum, let maximum), _): return x.map { $0.clipped(from: minimum, to: maximum) }
    case (.hardSigmoid(let alpha, let beta), _): return x.map { ($0 * alpha + beta).clipped(from: 0, to: 1) }
    case (.hardSwish, _): return x.map { $0 * ($0 + 3).clipped(from: 0, to: 6) / 6 }
    case (.silu, _): return x.map { $0.mapped { $0 / (1 + expOf(-$0)) } }
    case (.tanh, _): return x.map { $0.mapped { tanhOf($0) } }
    case (.sigmoid, _): return x.map { $0.mapped { 1 / (1 + expOf(-$0)) } }
    case (.gelu(let formula), _): return x.map { $0.mapped(formula.value) }
    case (.maxPool(let pool), _): return pool.maximum(x, source, to: shape)
    case (.averagePool(let pool, let counts), _): return pool.average(x, source, counts, to: shape)
    case (.pad(let pad), _): return pad.evaluate(x, source)
    case (.globalAveragePool, _): return channelMeans(x, source)
    case (.add, _): return inputs.dropFirst().reduce(x) { sum, next in zip(sum, next).map { $0 + $1 } }
    case (.concat, _): return Array(inputs.joined())
    case (.softmax, _): return softmax(x, source, logarithm: false)
    case (.logSoftmax, _): return softmax(x, source, logarithm: true)
    case (.flatten, _), (.dropout, _), (.convolution, _), (.linear, _), (.batchNormalisation, _): return x
    }
  }

  private static func plan(_ network: Network, _ index: Int, _ magnitude: Magnitude) -> Plan {
    let architecture = network.architecture
    let overridesOwn = network.overridesOwn(magnitude)
    switch (architecture.nodes[index].operation, network.parameters[index]) {
    case (.convolution(let convolution), .weighted(let weights, let bias)):
      let list = EdgeList(
        weights.numbers(magnitude, overridesOwn: overridesOwn), convolution,
        architecture.inputShape(of: index))
      return .edges(list, bias: bias ?? [Float](repeating: 0, count: convolution.outputs))
    case (.linear(let linear), .weighted(let weights, let bias)):
      let list = EdgeList(weights.numbers(magnitude, overridesOwn: overridesOwn), rows: linear.outputs)
      return .edges(list, bias: bias ?? [Float](repeating: 0, count: linear.outputs))
    case (.batchNormalisation(let epsilon), .normalisation(let numbers)):
      let slope = zip(numbers.scale, numbers.variance).map {
        Float(Double($0) / (Double($1) + Double(epsilon)).squareRoot())
      }
      let offset = slope.indices.map {
        Float(Double(numbers.shift[$0]) - Double(numbers.mean[$0]) * Double(slope[$0]))
      }
      return .channels(slope: slope, offset: offset)
    default: return .none
    }
  }

  /// Turns images into one vector of lanes per element; lanes without an image are zero.
  private static func interleaved(_ images: [[Float]]) -> [Lanes] {
    (0..<images[0].count).map { element in
      var lanes = Lanes.zero
      for lane in images.indices { lanes[lane] = images[lane][element] }
      return lanes
    }
  }

  private func channelMeans(_ x: [Lanes], _ source: Shape) -> [Lanes] {
    let plane = source.height * source.width
    return (0..<source.channels).map { channel in
      x[(channel * plane)..<((channel + 1) * plane)].reduce(.zero, +) / Float(plane)
    }
  }

  private func softmax(_ x: [Lanes], _ source: Shape, logarithm: Bool) -> [Lanes] {
    let plane = source.height * source.width
    var result = x
    for position in 0..<plane {
      let elements = stride(from: position, to: x.count, by: plane)
      for lane in 0..<Self.width {
        let top = Double(elements.reduce(-Float.infinity) { max($0, x[$1][lane]) })
        let sum = elements.reduce(0.0) { $0 + expOf(Double(x[$1][lane]) - top) }
        for element in elements {
          let shifted = Double(x[element][lane]) - top
          result[element][lane] = Float(logarithm ? shifted - logOf(sum) : expOf(shifted) / sum)
        }
      }
    }
    return result
  }
}

extension SIMD16<Float> {
  /// A function of every lane, computed in `Double` and rounded once.
  fileprivate func mapped(_ function: (Double) -> Double) -> SIMD16<Float> {
    var result = self
    for lane in 0..<16 { result[lane] = Float(function(Double(self[lane]))) }
    return result
  }

  /// The nearest numbers between two bounds; no number stays none.
  fileprivate func clipped(from minimum: Float, to maximum: Float) -> SIMD16<Float> {
    replacing(with: minimum, where: self .< minimum).replacing(with: maximum, where: self .> maximum)
  }
}

extension GELU {
  func value(_ x: Double) -> Double {
    switch self {
    case .exact: 0.5 * x * (1 + erfOf(x / 2.0.squareRoot()))
    case .tanh: 0.5 * x * (1 + tanhOf((2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)))
    }
  }
}
