import Padawann
import Testing

/// Every rule of an architecture has a graph that breaks it.
@Suite struct ArchitectureTests {
  struct Case: CustomTestStringConvertible, Sendable {
    var says: String
    var input = Shape(channels: 2, height: 8, width: 8)
    var nodes: [Node]
    var testDescription: String { says }
  }

  private static func one(_ operation: Padawann.NodeOperation, _ says: String, _ input: Shape? = nil) -> Case
  {
    Case(
      says: says, input: input ?? Shape(channels: 2, height: 8, width: 8),
      nodes: [Node("n", operation, inputs: [-1])])
  }

  private static func convolution(_ says: String, _ change: (inout Convolution) -> Void) -> Case {
    var convolution = Convolution(outputs: 4, kernel: Extent(3))
    change(&convolution)
    return one(.convolution(convolution), says)
  }

  private static func pool(_ says: String, _ change: (inout Pool) -> Void) -> Case {
    var pool = Pool(kernel: Extent(2))
    change(&pool)
    return one(.maxPool(pool), says)
  }

  static let graphs: [Case] = [
    Case(says: "1 to 4096 nodes", nodes: []),
    Case(says: "1 to 4096 nodes", nodes: (0...4096).map { Node("n\($0)", .relu, inputs: [$0 - 1]) }),
    one(.relu, "out of bounds", Shape(channels: 0, height: 1, width: 1)),
    one(.relu, "out of bounds", Shape(channels: 1, height: -1, width: 1)),
    one(.relu, "out of bounds", Shape(channels: 1, height: 1, width: .max)),
    one(.relu, "out of bounds", Shape(channels: .max, height: .max, width: .max)),
    one(.relu, "out of bounds", Shape(channels: .min, height: .min, width: .min)),
    one(.relu, "out of bounds", Shape(channels: 65_536, height: 65_536, width: 65_536)),
    one(.relu, "out of bounds", Shape(channels: 1025, height: 256, width: 256)),
    Case(says: "letters, digits", nodes: [Node("", .relu, inputs: [-1])]),
    Case(says: "letters, digits", nodes: [Node("a/b", .relu, inputs: [-1])]),
    Case(says: "letters, digits", nodes: [Node(".a", .relu, inputs: [-1])]),
    Case(says: "letters, digits", nodes: [Node("-a", .relu, inputs: [-1])]),
    Case(says: "letters, digits", nodes: [Node("\u{212a}", .relu, inputs: [-1])]),
    Case(says: "letters, digits", nodes: [Node(String(repeating: "a", count: 129), .relu, inputs: [-1])]),
    Case(says: "stands for the image", nodes: [Node("input", .relu, inputs: [-1])]),
    Case(says: "two nodes", nodes: [Node("a", .relu, inputs: [-1]), Node("a", .relu, inputs: [0])]),
    Case(says: "earlier nodes", nodes: [Node("a", .relu, inputs: [0])]),
    Case(says: "earlier nodes", nodes: [Node("a", .relu, inputs: [1]), Node("b", .relu, inputs: [-1])]),
    Case(says: "earlier nodes", nodes: [Node("a", .relu, inputs: [-2])]),
    Case(says: "earlier nodes", nodes: [Node("a", .relu, inputs: [.max])]),
    Case(says: "earlier nodes", nodes: [Node("a", .relu, inputs: [.min])]),
    Case(says: "nothing reads", nodes: [Node("a", .relu, inputs: [-1]), Node("b", .relu, inputs: [-1])]),
    Case(says: "reads one input", nodes: [Node("a", .relu, inputs: [])]),
    Case(says: "reads one input", nodes: [Node("a", .relu, inputs: [-1, -1])]),
    Case(says: "2 to 64 inputs", nodes: [Node("a", .add, inputs: [-1])]),
    Case(says: "2 to 64 inputs", nodes: [Node("a", .concat, inputs: [Int](repeating: -1, count: 65))]),
    Case(
      says: "different shapes",
      nodes: [Node("a", .flatten, inputs: [-1]), Node("b", .add, inputs: [0, -1])]),
    Case(
      says: "different rows or columns",
      nodes: [Node("a", .globalAveragePool, inputs: [-1]), Node("b", .concat, inputs: [0, -1])]),
  ]

  static let operations: [Case] = [
    one(.batchNormalisation(epsilon: -1), "epsilon"), one(.batchNormalisation(epsilon: .nan), "epsilon"),
    one(.leakyRelu(slope: .infinity), "slope"), one(.dropout(rate: 1), "dropout rate"),
    one(.dropout(rate: -0.1), "dropout rate"), one(.dropout(rate: .nan), "dropout rate"),
    one(.linear(Linear(outputs: 1)), "flatten first"),
    one(.linear(Linear(outputs: 0)), "number of outputs", Shape(channels: 2)),
    one(.linear(Linear(outputs: .max)), "number of outputs", Shape(channels: 2)),
    one(.linear(Linear(outputs: 65_536)), "too many edges", Shape(channels: 65_536)),
    convolution("number of outputs") { $0.outputs = 0 },
    convolution("number of outputs") { $0.outputs = .max },
    convolution("number of outputs") { $0.groups = 0 },
    convolution("number of outputs") { $0.groups = .min },
    convolution("do not divide") { $0.groups = 4 },
    convolution("do not divide") { $0 = Convolution(outputs: 3, kernel: Extent(1), groups: 2) },
    convolution("kernel, stride or dilation") { $0.kernel.width = 0 },
    convolution("kernel, stride or dilation") { $0.kernel.height = .max },
    convolution("kernel, stride or dilation") { $0.stride.height = 0 },
    convolution("kernel, stride or dilation") { $0.stride.width = .min },
    convolution("kernel, stride or dilation") { $0.dilation = Extent(.max) },
    convolution("a padding is") { $0.padding.top = -1 },
    convolution("a padding is") { $0.padding.right = .max },
    convolution("too many edges") { $0 = Convolution(outputs: 65_536, kernel: Extent(65_536)) },
    convolution("does not fit") { $0.kernel = Extent(9) },
    convolution("does not fit") { $0.dilation = Extent(4) },
    convolution("padded input is too large") { $0.padding = Padding(30_000, 30_000) },
    pool("window, stride or dilation") { $0.kernel.height = 0 },
    pool("window, stride or dilation") { $0.stride.width = .max },
    pool("window, stride or dilation") { $0.dilation.width = -1 },
    pool("a padding is") { $0.padding.top = -1 },
    pool("half of the window") { $0.padding = Padding(0, 2) },
    pool("smaller than the window") { $0.padding.left = 3 },
    pool("a padding is") { $0.padding.right = .max },
    one(.clip(minimum: -.infinity, maximum: .infinity), "finite bound"),
    one(.clip(minimum: 1, maximum: 0), "at most"), one(.clip(minimum: .nan, maximum: 0), "finite bound"),
    one(.clip(minimum: .infinity, maximum: .infinity), "finite bound"),
    one(.hardSigmoid(alpha: .nan, beta: 0), "alpha"), one(.hardSigmoid(alpha: 1, beta: .infinity), "alpha"),
    one(.pad(Pad(before: .min)), "a pad is"), one(.pad(Pad(Padding(.max, .max))), "a pad is"),
    one(.pad(Pad(behind: -2)), "out of bounds"), one(.pad(Pad(Padding(-30, 0))), "out of bounds"),
    one(.pad(Pad(before: 65_536)), "out of bounds"), one(.pad(Pad(Padding(20_000, 20_000))), "is too large"),
    pool("does not fit") { $0.kernel = Extent(9) },
    one(.averagePool(Pool(kernel: Extent(2), dilation: Extent(2)), countsPadding: true), "no dilation"),
    Case(
      says: "is too large", input: Shape(channels: 1024, height: 256, width: 256),
      nodes: [Node("a", .concat, inputs: [-1, -1])]),
    Case(
      says: "more than",
      nodes: [
        Node("pooled", .globalAveragePool, inputs: [-1]),
        Node("fc1", .linear(Linear(outputs: 4096)), inputs: [0]),
        Node("fc2", .linear(Linear(outputs: 65_536)), inputs: [1]),
      ]),
  ]

  @Test(arguments: graphs + operations)
  func aBrokenRuleIsNamed(graph: Case) {
    let error = #expect(throws: PadawannError.self) {
      try Architecture(input: graph.input, nodes: graph.nodes)
    }
    #expect(error?.kind == .data)
    #expect(error?.message.contains(graph.says) == true, "\(error?.description ?? "")")
  }

  @Test func thePresetsHaveTheEdgesOfTheThesis() throws {
    for (preset, edges) in [(Preset.mnistNet, 1_199_648), (.mlp, 50_816)] {
      let architecture = try preset.architecture
      let counts = architecture.weightedNodes.map { architecture.weightShape(of: $0)?.reduce(1, *) ?? 0 }
      #expect(counts.reduce(0, +) == edges)
      #expect(architecture.outputs == 10)
      #expect(architecture.nodes[architecture.logitsNode].name == "fc2")
    }
  }

  @Test func logitsAreWhatASoftmaxAndADropoutRead() throws {
    func logits(_ operations: Padawann.NodeOperation...) throws -> Int {
      try Architecture(
        input: Shape(channels: 3),
        nodes: operations.enumerated().map { Node("n\($0)", $1, inputs: [$0 - 1]) }
      ).logitsNode
    }
    #expect(try logits(.relu, .dropout(rate: 0.5), .softmax) == 0)
    #expect(try logits(.softmax, .relu) == 1)
    #expect(try logits(.softmax) == 0)
    #expect(try logits(.relu, .logSoftmax, .dropout(rate: 0)) == 0)
  }
}
