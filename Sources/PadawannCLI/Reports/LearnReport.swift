import Padawann

/// What `padawann learn` made: `padawann.learn/1`.
struct LearnReport: Encodable {
  let schema = "padawann.learn/1"
  let file: String
  let sha256: String
  let bytes: Int
  let edges: Int
  let survivors: Int
  let sharedWeight: Float
  let tasks: [Entry]
  let layers: [Layer]

  /// One task, with the accuracy on the images that were learned from.
  struct Entry: Encodable {
    let name: String
    let dataset: String
    let outputs: [Int]
    let trainingAccuracy: Double?
  }

  /// One layer.
  struct Layer: Encodable {
    let name: String
    let edges: Int
    let survivors: Int
  }

  init(_ path: String, _ written: StoredModel) {
    file = path
    sha256 = written.digest.description
    bytes = written.byteCount
    let model = written.model
    edges = model.network.edgeCount
    survivors = model.network.survivors
    sharedWeight = model.sharedWeights.first ?? 1
    tasks = model.tasks.map {
      Entry(name: $0.name, dataset: $0.dataset, outputs: $0.outputs, trainingAccuracy: $0.accuracy)
    }
    layers = model.network.layers.map {
      Layer(name: $0.name, edges: $0.weights.count, survivors: $0.weights.survivors)
    }
  }

  var text: String {
    let share = Format.percent(Double(survivors) / Double(max(edges, 1)))
    var lines = [
      "\(file): \(Format.count(survivors)) of \(Format.count(edges)) edges are left (\(share)%), "
        + "\(Format.count(bytes)) bytes"
    ]
    for task in tasks {
      let accuracy = task.trainingAccuracy.map { "\(Format.percent($0))% of what it learned from" } ?? ""
      lines.append("  \(task.name): \(task.dataset), outputs \(Self.text(task.outputs)): \(accuracy)")
    }
    return lines.joined(separator: "\n")
  }

  private static func text(_ outputs: [Int]) -> String { outputs.map(String.init).joined(separator: ",") }
}
