import Foundation
import HDF5
import Padawann

/// Model files that are changed as the input says, and whose digests are then made right, as somebody who means harm would do it.
struct SealedModel {
  private let trees: [HDFGroup]

  /// Begins from the files of layers whose bytes are fixed, or from a graph of neurons.
  init(ofNeurons: Bool = false) throws {
    guard !ofNeurons else {
      trees = [try HDFGroup(encoded: WannFile.encoded(try Self.neurons()))]
      return
    }
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Tests/PadawannTests/Goldens/format")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.hasSuffix(".h5")
    }.sorted()
    trees = try files.map {
      try HDFGroup(encoded: Array(Data(contentsOf: folder.appendingPathComponent($0))))
    }
    guard !trees.isEmpty else {
      throw PadawannError(.missing, "there are no models to begin with", at: folder.path)
    }
  }

  func read(_ bytes: [UInt8]) throws {
    var input = Decisions(bytes)
    let chosen = trees[input.below(trees.count)]
    var tree = chosen.changed(by: &input)
    Self.seal(&tree)
    tree.attributes.removeAll { $0.name == ContentDigest.attribute }
    tree.attributes.append(
      HDFEntry(ContentDigest.attribute, .text(ContentDigest.digest(of: tree).description)))
    // That bytes become trees is for the other readers, which are ten times as fast without.
    _ = try StoredContent.content(tree, byteCount: 0)
  }

  /// A graph with everything that a file of one can have.
  private static func neurons() throws -> WannModel {
    let graph = try NeuronGraph(
      inputs: 4, outputs: [.linear, .sigmoid], hidden: [.tanh, .step, .relu],
      connections: [
        .init(from: 0, to: 5), .init(from: 1, to: 7), .init(from: 2, to: 8, factor: -0.5),
        .init(from: 7, to: 9), .init(from: 8, to: 9, isEnabled: false), .init(from: 9, to: 6),
        .init(from: 3, to: 6, factor: 2),
      ])
    var model = WannModel(graph: graph, input: Shape(channels: 1, height: 2, width: 2))
    model.normalisation = .none(divisor: 255)
    model.classNames = ["a", "b"]
    model.tasks = [
      ModelTask(
        name: "digits", dataset: "mnist:train,classes=0-1", digest: Digest(of: [1]), classNames: ["0", "1"],
        outputs: [0, 1], normalisation: .none(divisor: 255), bestSharedWeight: -1.5, accuracy: 0.5)
    ]
    model.provenance.entries = [.init("command", "none")]
    return model
  }

  private static func seal(_ group: inout HDFGroup) {
    for index in group.datasets.indices {
      let digest = Digest(of: group.datasets[index].value.elements.littleEndianBytes)
      for place in group.datasets[index].value.attributes.indices
      where group.datasets[index].value.attributes[place].name == "sha256" {
        group.datasets[index].value.attributes[place].value = .array(.uint8(digest.bytes))
      }
    }
    for index in group.groups.indices { seal(&group.groups[index].value) }
  }
}
