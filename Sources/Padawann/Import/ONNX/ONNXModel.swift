/// What is read of an ONNX model: one graph, its initialisers, and who made it.
struct ONNXModel: Sendable {
  /// Who wrote the file, for example `pytorch`.
  private(set) var producer = ""
  /// Its version.
  private(set) var producerVersion = ""
  /// The versions of the sets of operations, by domain; ONNX's own is the empty one.
  private(set) var opsets: [String: Int] = [:]
  /// The names of functions that the model defines itself.
  private(set) var functions: [String] = []
  /// The graph.
  private(set) var graph = ONNXGraph()
  /// What the file says about itself, by key.
  private(set) var metadata: [String: String] = [:]
  private var graphBytes = ByteReader([])
  /// The bytes of the model and of the files beside it, which bound what it can become.
  var byteCount: Int { ownBytes + externalBytes }
  /// The files beside it that have numbers of its tensors.
  private(set) var externalFiles: [ExternalFile] = []
  /// Their bytes.
  var externalBytes: Int { externalFiles.reduce(0) { $0 + $1.byteCount } }
  private let ownBytes: Int

  /// Who made the program whose graph it is, where that is no ONNX file.
  private(set) var program: String?

  /// The versions of ONNX's operations that are known here.
  static let knownOpsets = 7...22

  /// Whether a file begins like a model: its IR version, then a field that a model has.
  static func begins(_ bytes: [UInt8]) -> Bool {
    guard bytes.count > 2, bytes[0] == 8, (1...20).contains(bytes[1]) else { return false }
    return [0x12, 0x1a, 0x22, 0x28, 0x32, 0x3a, 0x42].contains(bytes[2])
  }

  /// Reads a model.
  ///
  /// - Parameter path: where the file is, for tensors that are in files beside it.
  /// - Throws: ``PadawannError`` `data` when it is damaged, `missing` when it needs files that are not there.
  init(_ bytes: [UInt8], path: String) throws(PadawannError) {
    ownBytes = bytes.count
    var reader = ProtobufReader(bytes)
    var found = false
    while let field = try reader.next() {
      switch field.number {
      case ONNXField.ModelProto.producer: producer = try field.text
      case ONNXField.ModelProto.producerVersion: producerVersion = try field.text
      case ONNXField.ModelProto.graph:
        guard !found else { throw PadawannError(.data, "the file has two graphs") }
        found = true
        graph = try ONNXGraph(reader.message(field))
        graphBytes = try field.content
      case ONNXField.ModelProto.opset: try readOpset(reader.message(field))
      case ONNXField.ModelProto.metadata:
        let entry = try ONNXGraph.entry(reader.message(field))
        metadata[entry.key] = entry.value
      case ONNXField.ModelProto.function:
        functions.append(try ONNXGraph.name(in: reader.message(field), field: 1))
      default: break
      }
    }
    guard found else {
      throw PadawannError(
        .data, "this ONNX file ends before its graph, or is no ONNX model", remedy: ZipEntry.fetchAgain)
    }
    externalFiles = try graph.loadExternal(of: path)
  }

  /// Makes the model of a graph that another format has.
  ///
  /// - Parameters:
  ///   - program: who made it, for the notes.
  ///   - opset: the version of ONNX's operations that it has.
  ///   - byteCount: the bytes of its file.
  init(_ graph: ONNXGraph, of program: String, opset: Int, byteCount: Int) {
    self.graph = graph
    self.program = program
    opsets = ["": opset]
    ownBytes = byteCount
  }

  /// The digest of the graph's bytes.
  func graphDigest() throws(PadawannError) -> Digest {
    var content = graphBytes
    return Digest(of: try content.take(content.remaining))
  }

  private mutating func readOpset(_ message: ProtobufReader) throws(PadawannError) {
    var message = message
    var (domain, version) = ("", 0)
    while let field = try message.next() {
      switch field.number {
      case ONNXField.Opset.domain: domain = try field.text
      case ONNXField.Opset.version: version = try field.integer
      default: break
      }
    }
    opsets[domain == "ai.onnx" ? "" : domain] = version
  }

  /// The version of ONNX's own operations.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when it is not among ``knownOpsets``.
  func opset() throws(PadawannError) -> Int {
    guard let version = opsets[""] else {
      throw PadawannError(.data, "the model does not say which version of ONNX's operations it uses")
    }
    guard Self.knownOpsets.contains(version) else {
      throw PadawannError(
        .unsupported,
        "its operations are those of opset \(version), and \(Self.knownOpsets.lowerBound) to "
          + "\(Self.knownOpsets.upperBound) are known",
        remedy: "Export it again with opset_version=17, or convert it with onnx.version_converter")
    }
    return version
  }
}
