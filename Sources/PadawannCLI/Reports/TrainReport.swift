import Padawann

/// What `padawann train` made: `padawann.train/2`.
struct TrainReport: Encodable {
  let schema = "padawann.train/2"
  let file: String
  let sha256: String
  let bytes: Int
  let edges: Int
  /// One per epoch over the data.
  let epochs: [TrainingEpoch]

  init(_ path: String, _ written: StoredModel, _ epochs: [TrainingEpoch]) {
    file = path
    sha256 = written.digest.description
    bytes = written.byteCount
    edges = written.model.network.edgeCount
    self.epochs = epochs
  }

  var text: String {
    var rows = [["epoch", "images", "accuracy", "cross-entropy"]]
    for (index, epoch) in epochs.enumerated() {
      rows.append([
        "\(index + 1)", Format.count(epoch.images), "\(Format.percent(epoch.accuracy))%",
        Format.decimal(epoch.crossEntropy, 4),
      ])
    }
    return Table.text(rows)
      + "\n\(file.inOneLine): \(Format.count(edges)) edges, \(Format.count(bytes)) bytes"
  }
}
