/// The network that an ONNX model has: the architecture, and the numbers in the layout of ``NetworkImport``.
package struct ONNXNetwork: Sendable {
  /// The architecture.
  package let architecture: Architecture
  /// The numbers, named after the architecture's nodes.
  package let parameters: [ImportedParameter]
  /// Who made the file and what was changed, one sentence each.
  package let notes: [String]

  /// Translates the graph of a file; `nil` when the file is no ONNX model.
  ///
  /// - Parameters:
  ///   - file: the file.
  ///   - vectorShape: the shape of an image where the graph reads it as a vector.
  /// - Throws: ``PadawannError`` `unsupported` that lists every node which no network here has, `data` when the graph
  ///   makes no sense.
  package init?(_ file: TensorFile, vectorShape: Shape? = nil) throws(PadawannError) {
    guard let model = file.model else { return nil }
    do throws(PadawannError) {
      // Nobody has touched the graph that padawann has written, so that its record says what is in it.
      if let record = file.record, record.graph == (try model.graphDigest()), vectorShape == nil {
        architecture = record.architecture
        parameters = try model.parameters(of: architecture)
        notes = ["ONNX, exported by padawann, which has recorded the architecture"]
        return
      }
      var translation = try ONNXTranslation(model, vectorShape: vectorShape)
      (architecture, parameters) = try translation.network()
      notes = Self.notes(model, translation, architecture)
    } catch { throw error.inside(file.path) }
  }

  private static func notes(_ model: ONNXModel, _ translation: ONNXTranslation, _ architecture: Architecture)
    -> [String]
  {
    let producer = [model.producer, model.producerVersion].filter { !$0.isEmpty }.map(printable)
    let maker = producer.isEmpty ? "" : ", exported by \(producer.joined(separator: " "))"
    var notes = [model.program ?? "ONNX opset \(translation.opset)\(maker)"] + translation.notes
    if model.externalBytes > 0 {
      notes.append(
        "\(model.externalBytes) bytes of numbers are in files beside the model: "
          + TensorNames.list(model.externalFiles.map { printable($0.name) })
      )
    }
    let operations = translation.nodes.map(\.operation)
    let hasBias = translation.nodes.contains { $0.operation == "Conv" && $0.inputs.count > 2 }
    if model.producer == "pytorch", hasBias, !operations.contains("BatchNormalization") {
      notes.append(
        "PyTorch \(folded(translation.nodes)), whose signs are then those of the folded weights; "
          + "torch.onnx.export(..., dynamo=False, training=torch.onnx.TrainingMode.PRESERVE, do_constant_folding=False) keeps "
          + "them apart")
    }
    return notes
  }

  /// Which convolutions batch normalisations are folded into. PyTorch's older exporter gives such weights a name of its own,
  /// `onnx::Conv_34`; the newer one does not tell.
  private static func folded(_ nodes: [ONNXNode]) -> String {
    let layers = nodes.filter {
      $0.operation == "Conv" && $0.inputs.count > 2 && $0.inputs[1].hasPrefix("onnx::Conv_")
    }
    .map { printable(ONNXNames.name(of: $0, operation: "conv2d")) }
    return layers.isEmpty
      ? "may have folded batch normalisations into the convolutions"
      : "has folded the batch normalisations behind \(TensorNames.list(layers)) into these convolutions"
  }
}
