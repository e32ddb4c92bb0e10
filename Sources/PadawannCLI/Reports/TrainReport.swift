import Padawann

/// What `padawann train` made: `padawann.train/1`.
struct TrainReport: Encodable {
  let schema = "padawann.train/1"
  let file: String
  let sha256: String
  let bytes: Int
  let edges: Int
  /// One per pass over the data.
  let passes: [TrainingPass]

  init(_ path: String, _ written: StoredModel, _ passes: [TrainingPass]) {
    file = path
    sha256 = written.digest.description
    bytes = written.byteCount
    edges = written.model.network.edgeCount
    self.passes = passes
  }

  var text: String {
    var rows = [["pass", "images", "accuracy", "cross-entropy"]]
    for (index, pass) in passes.enumerated() {
      rows.append([
        "\(index + 1)", Format.count(pass.images), "\(Format.percent(pass.accuracy))%",
        Format.decimal(pass.crossEntropy, 4),
      ])
    }
    return Table.text(rows) + "\n\(file): \(Format.count(edges)) edges, \(Format.count(bytes)) bytes"
  }
}
