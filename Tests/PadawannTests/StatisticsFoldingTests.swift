import Testing

@testable import Padawann

@Suite struct StatisticsFoldingTests {
  @Test(arguments: [1e-5, 0, 0.1, 3] as [Float]) func theAnswersAreTheSame(epsilon: Float) throws {
    let before = try Fixtures.network()
    let nodes = before.architecture.nodes.map {
      $0.name == "norm" ? Node($0.name, .batchNormalisation(epsilon: epsilon), inputs: $0.inputs) : $0
    }
    let network = try Network(
      architecture: Architecture(input: before.architecture.input, nodes: nodes),
      parameters: before.parameters)
    let folded = try network.foldingStatistics()
    let images = (0..<5).map { image in (0..<36).map { Float(($0 * (image + 3)) % 17) / 17 } }
    let (ours, theirs) = (
      ReferenceEvaluator(folded, magnitude: .shared(0.5)).logits(images),
      ReferenceEvaluator(network, magnitude: .shared(0.5)).logits(images)
    )
    #expect(ExportFixture.difference(theirs, ours) < 1e-6)
    guard case .normalisation(let numbers) = folded.parameters[1],
      case .normalisation(let unfolded) = network.parameters[1]
    else { throw CancellationError() }
    #expect(numbers.isFolded(epsilon: epsilon) && !unfolded.isFolded(epsilon: epsilon))
    #expect(!folded.hasStatistics && network.hasStatistics)
    guard case .normalisation(let rounded) = try folded.roundedToHalf().parameters[1] else {
      throw CancellationError()
    }
    #expect(rounded.isFolded(epsilon: epsilon))
    #expect(Set(numbers.mean) == [0] && Set(numbers.variance) == [max(0, 1 - epsilon)])
    #expect(try folded.foldingStatistics() == folded)
    #expect(folded.layers.map(\.weights) == network.layers.map(\.weights))
  }
}
