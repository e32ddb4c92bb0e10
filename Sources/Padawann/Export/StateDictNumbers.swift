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
    case .signs(let weights, let weight): weights.signs(times: weight)
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
