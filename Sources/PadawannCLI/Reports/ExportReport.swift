import Padawann

/// What `padawann export` wrote: `padawann.export/1`.
struct ExportReport: Encodable {
  let schema = "padawann.export/1"
  let file: String
  let sha256: String
  let bytes: Int
  let format: String
  let modelSha256: String
  let task: String?
  let sharedWeight: Float?
  let normalisation: NormalisationEntry?
  let classNames: [String]?
  let edges: Int
  let remainingEdges: Int
  let opset: Int?
  let readOnlyBytes: Int?
  let memoryBytes: Int?

  init(
    _ path: String, _ format: String, _ subject: ExportSubject, _ content: [UInt8], opset: Int? = nil,
    readOnlyBytes: Int? = nil, memoryBytes: Int? = nil
  ) {
    file = path
    sha256 = Digest(of: content).description
    bytes = content.count
    self.format = format
    modelSha256 = subject.model.description
    task = subject.task
    sharedWeight = subject.magnitude.sharedWeight
    normalisation = subject.normalisation.map(NormalisationEntry.init)
    classNames = subject.classNames.isEmpty ? nil : subject.classNames
    edges = subject.network.edgeCount
    remainingEdges = subject.network.remainingEdges
    self.opset = opset
    self.readOnlyBytes = readOnlyBytes
    self.memoryBytes = memoryBytes
  }

  var text: String {
    let weight = sharedWeight.map { "shared weight \(Format.weight($0))" } ?? "own weights"
    var parts = [
      "\(Format.count(remainingEdges)) of \(Format.count(edges)) edges", weight,
      normalisation.map { "input \($0.text)" }
        ?? "inputs as they come: nobody has said how pixels become them",
    ]
    if let readOnlyBytes, let memoryBytes {
      parts.append("\(Format.size(readOnlyBytes)) read-only, \(Format.size(memoryBytes)) of memory")
    }
    return "\(file.inOneLine): \(Format.count(bytes)) bytes; \(parts.joined(separator: "; "))"
  }
}
