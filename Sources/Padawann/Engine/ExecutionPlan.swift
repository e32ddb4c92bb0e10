/// How a network is evaluated for some magnitudes of its weights that see the same numbers in its layers.
struct ExecutionPlan: Sendable {
  /// The number of magnitudes.
  let magnitudeCount: Int
  /// The number of logits of an image.
  let outputs: Int
  /// Shared steps first.
  let steps: [Step]
  let loading: PixelLoading
  let buffers: BufferAssignment
  let logits: Int

  /// Plans for datasets of one kind.
  init(
    _ network: Network, _ magnitudes: [Magnitude], overridesOwn: Bool, _ normalisation: Normalisation,
    bytes: Bool
  ) throws(PadawannError) {
    let graph = ReaderGraph(network.architecture)
    let input = ImageScaling(network, graph, overridesOwn: overridesOwn, normalisation, bytes: bytes)
    let planner = try Planner(network, graph, magnitudes, overridesOwn: overridesOwn, input: input)
    magnitudeCount = magnitudes.count
    outputs = network.architecture.shapes[network.architecture.logitsNode].count
    steps = planner.steps.filter(\.isShared) + planner.steps.filter { !$0.isShared }
    loading = planner.loading
    logits = planner.logits
    buffers = BufferAssignment(steps, counts: planner.counts, logits: logits)
  }

  /// The number of floats of activations of one block.
  var floatsPerBlock: Int { buffers.sizes.reduce(0, +) * LaneBuffer.width }

  /// The number of floats of scratch.
  var scratchCount: Int { steps.map(\.scratchCount).max() ?? 0 }

  /// How many blocks are evaluated together. Three let the blocks share the loading of weights and fill the three tiles or
  /// positions that kernels take at once. That helps where weights do not stay in a core's own cache (taken as 2 MB) and are
  /// more than four times as large as the activations of a block, which suffer where there are more of them: VGG-11 takes
  /// three quarters of the time that it takes with single blocks, and ResNet-20 eleven tenths. Activations may take 16 MB
  /// then. Six blocks of the smallest networks, two times three, share what it costs to begin a step.
  var blocks: Int {
    if floatsPerBlock <= 1 << 14 { return 6 }
    let weightBytes = steps.reduce(0) { $0 + $1.weightBytes }
    guard weightBytes > max(2 << 20, 4 * floatsPerBlock * MemoryLayout<Float>.stride) else { return 1 }
    return max(1, min(3, (4 << 20) / floatsPerBlock))
  }

  /// The squares of pixels that save work where they are zero, if any.
  var squares: PixelGrid? {
    let telling = steps.filter { $0.squares != nil }
    // Most of the work is in layers by Winograd's algorithm.
    return (telling.first(where: \.isWinograd) ?? telling.first)?.squares
  }

  /// Evaluates images that fit into the workspace's blocks; `finish` gets each magnitude and its logits, outputs × lanes.
  func run(
    _ set: InstructionSet, _ pixels: Pixels, _ nonzero: NonzeroMap?, images: ArraySlice<Int>,
    in workspace: ExecutionWorkspace,
    finish: (_ magnitude: Int, _ logits: LaneBuffer) -> Void
  ) {
    let blocks = (images.count + LaneBuffer.width - 1) / LaneBuffer.width
    let buffer = { value in workspace.buffers[buffers.bufferOfValue[value]] }
    let marks = steps.map { zero($0.squares, nonzero, images) }
    loading.run(set, pixels, images: images, to: buffer(0))
    for index in steps.indices where steps[index].isShared {
      steps[index].run(
        set, magnitude: 0, blocks: blocks, zero: marks[index], buffer, scratch: workspace.scratch)
    }
    for magnitude in 0..<magnitudeCount {
      for index in steps.indices where !steps[index].isShared {
        steps[index].run(
          set, magnitude: magnitude, blocks: blocks, zero: marks[index], buffer, scratch: workspace.scratch)
      }
      finish(magnitude, buffer(logits))
    }
  }

  /// Which squares are zero, block by block.
  private func zero(_ squares: PixelGrid?, _ nonzero: NonzeroMap?, _ images: ArraySlice<Int>) -> [UInt8] {
    guard let squares, let nonzero else { return [] }
    return stride(from: images.startIndex, to: images.endIndex, by: LaneBuffer.width).flatMap { start in
      nonzero.zero(squares, in: images[start..<min(start + LaneBuffer.width, images.endIndex)])
    }
  }
}

/// The memory of one task that runs a plan.
final class ExecutionWorkspace {
  let buffers: [LaneBuffer]
  let scratch: LaneBuffer

  init(_ plan: ExecutionPlan) throws(PadawannError) {
    var buffers: [LaneBuffer] = []
    for size in plan.buffers.sizes {
      buffers.append(try LaneBuffer(count: size * LaneBuffer.width * plan.blocks))
    }
    self.buffers = buffers
    scratch = try LaneBuffer(count: plan.scratchCount)
  }
}
