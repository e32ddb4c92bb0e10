import Padawann
import Testing

@Suite struct SafeTensorsTests {
  private static func file(_ header: String, _ content: [UInt8] = []) -> [UInt8] {
    let text = Array(header.utf8)
    return (0..<8).map { UInt8(truncatingIfNeeded: text.count >> (8 * $0)) } + text + content
  }

  private static let one = #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}"#

  @Test func readsEscapesBlanksAndEmptyTensors() throws {
    let header =
      #"{"__metadata__":{"x":"y\n"}, "é😀\/":{"shape":[2,0],"data_offsets":[0,0],"dtype":"I64"}}   "#
    let tensors = try TensorFile(bytes: Self.file(header), path: "x").tensors
    #expect(tensors.map(\.name) == ["é😀/"])
    #expect(tensors[0].shape == [2, 0])
    #expect(try tensors[0].floats().isEmpty)
    #expect(try TensorFile(bytes: Self.file("{}"), path: "x").tensors.isEmpty)
  }

  static let hostile: [(String, String)] = [
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},}"#, "is expected"),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"a":{"dtype":"F32","shape":[0],"data_offsets":[4,4]}}"#,
      "twice"
    ),
    (#"{"a":{"dtype":"F32","shape":[1],"shape":[1],"data_offsets":[0,4]}}"#, "twice"),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "does not fit"),
    (#"{"a":{"dtype":"F32","shape":[0],"data_offsets":[0,4]}}"#, "does not fit"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}"#, "overlap"),
    (#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[1,4]}}"#, "hole"),
    (#"{"a":{"dtype":"U8","shape":[3],"data_offsets":[0,3]}}"#, "use 3"),
    (
      #"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]},"b":{"dtype":"U8","shape":[2],"data_offsets":[2,4]}}"#,
      "overlap"
    ),
    (#"{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}"#, "exceed"),
    (#"{"a":{"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]}}"#, "F8_E4M3"),
    (#"{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}"#, "malformed"),
    (#"{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, "an integer"),
    (#"{"a":{"dtype":"F32","shape":[01],"data_offsets":[0,4]}}"#, "an integer"),
    (#"{"a":{"dtype":"F32","shape":[99999999999999999999],"data_offsets":[0,4]}}"#, "an integer"),
    (#"{"a":{"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]}}"#, "not possible"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,9223372036854775807]}}"#, "exceed"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}"#, "two data_offsets"),
    (#"{"a":{"dtype":"F32","shape":[1]}}"#, "needs"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"extra":1}}"#, "unknown key"),
    (#"{"a":[]}"#, "malformed"),
    (#"{"__metadata__":{"x":1},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, "malformed"),
    (#"{"__metadata__":{"x":"1","x":"2"},"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, "twice"),
    (#"{"a\ud800":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, "surrogate"),
    (#"{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}} x"#, "the end"),
    ("{\"a\nb\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "control character"),
    (#"{"":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}"#, "name is empty"),
  ]

  @Test(arguments: hostile)
  func refusesWhatTheFormatForbids(header: String, word: String) {
    #expect { try TensorFile(bytes: Self.file(header, [1, 2, 3, 4]), path: "x") } throws: {
      $0 is PadawannError && "\($0)".contains(word)
    }
  }

  @Test func refusesHeadersLongerThanTheFile() {
    let bytes = [255, 255, 0, 0, 0, 0, 0, 0] + Array((Self.one + "}").utf8)
    #expect { try TensorFile(bytes: bytes, path: "x") } throws: { "\($0)".contains("truncated") }
    let large = [255, 255, 255, 127, 0, 0, 0, 0] + Array((Self.one + "}").utf8)
    #expect { try TensorFile(bytes: large, path: "x") } throws: { "\($0)".contains("does not fit") }
  }

  @Test func everyTruncationIsAnError() throws {
    for name in ["plain.safetensors", "types.safetensors"] {
      let bytes = try ImportFixture.bytes(name)
      for count in bytes.indices {
        #expect(throws: PadawannError.self) { try TensorContents(Array(bytes[..<count])) }
      }
    }
  }

  @Test func aFlippedBitChangesOneNumberOrOneNameAtMost() throws {
    let bytes = try ImportFixture.bytes("plain.safetensors")
    let expected = try TensorContents(bytes)
    let payload = bytes.count - 8 * 4
    var read = 0
    for (bit, damaged) in ImportFixture.flips(of: bytes) {
      guard case .success(let contents) = outcome({ try TensorContents(damaged) }) else { continue }
      // The format has no checksum: what is left to check is that structure survives.
      #expect(contents.tensors.map(\.shape) == expected.tensors.map(\.shape), "bit \(bit)")
      #expect(contents.tensors.map(\.type) == expected.tensors.map(\.type), "bit \(bit)")
      let names = zip(contents.tensors, expected.tensors).filter { $0.name != $1.name }.count
      let numbers = zip(contents.tensors, expected.tensors).flatMap { zip($0.bits, $1.bits) }.filter {
        $0 != $1
      }
      if bit / 8 >= payload {
        #expect(names == 0 && numbers.count == 1, "bit \(bit)")
      } else {
        #expect(names <= 1 && numbers.isEmpty, "bit \(bit)")
      }
      read += 1
    }
    #expect(read >= 364, "\(read)")
  }
}
