/// Writes a network as a state dict of PyTorch's in a safetensors file: the numbers under PyTorch's names, as 32-bit floats.
package enum SafeTensorsExport {
  private struct Tensor {
    let name: String
    let type: String
    let shape: [Int]
    let bytes: [UInt8]
  }

  /// The bytes of the file. The same subject gives the same bytes.
  ///
  /// All outputs are in it, because the class that loads the file has them.
  package static func bytes(of subject: ExportSubject) -> [UInt8] {
    // Counters come first, so that each begins at a multiple of its size.
    let tensors = counters(subject) + numbers(subject)
    var members = [
      (
        key: "__metadata__",
        value: JSONText.object(metadata(subject).map { ($0.key, JSONText.quoted($0.value)) })
      )
    ]
    var offset = 0
    for tensor in tensors {
      let end = offset + tensor.bytes.count
      members.append(
        (
          tensor.name,
          JSONText.object([
            ("dtype", JSONText.quoted(tensor.type)),
            ("shape", JSONText.list(tensor.shape.map(String.init))),
            ("data_offsets", "[\(offset), \(end)]"),
          ])
        ))
      offset = end
    }
    var header = Array(JSONText.object(members).utf8)
    header += [UInt8](repeating: 0x20, count: (8 - header.count % 8) % 8)
    var bytes = UInt64(header.count).littleEndianBytes
    bytes.reserveCapacity(8 + header.count + offset)
    bytes += header
    for tensor in tensors { bytes += tensor.bytes }
    return bytes
  }

  private static func metadata(_ subject: ExportSubject) -> [(key: String, value: String)] {
    [("format", "pt")] + subject.record().entries
  }

  /// What PyTorch's batch normalisations count while training; a strict `load_state_dict` may want them.
  private static func counters(_ subject: ExportSubject) -> [Tensor] {
    subject.network.architecture.nodes.compactMap { node in
      guard case .batchNormalisation = node.operation else { return nil }
      return Tensor(
        name: "\(node.name).num_batches_tracked", type: "I64", shape: [], bytes: UInt64(0).littleEndianBytes)
    }
  }

  private static func numbers(_ subject: ExportSubject) -> [Tensor] {
    StateDictNumbers.all(of: subject).map { parameter in
      Tensor(
        name: parameter.name, type: "F32", shape: parameter.shape, bytes: parameter.values.littleEndianBytes)
    }
  }
}
