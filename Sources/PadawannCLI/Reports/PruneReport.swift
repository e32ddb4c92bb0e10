import Padawann

/// What `padawann prune` made: `padawann.prune/1`.
struct PruneReport: Encodable {
  let schema = "padawann.prune/1"
  let file: String
  let sha256: String
  let bytes: Int
  let method: String
  let edges: Int
  let survivorsBefore: Int
  let survivors: Int

  init(_ path: String, _ written: StoredModel, before: Int, _ method: String) {
    file = path
    sha256 = written.digest.description
    bytes = written.byteCount
    self.method = method
    edges = written.model.network.edgeCount
    survivorsBefore = before
    survivors = written.model.network.survivors
  }

  var text: String {
    let share = Format.percent(Double(survivors) / Double(max(edges, 1)))
    return "\(file): \(Format.count(survivors)) of \(Format.count(edges)) edges are left (\(share)%), "
      + "\(Format.count(survivorsBefore - survivors)) were taken away"
  }
}
