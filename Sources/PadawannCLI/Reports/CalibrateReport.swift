import Padawann

/// What `padawann calibrate` made: `padawann.calibrate/1`.
struct CalibrateReport: Encodable {
  let schema = "padawann.calibrate/1"
  let file: String
  let sha256: String
  let bytes: Int
  let edges: Int
  let remainingEdges: Int
  let sharedWeight: Float
  let datasets: [String]

  init(_ path: String, _ written: StoredModel, _ datasets: [Dataset]) {
    file = path
    sha256 = written.digest.description
    bytes = written.byteCount
    edges = written.model.network.edgeCount
    remainingEdges = written.model.network.remainingEdges
    sharedWeight = written.model.sharedWeights[0]
    self.datasets = datasets.map(\.name)
  }

  var text: String {
    "\(file.inOneLine): \(Format.count(remainingEdges)) of \(Format.count(edges)) edges, shared weight "
      + "\(Format.weight(sharedWeight)), \(Format.count(bytes)) bytes"
  }
}
