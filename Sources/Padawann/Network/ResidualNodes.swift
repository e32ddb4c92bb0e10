/// The nodes of the residual networks for CIFAR (He et al. 2016, section 4.2): three stages of 16, 32 and 64 channels.
enum ResidualNodes {
  /// - Parameter blocks: how many blocks of two convolutions each stage has.
  static func nodes(blocks: Int) -> [Node] {
    var nodes: [Node] = []
    func add(_ name: String, _ operation: NodeOperation, _ inputs: [Int]? = nil) {
      nodes.append(Node(name, operation, inputs: inputs ?? [nodes.count - 1]))
    }
    func addConvolution(_ name: String, _ number: String, _ outputs: Int, stride: Int = 1, reading input: Int)
    {
      let layer = Convolution(
        outputs: outputs, kernel: Extent(3), stride: Extent(stride), padding: Padding(1, 1), hasBias: false)
      add(name + "conv" + number, .convolution(layer), [input])
      add(name + "bn" + number, .batchNormalisation(epsilon: 1e-5))
    }
    addConvolution("", "1", 16, reading: Node.image)
    add("relu1", .relu)
    for (stage, channels) in [16, 32, 64].enumerated() {
      for block in 0..<blocks {
        let name = "layer\(stage + 1).\(block)."
        let isSmaller = stage > 0 && block == 0
        var shortcut = nodes.count - 1
        addConvolution(name, "1", channels, stride: isSmaller ? 2 : 1, reading: shortcut)
        add(name + "relu1", .relu)
        addConvolution(name, "2", channels, reading: nodes.count - 1)
        let last = nodes.count - 1
        if isSmaller {
          // Option A: every second row and column, and zeros in the new channels.
          add(name + "subsample", .maxPool(Pool(kernel: Extent(1), stride: Extent(2))), [shortcut])
          add(name + "pad", .pad(Pad(before: channels / 4, behind: channels / 4)))
          shortcut = nodes.count - 1
        }
        add(name + "sum", .add, [last, shortcut])
        add(name + "relu2", .relu)
      }
    }
    add("mean", .globalAveragePool)
    add("linear", .linear(Linear(outputs: 10)))
    return nodes
  }
}
