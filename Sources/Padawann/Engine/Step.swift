/// One kernel's work in a plan: it reads the values `inputs` and writes the value `output`.
///
/// What depends on a magnitude of the weights is in epilogues: one per magnitude, or a single one where the step is shared
/// by all of them.
struct Step: Sendable {
  var work: Work
  var inputs: [Int]
  var output: Int
  /// Whether the result is the same for every magnitude, so that it is computed once.
  var isShared: Bool
  /// For a layer by Winograd's algorithm, what happens to its input first, for each magnitude; empty for nothing.
  var before: [Epilogue] = []
  /// The pixels that each position, or each tile of a layer by Winograd's algorithm, depends on, as far as zero ones can
  /// be told.
  var squares: PixelGrid?
  /// Whether the last input is added to the output.
  var adds = false

  /// What is computed.
  enum Work: Sendable {
    case sum(SumKernel, [Epilogue])
    case edges(EdgeKernel, [Epilogue])
    case winograd(WinogradKernel, [Epilogue])
    case lookup(LookupKernel, [Epilogue])
    case pointwise([Epilogue], plane: Int)
    case surround(Shape, Padding)
    case pad(Shape, Pad)
    case pool(Pool, InstructionSet.Average?, from: Shape, to: Shape)
    case add(count: Int)
    case concat(counts: [Int])
    case function(SmoothFunction, count: Int)
    case softmax(Shape, logarithm: Bool)
  }

  /// Whether it is a layer by Winograd's algorithm.
  var isWinograd: Bool { if case .winograd = work { true } else { false } }

  /// What the step is called where a plan is shown.
  var name: String {
    switch work {
    case .sum, .edges: "sum"
    case .winograd: "winograd"
    case .lookup: "lookup"
    case .pointwise: "pointwise"
    case .surround, .pad: "pad"
    case .pool: "pool"
    case .add: "add"
    case .concat: "concat"
    case .function: "function"
    case .softmax: "softmax"
    }
  }

  /// The number of floats of scratch that the kernel needs.
  var scratchCount: Int {
    switch work {
    case .winograd(let kernel, _): kernel.scratchCount
    case .lookup: LookupKernel.scratchCount
    default: 0
    }
  }

  /// The size of the weights as the kernel reads them.
  var weightBytes: Int {
    switch work {
    case .sum(let kernel, _): kernel.bytes
    case .edges(let kernel, _): kernel.bytes
    case .winograd(let kernel, _): kernel.bytes
    case .lookup(let kernel, _): kernel.bytes
    default: 0
    }
  }
}

extension [Epilogue] {
  /// The epilogue of a magnitude; a shared step has one for all.
  func of(magnitude: Int) -> Epilogue { self[count == 1 ? 0 : magnitude] }
}
