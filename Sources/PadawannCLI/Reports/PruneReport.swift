import Padawann

/// What `padawann prune` made: `padawann.prune/2`.
struct PruneReport: Encodable {
  let schema = "padawann.prune/2"
  let file: String
  let sha256: String
  let bytes: Int
  let method: String
  let edges: Int
  let remainingEdgesBefore: Int
  let remainingEdges: Int
  let layers: [LayerEntry]

  /// What is left of one layer.
  struct LayerEntry: Encodable {
    let name: String
    let edges: Int
    let remainingEdgesBefore: Int
    let remainingEdges: Int
    /// `remainingEdges / edges`.
    let density: Double
  }

  init(_ path: String, _ written: StoredModel, before: Network, _ method: String) {
    let network = written.model.network
    file = path
    sha256 = written.digest.description
    bytes = written.byteCount
    self.method = method
    edges = network.edgeCount
    remainingEdgesBefore = before.remainingEdges
    remainingEdges = network.remainingEdges
    layers = zip(before.layers, network.layers).map { before, after in
      LayerEntry(
        name: after.name, edges: after.weights.count,
        remainingEdgesBefore: before.weights.remainingEdges,
        remainingEdges: after.weights.remainingEdges,
        density: Double(after.weights.remainingEdges) / Double(after.weights.count))
    }
  }

  var text: String {
    let share = Format.percent(Double(remainingEdges) / Double(max(edges, 1)))
    let sum =
      "\(file.inOneLine): \(Format.count(remainingEdges)) of \(Format.count(edges)) edges are left (\(share)%), "
      + "\(Format.count(remainingEdgesBefore - remainingEdges)) were taken away"
    let rows = layers.map { layer in
      [
        layer.name, Format.count(layer.edges), Format.count(layer.remainingEdgesBefore),
        Format.count(layer.remainingEdges), Format.percent(layer.density) + "%",
      ]
    }
    return sum + "\n" + Table.text([["layer", "edges", "before", "left", "density"]] + rows)
  }
}

/// What `padawann prune` made with several seeds: `padawann.prune-trials/1`.
struct PruneTrialsReport: Encodable {
  let schema = "padawann.prune-trials/1"
  let folder: String
  /// One per trial.
  let models: [PruneReport]

  init(_ folder: String, _ models: [PruneReport]) {
    self.folder = folder
    self.models = models
  }

  var text: String {
    let rows = models.map { [$0.file, Format.count($0.remainingEdges), Format.count($0.bytes)] }
    return "\(folder.inOneLine): \(models.count) models pruned\n"
      + Table.text([["model", "edges left", "bytes"]] + rows)
  }
}
