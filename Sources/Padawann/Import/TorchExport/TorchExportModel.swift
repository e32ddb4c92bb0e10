extension ONNXModel {
  /// The graph of an exported program, with ONNX's operations in the place of ATen's.
  ///
  /// - Throws: ``PadawannError`` `data` when the program makes no sense, `unsupported` when it reads something other than
  ///   tensors.
  init(_ archive: TorchExportArchive, byteCount: Int) throws(PadawannError) {
    let program = archive.program
    var tensors = Dictionary(archive.constants.map { ($0.name, $0) }) { first, _ in first }
    // A buffer that is not saved with the weights is among the constants.
    tensors.merge(archive.weights.map { ($0.name, $0) }) { _, weight in weight }
    var inputs: [ONNXGraph.Value] = []
    var initialisers: [ONNXTensor] = []
    var names = Set<String>()
    for (name, input) in program.inputs {
      switch input {
      case .user(.tensor): inputs.append(ONNXGraph.Value(name: name, sizes: program.sizes[name]))
      case .user(.none): continue
      case .user: throw Self.noTensor("an input that is no tensor")
      case .other(let kind): throw Self.noTensor("an input of the kind \(printable(kind))")
      case .weight(let path), .constant(let path):
        // What is not stored is an error only when something reads it.
        guard let tensor = tensors[path] else { continue }
        initialisers.append(ONNXTensor(tensor, named: name))
      }
      guard names.insert(name).inserted else {
        throw PadawannError(.data, "two inputs of the program are named \(printable(name))")
      }
    }
    var outputs: [ONNXGraph.Value] = []
    for name in program.outputs {
      guard let name else { throw Self.noTensor("an output that is no tensor") }
      outputs.append(ONNXGraph.Value(name: name))
    }
    let graph = ONNXGraph(
      nodes: try Self.nodes(of: program), initialisers: initialisers, inputs: inputs, outputs: outputs)
    let version = program.torchVersion.isEmpty ? "" : " \(printable(program.torchVersion))"
    self.init(graph, of: "exported by PyTorch\(version)", opset: ATenCall.opset, byteCount: byteCount)
  }

  private static func noTensor(_ what: String) -> PadawannError {
    PadawannError(
      .unsupported, "the program has \(what), and a network here has one tensor",
      remedy: "Export a module that takes one image and gives its logits")
  }

  private static func nodes(of program: TorchProgram) throws(PadawannError) -> [ONNXNode] {
    var aliases = TorchAliases()
    var nodes: [ONNXNode] = []
    for node in program.nodes {
      if let name = aliases.visit(node) {
        nodes.append(ATenCall.refused(node, "it reads \(printable(name)), which was changed in place before"))
      } else {
        nodes += try ATenCall.nodes(of: node, sizes: program.sizes)
      }
    }
    return nodes
  }
}
