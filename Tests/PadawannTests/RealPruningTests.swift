import Padawann
import Testing

/// Masks from the weights of nets that others trained (`real/INDEX.md`), which are no part of the package.
@Suite struct RealPruningTests {
  /// Files, and the least and the most that their best ternary fits keep.
  private static let real: [(String, Double, Double)] = [
    ("models/mnist-net.pt", 0.305, 0.315),
    ("real/models/hendrycks__outlier-exposure/baseline_epoch_9.pt", 0.5, 0.515),
    ("real/models/FYH620__lenet-mnist-openvino/lenet.pth", 0.215, 0.225),
    ("real/models/locuslab__convex_adversarial/fashion_mnist.pth", 0.0035, 0.0045),
  ]
  private static let isThere = real.allSatisfy { SharedFiles.have($0.0) }

  @Test(.enabled(if: isThere, SharedFiles.skipped), arguments: real)
  func noMaskOfALayerExplainsMoreThanItsFit(file: String, least: Double, most: Double) throws {
    let parameters = try ImportedParameters(TensorFile.read(SharedFiles.path(file))).parameters
    let architecture = try ArchitectureFile.architecture(
      json: Array(ArchitectureSketch(parameters).json.utf8))
    let network = try NetworkImport(weights: .keep).network(parameters, architecture)
    let fits = network.layers.map { TernaryFit($0.weights) }
    let ternary = try Pruning.ternary.apply(to: network)
    #expect(zip(ternary.layers, fits).allSatisfy { $0.weights.mask == $1.mask($1.best) })
    let density = Double(ternary.remainingEdges) / Double(network.edgeCount)
    #expect(density > least && density < most, "\(density)")
    for other in [
      try Pruning.belowMean(times: 0.7).apply(to: network),
      try Pruning.smallestPerLayer.apply(to: network, .share(0.5)),
      try Pruning.smallest.apply(to: network, .leaving(ternary.remainingEdges)),
    ] {
      for (layer, fit) in zip(other.layers, fits) {
        #expect(fit.explained(layer.weights.remainingEdges) <= fit.explained(fit.best))
      }
    }
    // A budget explains at least as much as equal shares of the same sum.
    for density in [0.002, 0.01, 0.1, 0.3] where density * Double(network.edgeCount) > Double(fits.count) {
      let kept = try LayerBudget(network, density: density).kept
      let sum = kept.values.reduce(0, +)
      let equal = try Pruning.smallestPerLayer.apply(to: network, .leaving(sum))
      let worth = zip(network.layers, fits).reduce(0) { $0 + $1.1.explained(kept[$1.0.index] ?? 0) }
      let equalWorth = zip(equal.layers, fits).reduce(0) { $0 + $1.1.explained($1.0.weights.remainingEdges) }
      #expect(Double(sum) <= density * Double(network.edgeCount) && worth > equalWorth)
    }
  }
}
