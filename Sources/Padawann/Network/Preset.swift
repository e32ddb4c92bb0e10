/// Architectures that need no file.
public enum Preset: String, CaseIterable, Sendable {
  /// PyTorch's MNIST example net, the thesis' MNIST-Net (thesis-facts 17): 1,199,648 edges.
  case mnistNet = "mnist-net"
  /// The thesis' feed-forward net (thesis-facts 18): 50,816 edges. It has a ReLU on the normalised INPUT.
  case mlp
  /// The ResNet-20 for CIFAR-10 (He et al. 2016, section 4.2) with shortcuts of option A, and the names that the tensors of its
  /// best known PyTorch code have (akamaster/pytorch_resnet_cifar10): 268,336 edges.
  case resnet20 = "resnet-20"

  /// The graph.
  public var architecture: Architecture {
    get throws(PadawannError) {
      let nodes: [(String, NodeOperation)]
      switch self {
      case .mnistNet:
        nodes = [
          ("conv1", .convolution(Convolution(outputs: 32, kernel: Extent(3)))),
          ("relu1", .relu),
          ("conv2", .convolution(Convolution(outputs: 64, kernel: Extent(3)))),
          ("relu2", .relu),
          ("pool", .maxPool(Pool(kernel: Extent(2)))),
          ("dropout1", .dropout(rate: 0.25)),
          ("flatten", .flatten),
          ("fc1", .linear(Linear(outputs: 128))),
          ("relu3", .relu),
          ("dropout2", .dropout(rate: 0.5)),
          ("fc2", .linear(Linear(outputs: 10))),
          ("log_softmax", .logSoftmax),
        ]
      case .mlp:
        nodes = [
          ("flatten", .flatten),
          ("relu1", .relu),
          ("fc1", .linear(Linear(outputs: 64))),
          ("relu2", .relu),
          ("fc2", .linear(Linear(outputs: 10))),
          ("log_softmax", .logSoftmax),
        ]
      case .resnet20:
        return try Architecture(
          input: Shape(channels: 3, height: 32, width: 32), nodes: ResidualNodes.nodes(blocks: 3))
      }
      return try Architecture(
        input: Shape(channels: 1, height: 28, width: 28),
        nodes: nodes.enumerated().map { Node($1.0, $1.1, inputs: [$0 - 1]) })
    }
  }
}
