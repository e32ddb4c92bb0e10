/// The numbers of the fields of ONNX's messages (onnx.proto), for who reads them and who writes them.
enum ONNXField {
  /// The whole file.
  enum ModelProto {
    static let irVersion: UInt64 = 1
    static let producer: UInt64 = 2
    static let producerVersion: UInt64 = 3
    static let graph: UInt64 = 7
    static let opset: UInt64 = 8
    static let metadata: UInt64 = 14
    static let function: UInt64 = 25
  }

  /// OperatorSetIdProto.
  enum Opset {
    static let domain: UInt64 = 1
    static let version: UInt64 = 2
  }

  /// StringStringEntryProto.
  enum Entry {
    static let key: UInt64 = 1
    static let value: UInt64 = 2
  }

  /// GraphProto.
  enum Graph {
    static let node: UInt64 = 1
    static let name: UInt64 = 2
    static let initialiser: UInt64 = 5
    static let input: UInt64 = 11
    static let output: UInt64 = 12
    static let sparse: UInt64 = 15
  }

  /// ValueInfoProto, and the messages in it: TypeProto, its tensor, TensorShapeProto and its dimension.
  enum Value {
    static let name: UInt64 = 1
    static let type: UInt64 = 2
    static let tensorType: UInt64 = 1
    static let elementType: UInt64 = 1
    static let shape: UInt64 = 2
    static let dimension: UInt64 = 1
    static let size: UInt64 = 1
    static let symbol: UInt64 = 2
  }

  /// NodeProto.
  enum Node {
    static let input: UInt64 = 1
    static let output: UInt64 = 2
    static let name: UInt64 = 3
    static let operation: UInt64 = 4
    static let attribute: UInt64 = 5
    static let domain: UInt64 = 7
  }

  /// AttributeProto.
  enum Attribute {
    static let name: UInt64 = 1
    static let real: UInt64 = 2
    static let integer: UInt64 = 3
    static let text: UInt64 = 4
    static let tensor: UInt64 = 5
    static let graph: UInt64 = 6
    static let reals: UInt64 = 7
    static let integers: UInt64 = 8
    static let graphs: UInt64 = 11
    static let type: UInt64 = 20
  }

  /// TensorProto.
  enum Tensor {
    static let sizes: UInt64 = 1
    static let type: UInt64 = 2
    static let floats: UInt64 = 4
    static let integers32: UInt64 = 5
    static let integers64: UInt64 = 7
    static let name: UInt64 = 8
    static let raw: UInt64 = 9
    static let doubles: UInt64 = 10
    static let unsigned64: UInt64 = 11
    static let external: UInt64 = 13
    static let location: UInt64 = 14
  }
}
