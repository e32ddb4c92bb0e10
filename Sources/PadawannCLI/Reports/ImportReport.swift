import Padawann

/// What `padawann import` made: `padawann.import/2`.
struct ImportReport: Encodable {
  let schema = "padawann.import/2"
  let file: String
  let sha256: String
  let bytes: Int
  let source: String
  let sourceFormat: String
  let sourceBytes: Int
  let sourceSha256: String
  let weights: String
  let edges: Int
  let remainingEdges: Int
  let notes: [String]

  init(_ path: String, _ written: StoredModel, from imported: ModelImport.Imported) {
    let source = imported.source
    file = path
    sha256 = written.digest.description
    bytes = written.byteCount
    self.source = source.path
    sourceFormat = source.format
    sourceBytes = source.byteCount
    sourceSha256 = source.sourceDigest.description
    weights = imported.weights.rawValue
    edges = written.model.network.edgeCount
    remainingEdges = written.model.network.remainingEdges
    notes = imported.notes
  }

  var text: String {
    let kept = weights == KeptWeights.sign.rawValue ? "one sign and one mask bit each" : "with their weights"
    let ratio = Double(sourceBytes) / Double(max(bytes, 1))
    return """
      \(source.inOneLine): \(sourceFormat), \(Format.count(sourceBytes)) bytes
      \(file.inOneLine): \(Format.count(remainingEdges)) of \(Format.count(edges)) edges, \(kept), \(Format.count(bytes)) bytes \
      (\(Format.ratio(ratio)))
      """
  }
}

/// The tensors that `padawann import --list` found: `padawann.import.list/1`.
struct TensorListReport: Encodable {
  let schema = "padawann.import.list/1"
  let file: String
  let sha256: String
  let bytes: Int
  let format: String
  let tensors: [Entry]
  let notes: [String]

  /// One tensor.
  struct Entry: Encodable {
    let name: String
    let shape: [Int]
    let type: String
  }

  init(_ source: TensorFile, notes: [String]) {
    file = source.path
    sha256 = source.sourceDigest.description
    bytes = source.byteCount
    format = source.format
    tensors = source.tensors.map { Entry(name: $0.name, shape: $0.shape, type: $0.type.name) }
    self.notes = notes
  }

  var text: String {
    let rows = tensors.map { [$0.name, $0.type, $0.shape.isEmpty ? "scalar" : Format.shape($0.shape)] }
    return "\(file.inOneLine): \(format), \(tensors.count) tensors\n"
      + Table.text([["tensor", "type", "shape"]] + rows)
  }
}
