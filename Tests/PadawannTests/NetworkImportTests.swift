import Padawann
import Testing

@Suite struct NetworkImportTests {
  private static func architecture() throws -> Architecture {
    try Architecture(
      input: Shape(channels: 2, height: 3, width: 3),
      nodes: [
        Node("conv", .convolution(Convolution(outputs: 2, kernel: Extent(3), hasBias: false)), inputs: [-1]),
        Node("norm", .batchNormalisation(epsilon: 1e-5), inputs: [0]),
        Node("fc", .linear(Linear(outputs: 3)), inputs: [1]),
      ])
  }

  private static func parameters() -> [ImportedParameter] {
    [
      ImportedParameter(
        name: "conv.weight", shape: [2, 2, 3, 3], values: (0..<36).map { Float($0 - 10) }),
      ImportedParameter(name: "norm.weight", shape: [2], values: [1, 2]),
      ImportedParameter(name: "norm.bias", shape: [2], values: [3, 4]),
      ImportedParameter(name: "norm.running_mean", shape: [2], values: [5, 6]),
      ImportedParameter(name: "norm.running_var", shape: [2], values: [7, 8]),
      ImportedParameter(
        name: "fc.weight", shape: [3, 2], values: [1, -1, 2, -2, -0.0, 3],
        mask: Bitmask([true, true, false, false, true, true])),
      ImportedParameter(name: "fc.bias", shape: [3], values: [0.1, 0.2, 0.3]),
    ]
  }

  @Test func zerosAndMasksBecomePrunedEdges() throws {
    let network = try NetworkImport().network(Self.parameters(), Self.architecture())
    #expect(network.layers.map(\.weights.remainingEdges) == [35, 3])
    let conv = network.layers[0].weights
    #expect(!conv.hasOwnValues && !conv.mask[10] && conv.signs[9] && !conv.signs[11])
    #expect(Array(network.layers[1].weights.mask.indices) == [0, 1, 5])
    #expect(network.layers[1].weights.numbers(.shared(0.5)) == [0.5, -0.5, 0, 0, 0, 0.5])
    #expect(network.layers[1].bias == [0.1, 0.2, 0.3])
    #expect(
      network.parameters[1]
        == .normalisation(
          BatchNormalisation(scale: [1, 2], shift: [3, 4], mean: [5, 6], variance: [7, 8])))
  }

  @Test func keptWeightsAreTheNumbersOfTheFile() throws {
    let keep = try NetworkImport(weights: .keep).network(Self.parameters(), Self.architecture())
    #expect(keep.hasOwnValuesOnly)
    #expect(keep.layers[1].weights.values == .own([1, -1, 0, 0, 0, 3]))
    let retained = try NetworkImport(weights: .keep, retainsPruned: true)
      .network(Self.parameters(), Self.architecture())
    #expect(retained.layers[1].weights.values == .own([1, -1, 2, -2, 0, 3]))
    #expect(retained.layers[1].weights.remainingEdges == 3)
    let signs = try NetworkImport(retainsPruned: true).network(Self.parameters(), Self.architecture())
    #expect(signs.layers[1].weights.signs.packed == [0b0101_0000])
  }

  @Test(arguments: ["conv.weight", "norm.running_var", "fc.bias"])
  func aMissingTensorIsNamed(name: String) throws {
    let error = try Self.refusal(of: Self.parameters().filter { $0.name != name })
    #expect(error.kind == .data)
    #expect(error.message.contains("the tensor \(name) ("))
    #expect(error.message.contains("is missing; the file has"))
  }

  @Test func aLeftOverTensorIsNamedAndCanBeIgnored() throws {
    let extra = ImportedParameter(name: "head.weight", shape: [2, 2], values: [1, 2, 3, 4])
    let error = try Self.refusal(of: Self.parameters() + [extra])
    #expect(error.message == "the tensor head.weight (2×2) is left over: the architecture does not use it")
    #expect(error.choice == .architectureOrIgnored(tensor: "head.weight"))
    let ignoring = NetworkImport(ignored: ["head.weight"])
    let network = try ignoring.network(Self.parameters() + [extra], Self.architecture())
    #expect(network == (try NetworkImport().network(Self.parameters(), Self.architecture())))
    let unknown = #expect(throws: PadawannError.self) {
      try ignoring.network(Self.parameters(), Self.architecture())
    }
    #expect(unknown?.kind == .usage)
    #expect(unknown?.message.contains("\"head.weight\"") == true)
  }

  @Test func anIgnoredTensorThatIsNeededIsMissing() throws {
    let error = #expect(throws: PadawannError.self) {
      try NetworkImport(ignored: ["fc.bias"]).network(Self.parameters(), Self.architecture())
    }
    #expect(error?.message.contains("fc.bias (3) is missing") == true)
  }

  @Test func anotherShapeIsNamedWithBoth() throws {
    var parameters = Self.parameters()
    parameters[0].shape = [2, 2, 9]
    let error = try Self.refusal(of: parameters)
    #expect(error.message.contains("conv.weight has the shape 2×2×9, and 2×2×3×3 is needed"))
  }

  @Test func countsThatDoNotAgreeAreErrors() throws {
    for index in Self.parameters().indices {
      var parameters = Self.parameters()
      parameters[index].values.removeLast()
      _ = try Self.refusal(of: parameters)
      parameters[index].values = []
      _ = try Self.refusal(of: parameters)
    }
    var parameters = Self.parameters()
    parameters[5].mask = Bitmask([true])
    #expect(try Self.refusal(of: parameters).description.contains("fc.weight"))
  }

  @Test func thePresetIsFoundByNamesAndShapes() throws {
    let mlp = [
      ImportedParameter(name: "fc1.weight", shape: [64, 784], values: []),
      ImportedParameter(name: "fc1.bias", shape: [64], values: []),
      ImportedParameter(name: "fc2.weight", shape: [10, 64], values: []),
      ImportedParameter(name: "fc2.bias", shape: [10], values: []),
    ]
    #expect(try NetworkImport.preset(for: mlp) == .mlp)
    #expect(try NetworkImport.preset(for: mlp.dropLast()) == nil)
    #expect(try NetworkImport.preset(for: mlp + [ImportedParameter(name: "x", shape: [], values: [])]) == nil)
    #expect(try NetworkImport.preset(for: []) == nil)
  }

  private static func refusal(of parameters: [ImportedParameter]) throws -> PadawannError {
    let architecture = try architecture()
    return try #require(
      #expect(throws: PadawannError.self) { try NetworkImport().network(parameters, architecture) })
  }
}
