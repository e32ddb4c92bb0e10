import Padawann
import Testing

/// What is exported and imported again is the same model, bit for bit, but for its provenance.
@Suite struct ExportRoundTripTests {
  @Test(arguments: 1...60)
  func randomNetworksComeBack(_ seed: UInt64) throws {
    let network = try RandomNetworks.make(seed).network
    try check(ExportFixture.model(network, weight: seed % 2 == 0 ? 0.5 : -1.25))
  }

  @Test func everyOperationComesBack() throws {
    try check(ExportFixture.model(ExportFixture.everyOperation()))
  }

  @Test func theNetworkOfEveryOperationHasEveryOperation() throws {
    let names = try ExportFixture.everyOperation().architecture.nodes.map(\.operation.name)
    let known = #expect(throws: PadawannError.self) { try NodeOperation(name: "?", attributes: [:]) }?.remedy
    let all = try #require(known?.split(separator: ": ").last).split(separator: ", ").map(String.init)
    #expect(Set(names) == Set(all))
  }

  private func check(_ stored: StoredModel) throws {
    let subject = try ExportSubject(stored, task: nil)
    var expected = stored.model
    expected.provenance = Provenance()
    var floats = ONNXExport()
    floats.writesFloats = true
    var pixels = ONNXExport()
    pixels.normalises = true
    var files = [SafeTensorsExport.bytes(of: subject)]
    for export in [ONNXExport(), floats, pixels] {
      let written = Result { try export.model(of: subject).bytes }
      // ONNX has no window for some poolings.
      if case .failure(let error as PadawannError) = written, error.kind == .unsupported { continue }
      files.append(try written.get())
    }
    for bytes in files {
      let model = try ExportFixture.imported(bytes)
      #expect(model.network == expected.network)
      #expect(try ModelFile.digest(of: model) == ModelFile.digest(of: expected))
    }
  }

  /// Without its record an exported graph is one like any other, of which another program of ours makes a network that answers
  /// the same.
  @Test(arguments: 1...60)
  func theGraphAloneAnswersTheSame(_ seed: UInt64) throws {
    let (network, dataset) = try RandomNetworks.make(seed)
    let subject = try ExportSubject(ExportFixture.model(network), task: nil)
    let bytes = try ONNXExport().model(of: subject).bytes
    let file = try TensorFile(bytes: ExportFixture.withoutRecord(bytes), path: "exported")
    #expect(file.record == nil)
    let reading = Result { try ONNXNetwork(file) }
    // A mean of a padded image is two nodes of ONNX, which is not put together again.
    if case .failure(let error as PadawannError) = reading, error.message.contains("what a Pad adds") {
      return
    }
    let found = try #require(try reading.get())
    let other = try NetworkImport(weights: .keep).network(found.parameters, found.architecture)
    let images = (0..<min(4, dataset.count)).map(dataset.input)
    func answers(_ network: Network, _ magnitude: Magnitude) -> [[Float]] {
      ReferenceEvaluator(network, magnitude: magnitude).activations(
        images, of: network.architecture.nodes.count - 1)
    }
    let difference = ExportFixture.difference(answers(network, subject.magnitude), answers(other, .own))
    #expect(difference < 1e-4)
  }

  @Test func aTaskThatAnswersSomeOutputsHasOnlyTheirRows() throws {
    let network = try Fixtures.network()
    var task = ModelTask(
      name: "two", dataset: "strokes:train", digest: Digest(of: []), classNames: ["four", "one"],
      outputs: [4, 1],
      normalisation: .mnist)
    task.bestSharedWeight = 2
    let stored = try ExportFixture.stored(Model(network: network, sharedWeights: [0.5, 2], tasks: [task]))
    let subject = try ExportSubject(stored, task: "two")
    #expect(subject.magnitude == .shared(2))
    let model = try ExportFixture.imported(ONNXExport().model(of: subject).bytes)
    #expect(model.classNames == ["four", "one"])
    #expect(model.network.architecture.outputs == 2)
    let image = [(0..<36).map { Float($0) / 36 }]
    let all = ReferenceEvaluator(network, magnitude: .shared(2)).logits(image)[0]
    #expect(ReferenceEvaluator(model.network, magnitude: .shared(2)).logits(image)[0] == [all[4], all[1]])
    // PyTorch's class has all outputs.
    let whole = try TensorFile(bytes: SafeTensorsExport.bytes(of: subject), path: "whole")
    #expect(whole.tensor(named: "fc.weight")?.shape == [5, 12])
    #expect(whole.record?.outputs == [4, 1])
  }

  @Test func aWeightThatIsNotClearIsAsked() throws {
    let stored = try ExportFixture.stored(Model(network: Fixtures.network()))
    let error = #expect(throws: PadawannError.self) { try ExportSubject(stored, task: nil) }
    #expect(error?.kind == .usage)
    #expect(error?.message.contains("0.5, 1.0, 2.0") == true)
    #expect(try ExportSubject(stored, task: nil, weight: 1).magnitude == .shared(1))
  }

  /// A program that changes the graph and keeps the record must not make its network that of the record.
  @Test func aChangedGraphIsReadAndNotItsRecord() throws {
    let subject = try ExportSubject(ExportFixture.model(Fixtures.network()), task: nil)
    var bytes = try ONNXExport().model(of: subject).bytes
    let name = Array("Relu".utf8)
    let place = try #require((0..<(bytes.count - 4)).first { Array(bytes[$0..<($0 + 4)]) == name })
    bytes.replaceSubrange(place..<(place + 4), with: Array("Tanh".utf8))
    let graph = try #require(try ONNXNetwork(TensorFile(bytes: bytes, path: "changed")))
    #expect(graph.architecture.nodes.contains { $0.operation == .tanh })
    #expect(!graph.architecture.nodes.contains { $0.operation == .relu })
  }

  @Test func aRecordThatIsNoneIsAnError() throws {
    func record(_ key: String, _ value: String) throws {
      let subject = try ExportSubject(ExportFixture.model(Fixtures.network()), task: nil)
      var texts = Dictionary(uniqueKeysWithValues: subject.record().entries.map { ($0.key, $0.value) })
      texts["padawann.\(key)"] = value
      _ = try PortableRecord(texts)
    }
    for (key, value) in [
      ("class_names", "[1, 2]"), ("normalisation", "{}"), ("architecture", "{"), ("shared_weights", "[]"),
      ("shared_weight", "0"), ("outputs", "[0.5]"), ("own_layers", "fc"),
    ] {
      let error = #expect(throws: PadawannError.self) { try record(key, value) }
      #expect(error?.kind == .data, "\(key)")
      #expect(error?.location?.contains("padawann.") == true, "\(key)")
    }
    let later = #expect(throws: PadawannError.self) { try record("version", "3") }
    #expect(later?.kind == .unsupported)
    #expect(try PortableRecord(["format": "pt"]) == nil)
  }
}
