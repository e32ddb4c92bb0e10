#if canImport(FoundationEssentials)
  import FoundationEssentials
#else
  import Foundation
#endif

/// What padawann says about a network in files of other formats, and reads again: `Formats/export.md` defines it.
///
/// Names and shapes of tensors are the file's own business; here is what such a file has no place for.
package struct PortableRecord: Sendable, Equatable {
  /// The network's graph.
  package var architecture: Architecture
  /// What the edges are worth whose signs are kept; `nil` where every layer has numbers of its own.
  package var sharedWeight: Float?
  /// The shared weights of the model.
  package var sharedWeights: [Float]
  /// The layers that have numbers of their own.
  package var ownLayers: Set<String>
  /// What the shared weight is multiplied by in layers of signs, by name; 1 in all others.
  package var multipliers: [String: Float] = [:]
  /// How 8-bit pixels become inputs, where that is known.
  package var normalisation: Normalisation?
  /// What ``outputs`` stand for, or all outputs; empty where nobody has said so.
  package var classNames: [String] = []
  /// The outputs that may be answered, one for each class; `nil` for all.
  package var outputs: [Int]?
  /// The task of the model as which it was written.
  package var task: String?
  /// The content of the model that it was made from.
  package var model: Digest?
  /// The bytes of the graph in an ONNX file as they were written, by which a file that somebody has changed is told.
  package var graph: Digest?

  /// Joins what every record has.
  package init(
    architecture: Architecture, sharedWeight: Float?, sharedWeights: [Float], ownLayers: Set<String>
  ) {
    self.architecture = architecture
    self.sharedWeight = sharedWeight
    self.sharedWeights = sharedWeights
    self.ownLayers = ownLayers
  }

  /// The names of the layers whose numbers are the opposite of their signs, because the shared weight is negative.
  package var negatedLayers: Set<String> {
    guard let sharedWeight, sharedWeight < 0 else { return [] }
    return Set(architecture.weightedNodes.map { architecture.nodes[$0].name }).subtracting(ownLayers)
  }

  // MARK: Texts

  private enum Key: String, CaseIterable {
    case version
    case architecture
    case sharedWeight = "shared_weight"
    case sharedWeights = "shared_weights"
    case ownLayers = "own_layers"
    case multipliers = "layer_multipliers"
    case normalisation
    case classNames = "class_names"
    case outputs
    case task
    case model = "model_sha256"
    case graph = "graph_sha256"

    var name: String { "padawann.\(rawValue)" }
  }

  /// The first version that says all of it, so that a reader of version 1 does not take 1 for a multiplier.
  private var version: String { multipliers.isEmpty ? "1" : "2" }
  private static let knownVersions = ["1", "2"]

  private struct StoredNormalisation: Decodable {
    var divisor: Float
    var mean: [Float]
    var deviation: [Float]
  }

  /// The record as keys and texts, in a fixed order.
  package var entries: [(key: String, value: String)] {
    var entries: [(Key, String)] = [(.version, version)]
    entries.append((.architecture, ArchitectureFile.json(of: architecture)))
    if let sharedWeight { entries.append((.sharedWeight, "\(sharedWeight)")) }
    entries.append((.sharedWeights, JSONText.list(sharedWeights)))
    if !ownLayers.isEmpty {
      entries.append((.ownLayers, JSONText.list(ownLayers.sorted().map(JSONText.quoted))))
    }
    if !multipliers.isEmpty {
      let members = multipliers.sorted { $0.key < $1.key }.map { (key: $0.key, value: "\($0.value)") }
      entries.append((.multipliers, JSONText.object(members)))
    }
    if let normalisation {
      let members = [
        (key: "divisor", value: "\(normalisation.divisor)"),
        (key: "mean", value: JSONText.list(normalisation.mean)),
        (key: "deviation", value: JSONText.list(normalisation.deviation)),
      ]
      entries.append((.normalisation, JSONText.object(members)))
    }
    if !classNames.isEmpty {
      entries.append((.classNames, JSONText.list(classNames.map(JSONText.quoted))))
    }
    if let outputs { entries.append((.outputs, JSONText.list(outputs.map(String.init)))) }
    if let task { entries.append((.task, task)) }
    if let model { entries.append((.model, model.description)) }
    if let graph { entries.append((.graph, graph.description)) }
    return entries.map { ($0.name, $1) }
  }

  /// Reads the record that is among the texts of a file; `nil` when there is none.
  ///
  /// - Throws: ``PadawannError`` `data` that names the key, `unsupported` when a later version has written it.
  package init?(_ texts: [String: String]) throws(PadawannError) {
    func text(_ key: Key) -> String? { texts[key.name] }
    guard let version = text(.version) else { return nil }
    guard Self.knownVersions.contains(version) else {
      throw PadawannError(
        .unsupported, "the file's record is of version \(printable(version)), and 1 and 2 are known",
        at: Key.version.name, remedy: "Use a newer version of padawann")
    }
    func value<Value: Decodable>(_ key: Key, _: Value.Type) throws(PadawannError) -> Value? {
      guard let text = text(key) else { return nil }
      guard let value = try? JSONDecoder().decode(Value.self, from: Data(text.utf8)) else {
        throw PadawannError(.data, "the text is not what this key has", at: key.name)
      }
      return value
    }
    do throws(PadawannError) {
      architecture = try ArchitectureFile.architecture(json: Array((text(.architecture) ?? "").utf8))
    } catch { throw error.inside(Key.architecture.name) }
    sharedWeight = try value(.sharedWeight, Float.self)
    sharedWeights = try value(.sharedWeights, [Float].self) ?? []
    guard ([sharedWeight].compactMap { $0 } + sharedWeights).allSatisfy({ $0.isFinite && $0 != 0 }),
      (1...64).contains(sharedWeights.count)
    else { throw PadawannError(.data, "a shared weight is finite and not 0", at: Key.sharedWeights.name) }
    ownLayers = Set(try value(.ownLayers, [String].self) ?? [])
    multipliers = try value(.multipliers, [String: Float].self) ?? [:]
    let signLayers = Set(architecture.weightedNodes.map { architecture.nodes[$0].name }).subtracting(
      ownLayers)
    guard multipliers.allSatisfy({ signLayers.contains($0.key) && $0.value.isFinite && $0.value > 0 }) else {
      throw PadawannError(
        .data, "a multiplier is a finite number above 0 for a layer of signs", at: Key.multipliers.name)
    }
    if let stored = try value(.normalisation, StoredNormalisation.self) {
      normalisation = Normalisation(
        divisor: stored.divisor, mean: stored.mean, deviation: stored.deviation)
    }
    classNames = try value(.classNames, [String].self) ?? []
    outputs = try value(.outputs, [Int].self)
    task = text(.task)
    model = text(.model).flatMap(Digest.init(hex:))
    graph = text(.graph).flatMap(Digest.init(hex:))
  }
}
