import Testing

@testable import Padawann

@Suite struct TensorChoiceTests {
  private static func read(_ name: String, _ choice: TensorChoice) throws -> TensorFile {
    try TensorFile(bytes: ImportFixture.bytes(name), path: name, choosing: choice)
  }

  @Test func theKeyOfACheckpointIsTaken() throws {
    let file = try Self.read("average.pt", TensorChoice(keys: ["state_dict_ema", "model"]))
    #expect(file.tensors.map(\.name) == ["fc.weight", "fc.bias"])
    #expect(file.notes.first == "the weights are under the key state_dict_ema / model")
    // Below a key, the usual ones lead on.
    #expect(try Self.read("average.pt", TensorChoice(keys: ["state_dict_ema"])).tensors.count == 2)
    #expect(try Self.read("several.pt", TensorChoice(keys: ["decoder"])).tensors.count == 2)
  }

  @Test func aKeyThatIsNotThereIsAnErrorThatNamesThem() throws {
    let error = #expect(throws: PadawannError.self) {
      try Self.read("average.pt", TensorChoice(keys: ["model_ema"]))
    }
    #expect(error?.kind == .usage)
    #expect(error?.remedy == "It has: state_dict, state_dict_ema")
    let npz = try NumPyArchive.file(of: [.init(name: "w", array: NumPyArray(shape: [1], bytes: [1]))])
    #expect { try TensorFile(bytes: npz, path: "x", choosing: TensorChoice(keys: ["a"])) } throws: {
      "\($0)".contains("a key is for a checkpoint")
    }
  }

  @Test func aPrefixChoosesAndComesOff() throws {
    let file = try Self.read("checkpoint.pt", TensorChoice(prefix: "fc."))
    #expect(file.tensors.map(\.name) == ["weight", "bias"])
    let error = #expect(throws: PadawannError.self) {
      try Self.read("checkpoint.pt", TensorChoice(prefix: "backbone."))
    }
    #expect(error?.message == "no tensor's name begins with \"backbone.\"")
    #expect(error?.remedy == "Names begin with fc.")
  }

  @Test(arguments: [
    ("*", "anything", true), ("a*c", "abc", true), ("a*c", "ac", true), ("a*c", "acb", false),
    ("a?c", "abc", true),
    ("a?c", "ac", false), ("*.num_*", "bn.1.num_batches", true), ("", "", true), ("", "a", false),
    ("a*b*c", "a1b2b3c", true), ("a*b*c", "a1c", false), ("**", "", true),
  ])
  func aPatternMatchesAsInAShell(pattern: String, name: String, matches: Bool) {
    #expect(NamePattern(pattern).matches(name) == matches)
  }

  /// A wrapper's own name in front of all tensors once had to be in the architecture too.
  @Test func whatAllNamesBeginWithComesOffWhereTheArchitectureHasItNot() throws {
    let architecture = try Preset.mlp.architecture
    let needs = NetworkImport.tensors(of: architecture)
    func parameters(_ prefix: String) -> [ImportedParameter] {
      needs.map {
        ImportedParameter(
          name: prefix + $0.name, shape: $0.shape, values: [Float](repeating: 1, count: $0.shape.reduce(1, *))
        )
      }
    }
    for prefix in ["", "net.", "encoder.body."] {
      let fitted = NetworkImport.fitted(parameters(prefix), to: architecture)
      #expect(fitted.prefix == prefix && fitted.parameters == parameters(""))
      #expect(try NetworkImport.preset(for: parameters(prefix)) == .mlp)
    }
    var mixed = parameters("net.")
    mixed[0].name = "other." + needs[0].name
    #expect(NetworkImport.fitted(mixed, to: architecture).parameters == mixed)
  }

  @Test func ignoredNamesMayBePatterns() throws {
    let architecture = try Preset.mlp.architecture
    var parameters = NetworkImport.tensors(of: architecture).map {
      ImportedParameter(
        name: $0.name, shape: $0.shape, values: [Float](repeating: 1, count: $0.shape.reduce(1, *)))
    }
    parameters += ["aux.0.weight", "aux.1.weight"].map {
      ImportedParameter(name: $0, shape: [1], values: [1])
    }
    _ = try NetworkImport(ignored: ["aux.*"]).network(parameters, architecture)
    let error = #expect(throws: PadawannError.self) {
      try NetworkImport(ignored: ["aux.*", "none*"]).network(parameters, architecture)
    }
    #expect(error?.message.contains("\"none*\"") == true)
  }

  @Test(arguments: Preset.allCases) func anArchitectureThatIsWrittenIsReadBackEqual(preset: Preset) throws {
    let architecture = try preset.architecture
    #expect(
      try ArchitectureFile.architecture(json: Array(ArchitectureFile.json(of: architecture).utf8))
        == architecture)
  }

  @Test func everyOperationIsWrittenAndReadBackEqual() throws {
    let architecture = try Architecture(
      input: Shape(channels: 3, height: 32, width: 24),
      nodes: [
        Node(
          "a",
          .convolution(
            Convolution(
              outputs: 6, kernel: Extent(3, 5), stride: Extent(2, 1),
              padding: Padding(top: 1, left: 2, bottom: 0, right: 3),
              dilation: Extent(1, 2), groups: 3, hasBias: false)), inputs: [-1]),
        Node("b", .batchNormalisation(epsilon: 1e-3), inputs: [0]),
        Node("c", .leakyRelu(slope: 0.2), inputs: [1]),
        Node("d", .gelu(.tanh), inputs: [1]), Node("e", .add, inputs: [2, 3]),
        Node(
          "f", .maxPool(Pool(kernel: Extent(3), stride: Extent(2), padding: Padding(1, 1), roundsUp: true)),
          inputs: [4]),
        Node("g", .averagePool(Pool(kernel: Extent(2)), countsPadding: false), inputs: [5]),
        Node("h", .concat, inputs: [6, 6]), Node("i", .dropout(rate: 0.3), inputs: [7]),
        Node("j", .globalAveragePool, inputs: [8]), Node("k", .flatten, inputs: [9]),
        Node("l", .linear(Linear(outputs: 4, hasBias: false)), inputs: [10]),
        Node("m", .logSoftmax, inputs: [11]),
      ])
    let json = ArchitectureFile.json(of: architecture)
    #expect(try ArchitectureFile.architecture(json: Array(json.utf8)) == architecture)
  }
}
