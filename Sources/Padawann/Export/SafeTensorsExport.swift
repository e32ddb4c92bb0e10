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

/// The numbers of a network under PyTorch's names.
enum StateDictNumbers {
  /// Everything that ``NetworkImport`` needs, in its order.
  static func all(of subject: ExportSubject) -> [ImportedParameter] {
    let network = subject.network
    var parameters: [ImportedParameter] = []
    for (index, node) in network.architecture.nodes.enumerated() {
      switch network.parameters[index] {
      case .none: break
      case .weighted(let weights, let bias):
        let layer = Network.Layer(index: index, name: node.name, weights: weights, bias: bias)
        parameters.append(
          ImportedParameter(
            name: "\(node.name).weight", shape: weights.shape, values: subject.weights(of: layer)))
        if let bias {
          parameters.append(ImportedParameter(name: "\(node.name).bias", shape: [bias.count], values: bias))
        }
      case .normalisation(let numbers):
        for (key, values) in numbers.byName {
          parameters.append(
            ImportedParameter(name: "\(node.name).\(key)", shape: [values.count], values: values))
        }
      }
    }
    return parameters
  }
}

extension BatchNormalisation {
  /// The numbers under PyTorch's names.
  var byName: [(key: String, values: [Float])] {
    [("weight", scale), ("bias", shift), ("running_mean", mean), ("running_var", variance)]
  }
}

extension ExportSubject {
  /// The weights of a layer as numbers.
  func weights(of layer: Network.Layer) -> [Float] {
    switch numbers(of: layer) {
    case .own(let numbers): numbers
    case .signs(let weights, let weight): weights.numbers(.shared(weight), overridesOwn: true)
    }
  }
}

extension UInt64 {
  /// The eight bytes, least significant first.
  var littleEndianBytes: [UInt8] { (0..<8).map { UInt8(truncatingIfNeeded: self >> (8 * UInt64($0))) } }
}

extension [Float] {
  /// Four bytes for each number, least significant first.
  var littleEndianBytes: [UInt8] {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(4 * count)
    for number in self {
      let bits = number.bitPattern
      for shift in stride(from: UInt32(0), to: 32, by: 8) {
        bytes.append(UInt8(truncatingIfNeeded: bits >> shift))
      }
    }
    return bytes
  }
}
