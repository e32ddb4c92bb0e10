import Foundation
import Padawann
import Testing

/// The vectors of `Formats/padawann.md`, sections 13 and 14: files and streams whose bytes may never change.
@Suite struct FormatVectorTests {
  /// One linear node of one edge: positive, kept, no bias, shared weight 1.
  static func smallest() throws -> Model {
    let architecture = try Architecture(
      input: Shape(channels: 1),
      nodes: [Node("f", .linear(Linear(outputs: 1, hasBias: false)), inputs: [Node.image])])
    let weights = try EdgeWeights(
      shape: [1, 1], mask: Bitmask([true]), values: .signs(Bitmask([false])))
    return Model(
      network: try Network(architecture: architecture, parameters: [.weighted(weights, bias: nil)]),
      sharedWeights: [1])
  }

  /// The linear layer of the vectors: 3 outputs × 5 inputs.
  static func layer() throws -> Model {
    let architecture = try Architecture(
      input: Shape(channels: 5), nodes: [Node("fc", .linear(Linear(outputs: 3)), inputs: [Node.image])])
    let mask = Bitmask("110011000111010".map { $0 == "1" })
    let signs = Bitmask("100010000101000".map { $0 == "1" })
    let weights = try EdgeWeights(shape: [3, 5], mask: mask, values: .signs(signs))
    return Model(
      network: try Network(
        architecture: architecture, parameters: [.weighted(weights, bias: [0.5, -1, 2])]),
      sharedWeights: [0.5, 1, 2])
  }

  @Test(arguments: [false, true])
  func theSmallestFileKeepsItsBytes(compact: Bool) throws {
    let golden = try Fixtures.bytes("format/smallest\(compact ? "-compact" : "").h5")
    #expect(try ModelFile.encoded(try Self.smallest(), compact: compact) == golden)
    #expect(try ModelFile.model(encoded: golden).model == Self.smallest())
  }

  /// Of version 1.3: packed, and everything that is new in one plain file.
  @Test func filesOfVersion1_3KeepTheirBytes() throws {
    var model = try Self.layer()
    let packed = try Fixtures.bytes("format/layer-packed.h5")
    #expect(try ModelFile.encoded(model, as: .packed) == packed)
    #expect(try ModelFile.model(encoded: packed).model == model)
    model.network = try model.network.mapWeights { layer throws(PadawannError) in
      try layer.weights.multiplied(by: 0.25)
    }
    for form in [ModelForm(.plain, halvesNumbers: true), ModelForm(.packed, halvesNumbers: true)] {
      let golden = try Fixtures.bytes("format/layer-new-\(form.layout.rawValue).h5")
      #expect(try ModelFile.encoded(model, as: form) == golden)
      #expect(try ModelFile.model(encoded: golden).model == model)
    }
  }

  /// Of version 1.5: a task with a mask of its own, in every layout.
  @Test(arguments: ModelForm.Layout.allCases)
  func filesOfVersion1_5KeepTheirBytes(layout: ModelForm.Layout) throws {
    var model = try Self.layer()
    let own = try EdgeWeights(
      shape: [3, 5], mask: Bitmask("010011110111000".map { $0 == "1" }),
      values: .signs(Bitmask("000010100101000".map { $0 == "1" })))
    var task = ModelTask(
      name: "letters", dataset: "10letters:test", digest: Digest(of: [7]), classNames: ["a", "b", "c"],
      outputs: [0, 1, 2], normalisation: .mnist, bestSharedWeight: 0.5)
    task.parameters = [TaskOverride(node: "fc", .mask(own, bias: [1, 0, -0.5]))]
    model.tasks = [task]
    let bytes = try ModelFile.encoded(model, as: ModelForm(layout))
    let name = "format/layer-task-mask-\(layout.rawValue).h5"
    if ProcessInfo.processInfo.environment["PADAWANN_RECORD"] == "1" {
      let goldens = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "Goldens")
      try Data(bytes).write(to: goldens.appendingPathComponent(name))
    } else {
      let golden = try Fixtures.bytes(name)
      #expect(bytes == golden)
      #expect(try ModelFile.model(encoded: golden).model == model)
    }
  }

  @Test(arguments: [false, true])
  func theLayerOfTheVectorsKeepsItsBytes(compact: Bool) throws {
    let golden = try Fixtures.bytes("format/layer\(compact ? "-compact" : "").h5")
    #expect(try ModelFile.encoded(try Self.layer(), compact: compact) == golden)
    #expect(try ModelFile.model(encoded: golden).model == Self.layer())
  }
}
