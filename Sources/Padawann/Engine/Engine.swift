/// Evaluates a network over images, with several magnitudes of its weights at once.
///
/// The logits are those of the reference evaluator within 1e-5 of the largest one (sums are taken in another order, and
/// Winograd's algorithm rounds differently), and bits of their own: they do not depend on the instruction set (as far as it
/// fuses multiplications and additions), on how images are split up, or on what else is evaluated.
///
/// An engine is a value that never changes; each task that uses it has a workspace of its own.
public struct Engine: Sendable {
  /// The magnitudes, in the order in which logits are given.
  public let magnitudes: [Magnitude]
  /// The instructions that are used.
  public let instructionSet: InstructionSet
  /// The number of logits of an image.
  public let outputs: Int

  /// The shape of the images.
  let input: Shape
  private let plans: [(plan: ExecutionPlan, magnitudeIndices: [Int])]

  /// Prepares a network.
  ///
  /// - Parameters:
  ///   - network: what is evaluated.
  ///   - magnitudes: what its edges are worth; one or more.
  ///   - dataset: the images, which must have the network's input shape; another dataset of equal kind of pixels and
  ///     normalisation can be evaluated as well.
  ///   - instructionSet: the instructions to use, which must be available.
  /// - Throws: ``PadawannError`` `unsupported` when there is not enough memory.
  public init(
    _ network: Network, magnitudes: [Magnitude], for dataset: Dataset,
    using instructionSet: InstructionSet = .best
  ) throws(PadawannError) {
    let bytes = if case .bytes = dataset.pixels { true } else { false }
    self.magnitudes = magnitudes
    input = network.architecture.input
    self.instructionSet = instructionSet
    outputs = network.architecture.shapes[network.architecture.logitsNode].count
    var plans: [(plan: ExecutionPlan, magnitudeIndices: [Int])] = []
    for overridesOwn in [false, true] {
      let magnitudeIndices = magnitudes.indices.filter {
        network.overridesOwn(magnitudes[$0]) == overridesOwn
      }
      guard !magnitudeIndices.isEmpty else { continue }
      let plan = try ExecutionPlan(
        network, magnitudeIndices.map { magnitudes[$0] }, overridesOwn: overridesOwn, dataset.normalisation,
        bytes: bytes)
      plans.append((plan, magnitudeIndices))
    }
    self.plans = plans
  }

  /// The names of the kernels that are used, in order: those that all magnitudes share, then those of each magnitude.
  package var kernels: [String] { plans.flatMap { $0.plan.steps.map(\.name) } }

  /// The size in bytes of the activations that one task holds.
  public var workspaceBytes: Int {
    plans.reduce(0) { $0 + ($1.plan.floatsPerBlock * $1.plan.blocks + $1.plan.scratchCount) * 4 }
  }

  /// The memory that one task needs.
  package struct Workspace: ~Copyable {
    fileprivate let parts: [ExecutionWorkspace]
    /// How many images are best evaluated at a time.
    package let images: Int

    /// Allocates it.
    ///
    /// - Throws: ``PadawannError`` `unsupported` when there is not enough memory.
    package init(_ engine: Engine) throws(PadawannError) {
      var parts: [ExecutionWorkspace] = []
      for (plan, _) in engine.plans { parts.append(try ExecutionWorkspace(plan)) }
      self.parts = parts
      images = engine.imagesAtOnce
    }
  }

  /// The logits of some images.
  ///
  /// - Parameters:
  ///   - range: which images of the dataset.
  ///   - dataset: as described at ``init(_:magnitudes:for:using:)``.
  ///   - workspace: this engine's, used by nobody else meanwhile.
  /// - Returns: for each magnitude, images × outputs, row-major.
  package func logits(
    of range: Range<Int>, in dataset: Dataset, _ workspace: borrowing Workspace
  ) -> [[Float]] {
    logits(of: Array(range)[...], in: dataset, nil, workspace)
  }

  /// The logits of some images, given by their indices, in the order of these.
  ///
  /// - Parameter nonzero: of the dataset, to leave out what is zero in all images of a block; it changes no bit.
  func logits(
    of images: ArraySlice<Int>, in dataset: Dataset, _ nonzero: NonzeroMap?, _ workspace: borrowing Workspace
  ) -> [[Float]] {
    var result = [[Float]](repeating: [], count: magnitudes.count)
    for magnitude in result.indices { result[magnitude].reserveCapacity(images.count * outputs) }
    for (part, (plan, magnitudeIndices)) in zip(workspace.parts, plans) {
      let step = plan.blocks * LaneBuffer.width
      for start in stride(from: images.startIndex, to: images.endIndex, by: step) {
        let some = images[start..<min(start + step, images.endIndex)]
        plan.run(instructionSet, dataset.pixels, nonzero, images: some, in: part) { magnitude, logits in
          logits.appendRows(of: some.count, elements: outputs, to: &result[magnitudeIndices[magnitude]])
        }
      }
    }
    return result
  }

  /// The squares of pixels that save work where they are zero, if any.
  var squares: PixelGrid? { plans.lazy.compactMap(\.plan.squares).first }

  /// How many images are best evaluated at a time.
  var imagesAtOnce: Int { (plans.map(\.plan.blocks).max() ?? 1) * LaneBuffer.width }
}
