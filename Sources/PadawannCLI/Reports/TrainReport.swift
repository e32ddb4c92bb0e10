import Padawann

/// What `padawann train` made: `padawann.train/1`.
struct TrainReport: Encodable {
  let schema = "padawann.train/1"
  let file: String
  let sha256: String
  let bytes: Int
  let edges: Int
  let passes: [Pass]

  /// One pass over the data: the mean over its images, each seen before the step of its batch.
  struct Pass: Encodable {
    private(set) var crossEntropy = 0.0
    private(set) var accuracy = 0.0
    private(set) var images = 0

    /// Counts a batch.
    mutating func add(_ batch: BatchResult) {
      let all = Double(images + batch.images)
      crossEntropy = (crossEntropy * Double(images) + batch.loss * Double(batch.images)) / all
      accuracy = (accuracy * Double(images) + Double(batch.right)) / all
      images += batch.images
    }
  }

  init(_ path: String, _ written: StoredModel, _ passes: [Pass]) {
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
