import Padawann

/// The architecture that `padawann import --sketch` wrote: `padawann.import.sketch/1`.
struct SketchReport: Encodable {
  let schema = "padawann.import.sketch/1"
  let file: String
  let source: String
  let sourceFormat: String
  let sourceSha256: String
  let nodes: Int
  let fits: Bool
  /// Why the tensors do not fit; `nil` when they do.
  let objection: String?
  let guesses: [String]
  let notes: [String]

  init(_ path: String, _ sketch: ArchitectureSketch, from source: TensorFile, notes: [String]) {
    file = path
    self.source = source.path
    sourceFormat = source.format
    sourceSha256 = source.sourceDigest.description
    nodes = sketch.nodes.count
    fits = sketch.objection == nil
    objection = sketch.objection
    guesses = sketch.guesses
    self.notes = notes
  }

  var text: String {
    let verdict =
      objection.map { "which the tensors do not fit yet (\($0.inOneLine))" } ?? "which the tensors fit"
    return "\(file.inOneLine): \(nodes) nodes, \(verdict)"
  }
}
