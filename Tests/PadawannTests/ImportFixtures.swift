import Foundation
import Padawann

/// The files of `Goldens/import`.
enum ImportFixture {
  static var folder: String { (Bundle.module.resourcePath ?? "") + "/Goldens/import" }

  static func path(_ name: String) -> String { folder + "/" + name }

  static func bytes(_ name: String) throws -> [UInt8] { try StoredFile.read(path(name)) }

  /// What `make.py` says that a file of tensors must give.
  struct Expected: Decodable {
    struct Tensor: Decodable {
      let name: String
      let shape: [Int]
      let type: String
      let values: [Float]
    }
    let format: String
    let notes: [String]
    let tensors: [Tensor]
  }

  /// All of `expected.json`: the files of tensors, and the folded weights of others.
  struct Expectations: Decodable {
    var files: [String: Expected] = [:]
    var folded: [String: [String: [Float]]] = [:]

    struct Key: CodingKey {
      let stringValue: String
      var intValue: Int? { nil }
      init(stringValue: String) { self.stringValue = stringValue }
      init?(intValue: Int) { nil }
    }

    init(from decoder: any Decoder) throws {
      let container = try decoder.container(keyedBy: Key.self)
      for key in container.allKeys {
        if key.stringValue == "folded" {
          folded = try container.decode([String: [String: [Float]]].self, forKey: key)
        } else {
          files[key.stringValue] = try container.decode(Expected.self, forKey: key)
        }
      }
    }
  }

  static func expectations() throws -> Expectations {
    try JSONDecoder().decode(Expectations.self, from: Data(bytes("expected.json")))
  }

  /// Every copy of `bytes` with one bit flipped, `step` bits apart.
  static func flips(of bytes: [UInt8], step: Int = 1) -> some Sequence<(bit: Int, bytes: [UInt8])> {
    stride(from: 0, to: bytes.count * 8, by: step).lazy.map { bit in
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      return (bit, damaged)
    }
  }
}

/// What a call gave, with the error that a fuzz case may end in.
func outcome<Value>(_ body: () throws -> Value) -> Result<Value, any Error> { Result(catching: body) }

/// All that a file of tensors says, in a form that can be compared; numbers are compared by their bits.
struct TensorContents: Equatable {
  struct Tensor: Equatable {
    let name: String
    let shape: [Int]
    let type: ElementType
    let bits: [UInt32]
  }
  let tensors: [Tensor]
  let notes: [String]

  init(_ bytes: [UInt8]) throws {
    let file = try TensorFile(bytes: bytes, path: "file")
    notes = file.notes
    tensors = try file.tensors.map {
      Tensor(name: $0.name, shape: $0.shape, type: $0.type, bits: try $0.floats().map(\.bitPattern))
    }
  }
}
