import ArgumentParser
import Padawann

/// `padawann inspect`
struct InspectCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "inspect",
    abstract: "Show what a model file holds: its graph, its tasks, and where it comes from.")

  @Argument(help: "The model file.", completion: .file(extensions: ["h5"]))
  var model: String

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let stored = try ModelFile.read(model)
    let result = Result(model, stored)
    try report.print(result) { result.text }
  }

  private struct NodeResult: Encodable {
    let name: String
    let op: String
    let inputs: [String]
    let settings: [String: String]
    let shape: [Int]
    let weights: String?
    let edges: Int?
    let survivors: Int?
  }

  private struct TaskResult: Encodable {
    let name: String
    let dataset: String
    let datasetSha256: String
    let classNames: [String]
    let outputs: [Int]
    let bestSharedWeight: Float?
    let accuracy: Double?
  }

  private struct Result: Encodable {
    let schema = "padawann.inspect/1"
    let file: String
    let sha256: String
    let isCompact: Bool
    let input: [Int]
    let sharedWeights: [Float]
    let nodes: [NodeResult]
    let tasks: [TaskResult]
    let provenance: [String: String]
    let settings: [[String]]
    let unknownAttributes: [String]

    init(_ path: String, _ stored: StoredModel) {
      let model = stored.model
      let architecture = model.network.architecture
      file = path
      sha256 = stored.digest.description
      isCompact = stored.isCompact
      input = [architecture.input.channels, architecture.input.height, architecture.input.width]
      sharedWeights = model.sharedWeights
      nodes = architecture.nodes.indices.map { Self.node($0, model.network) }
      tasks = model.tasks.map { task in
        TaskResult(
          name: task.name, dataset: task.dataset, datasetSha256: task.digest.description,
          classNames: task.classNames,
          outputs: task.outputs, bestSharedWeight: task.bestSharedWeight, accuracy: task.accuracy)
      }
      provenance = Self.provenance(model.provenance)
      settings = model.provenance.settings.map { [$0.name, $0.value] }
      unknownAttributes = model.unknown.names
    }

    private static func node(_ index: Int, _ network: Network) -> NodeResult {
      let architecture = network.architecture
      let node = architecture.nodes[index]
      let shape = architecture.shapes[index]
      var weights: EdgeWeights?
      if case .weighted(let edges, _) = network.parameters[index] { weights = edges }
      return NodeResult(
        name: node.name, op: node.operation.name,
        inputs: node.inputs.map { $0 == Node.image ? "input" : architecture.nodes[$0].name },
        settings: Dictionary(uniqueKeysWithValues: node.operation.settings.map { ($0.key, $0.value.text) }),
        shape: [shape.channels, shape.height, shape.width],
        weights: weights.map { $0.hasOwnValues ? "float" : "sign" }, edges: weights?.count,
        survivors: weights?.survivors)
    }

    private static func provenance(_ provenance: Provenance) -> [String: String] {
      let entries: [(String, String?)] = [
        ("tool", provenance.tool), ("source_name", provenance.sourceName),
        ("source_sha256", provenance.sourceDigest?.description),
        ("source_bytes", provenance.sourceBytes.map(String.init)),
        ("parent_sha256", provenance.parent?.description), ("seed", provenance.seed.map(String.init)),
      ]
      return Dictionary(uniqueKeysWithValues: entries.compactMap { key, value in value.map { (key, $0) } })
    }

    var text: String {
      var parts = ["\(file)\(isCompact ? " (compact)" : "")", "  content sha256 \(sha256)"]
      let weights = sharedWeights.map(Format.weight).joined(separator: ", ")
      parts.append("  input \(input.map(String.init).joined(separator: "×")), shared weights \(weights)\n")
      let rows = nodes.map { node in
        [
          node.name, node.op, node.inputs.joined(separator: " "),
          node.shape.map(String.init).joined(separator: "×"),
          node.weights ?? "", node.survivors.map(Format.count) ?? "",
        ]
      }
      parts.append(
        Table.text([["node", "op", "reads", "gives", "weights", "edges left"]] + rows, indent: "  "))
      for task in tasks {
        let accuracy = task.accuracy.map { ", accuracy \(Format.percent($0))%" } ?? ""
        let weight = task.bestSharedWeight.map { " with w \(Format.weight($0))" } ?? ""
        parts.append(
          "\n  task \(task.name): \(task.dataset), \(task.classNames.count) classes\(accuracy)\(weight)")
      }
      if !provenance.isEmpty { parts.append("") }
      for key in provenance.keys.sorted() { parts.append("  \(key): \(provenance[key] ?? "")") }
      for setting in settings { parts.append("  setting \(setting[0]) = \(setting[1])") }
      for name in unknownAttributes { parts.append("  unknown attribute, kept: \(name)") }
      return parts.joined(separator: "\n")
    }
  }
}

extension Setting {
  /// The setting as an architecture file would have it.
  fileprivate var text: String {
    switch self {
    case .integers(let numbers): numbers.map(String.init).joined(separator: ",")
    case .real(let number): "\(number)"
    case .text(let word): word
    case .flag(let flag): flag ? "true" : "false"
    }
  }
}
