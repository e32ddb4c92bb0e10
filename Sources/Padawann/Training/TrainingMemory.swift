/// The buffers of activations and gradients of one batch.
struct TrainingMemory {
  var values: [LaneBuffer?]
  var gradients: [LaneBuffer?]
  var padded: [Int: LaneBuffer] = [:]
  var paddedGradients: [Int: LaneBuffer] = [:]
  var biasLanes: [Int: LaneBuffer] = [:]

  /// - Throws: ``PadawannError`` `unsupported` when there is not enough memory.
  init(_ plan: TrainingEnginePlan, _ layers: [Int: TrainableLayer], _ order: GradientOrder, blocks: Int)
    throws(PadawannError)
  {
    func buffer(_ elements: Int) throws(PadawannError) -> LaneBuffer {
      try LaneBuffer(count: elements * blocks * LaneBuffer.width)
    }
    values = [LaneBuffer?](repeating: nil, count: plan.logits + 2)
    gradients = values
    values[0] = try buffer(plan.architecture.input.count)
    for node in 0...plan.logits {
      let place = plan.buffers[node]
      let elements = plan.architecture.shapes[node].count
      if values[place] == nil { values[place] = try buffer(elements) }
      let gradient = plan.gradientBuffers[place]
      if plan.isTrained[node], gradients[gradient] == nil { gradients[gradient] = try buffer(elements) }
      guard let layer = layers[node] else { continue }
      biasLanes[node] = try buffer(layer.outputs)
      guard let padding = layer.padding else { continue }
      let source = plan.architecture.nodes[node].inputs[0]
      let size = plan.shape(of: source).padded(by: padding).count
      if layer.winograd == nil || (order == .byPosition && plan.scope.weights.contains(node)) {
        padded[node] = try buffer(size)
      }
      if layer.winograd == nil, plan.isTrained(input: source) { paddedGradients[node] = try buffer(size) }
    }
  }
}
