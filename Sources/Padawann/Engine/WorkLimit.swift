/// How much work a network may ask for before it is refused. An architecture is a short text, and can ask for any amount.
package struct WorkLimit: Sendable, Hashable {
  /// Multiplications, and comparisons of pooling, for one image.
  package var operations = 1e11
  /// Bytes of the activations that one thread holds.
  package var bytesPerThread = 1 << 30
  /// Bytes of all that is held at once.
  package var bytes: Int

  /// Up to 10¹¹ operations for an image, 1 GiB for a thread, and three quarters of the memory that this process can get.
  package static let standard = WorkLimit(bytes: MachineMemory.bytes / 4 * 3)

  /// Checks that a network may be evaluated; before anything is made for it.
  ///
  /// - Parameter magnitudes: how many magnitudes it is evaluated with.
  /// - Throws: ``PadawannError`` `unsupported` that says how much it needs.
  func check(_ architecture: Architecture, magnitudes: Int) throws(PadawannError) {
    try checkOperations(architecture)
    let weights = Double(architecture.edgeCount) * 4 * Double(1 + magnitudes)
    try checkBytes(weights)
  }

  /// Checks the memory of an evaluation.
  ///
  /// - Parameters:
  ///   - engine: what each thread needs a workspace for.
  ///   - threads: how many evaluate.
  ///   - images: how many logits are kept.
  func check(_ engine: Engine, threads: Int, images: Int) throws(PadawannError) {
    let workspace = engine.workspaceBytes
    guard workspace <= bytesPerThread else {
      throw Self.tooMuch(
        "a thread needs \(Self.gigabytes(Double(workspace))) for activations",
        Self.gigabytes(Double(bytesPerThread)))
    }
    try checkBytes(
      Double(workspace) * Double(threads) + Double(images) * Double(engine.outputs * engine.magnitudes.count)
        * 8)
  }

  /// Checks that a network may be trained.
  ///
  /// - Parameter batch: the images of a batch.
  /// - Throws: ``PadawannError`` `unsupported` that says how much it needs.
  func check(training architecture: Architecture, batch: Int) throws(PadawannError) {
    try checkOperations(architecture)
    let lanes = Double((batch + LaneBuffer.width - 1) / LaneBuffer.width * LaneBuffer.width)
    // Values and gradients of all activations; weights, their gradients, what an optimiser remembers, and two copies.
    let activations =
      architecture.nodes.indices.reduce(0.0) { $0 + architecture.elements(of: $1) } * 2 * lanes
    try checkBytes(4 * (activations + 6 * Double(architecture.edgeCount)))
  }

  private func checkOperations(_ architecture: Architecture) throws(PadawannError) {
    let needed = architecture.nodes.indices.reduce(0.0) { $0 + architecture.operations(of: $1) }
    guard needed <= operations else {
      throw Self.tooMuch(
        "an image needs \(Self.rounded(needed)) operations", Self.rounded(operations),
        remedy: "Lift the limit to begin all the same")
    }
  }

  private func checkBytes(_ needed: Double) throws(PadawannError) {
    guard needed <= Double(bytes) else {
      throw Self.tooMuch(
        "this needs about \(Self.gigabytes(needed)) of memory",
        "\(Self.gigabytes(Double(bytes))) on this machine")
    }
  }

  private static func tooMuch(
    _ need: String, _ limit: String,
    remedy: String = "Take fewer threads or a smaller batch, or lift the limit"
  ) -> PadawannError {
    PadawannError(.unsupported, "\(need), and the limit is \(limit)", remedy: remedy, choice: .limit)
  }

  private static func gigabytes(_ bytes: Double) -> String { "\((bytes / 1e8).rounded(.up) / 10) GB" }

  private static func rounded(_ number: Double) -> String {
    // Above 9.95 one digit more would be shown in front of the point.
    var (digits, exponent) = (number, 0)
    while digits >= 9.95 { (digits, exponent) = (digits / 10, exponent + 1) }
    return "\((digits * 10).rounded() / 10)·10^\(exponent)"
  }
}

extension Architecture {
  /// What a node does for one image: multiplications, or what pooling looks at.
  fileprivate func operations(of node: Int) -> Double {
    let shape = shapes[node]
    switch nodes[node].operation {
    case .convolution, .linear:
      let places = nodes[node].operation.isConvolution ? Double(shape.height) * Double(shape.width) : 1
      return places * (weightShape(of: node) ?? []).reduce(1.0) { $0 * Double($1) }
    case .maxPool(let pool), .averagePool(let pool, _):
      return Double(shape.count) * Double(pool.kernel.height) * Double(pool.kernel.width)
    default: return Double(shape.count)
    }
  }

  /// The numbers that a node holds for one image: its result, and what it reads with padding around it.
  fileprivate func elements(of node: Int) -> Double {
    let own = Double(shapes[node].count)
    guard case .convolution(let layer) = nodes[node].operation, layer.padding != .none else { return own }
    return own + Double(inputShape(of: node).padded(by: layer.padding).count)
  }
}

extension NodeOperation {
  fileprivate var isConvolution: Bool { if case .convolution = self { true } else { false } }
}
