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

  init(_ path: String, _ written: StoredModel, before: Int, _ method: String) {
    file = path
    sha256 = written.digest.description
    bytes = written.byteCount
    self.method = method
    edges = written.model.network.edgeCount
    remainingEdgesBefore = before
    remainingEdges = written.model.network.remainingEdges
  }

  var text: String {
    let share = Format.percent(Double(remainingEdges) / Double(max(edges, 1)))
    return
      "\(file.inOneLine): \(Format.count(remainingEdges)) of \(Format.count(edges)) edges are left (\(share)%), "
      + "\(Format.count(remainingEdgesBefore - remainingEdges)) were taken away"
  }
}
