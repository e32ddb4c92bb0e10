/// Writes a network as an ONNX model.
package struct ONNXExport: Sendable {
  /// Whether signs are written as 32-bit floats instead of one byte each.
  package var writesFloats = false
  /// Whether the graph reads pixels from 0 to 255 and makes inputs of them itself.
  package var normalises = false
  /// What wrote the file, and its version.
  package var producer = (name: "padawann", version: "")

  /// Signs as bytes, and inputs that are normalised already.
  package init() {}

  /// What came of it.
  package struct Result: Sendable {
    /// The file.
    package let bytes: [UInt8]
    /// The version of ONNX's operations.
    package let opset: Int
  }

  /// ONNX files have at most 2 GiB: the lengths of Protocol Buffers' messages are 31-bit numbers.
  private static let sizeLimit = Int(Int32.max)

  /// The bytes of the model. The same subject gives the same bytes.
  ///
  /// - Throws: ``PadawannError`` `usage` when pixels are to be read and nobody has said what becomes of them, `unsupported`
  ///   when the network does not fit into a file.
  package func model(of whole: ExportSubject) throws(PadawannError) -> Result {
    let subject = try whole.answeringOnly()
    let architecture = subject.network.architecture
    var writer = ONNXGraphWriter(subject, writesFloats: writesFloats)
    if normalises {
      guard let normalisation = subject.normalisation else {
        throw PadawannError(
          .usage, "nobody has said how pixels become inputs of this model",
          remedy: "Say it", choice: .normalisation)
      }
      writer.readPixels(normalisedBy: normalisation)
    }
    for index in architecture.nodes.indices { try writer.write(index) }
    writer.finish()
    let graph = writer.graph
    var record = subject.record()
    record.graph = Digest(of: graph)
    var model = ProtobufWriter()
    // The version of the file format that has the set of operations.
    model.integer(ONNXField.ModelProto.irVersion, writer.draft.opset < 19 ? 8 : 9)
    model.text(ONNXField.ModelProto.producer, producer.name)
    model.text(ONNXField.ModelProto.producerVersion, producer.version)
    model.content(ONNXField.ModelProto.graph, graph)
    model.message(ONNXField.ModelProto.opset) {
      $0.text(ONNXField.Opset.domain, "")
      $0.integer(ONNXField.Opset.version, writer.draft.opset)
    }
    for (key, value) in record.entries {
      model.message(ONNXField.ModelProto.metadata) {
        $0.text(ONNXField.Entry.key, key)
        $0.text(ONNXField.Entry.value, value)
      }
    }
    guard model.bytes.count <= Self.sizeLimit else {
      throw PadawannError(
        .unsupported, "the model would have \(model.bytes.count) bytes, and an ONNX file has at most 2 GiB",
        remedy: "Export it as .safetensors")
    }
    return Result(bytes: model.bytes, opset: writer.draft.opset)
  }
}
