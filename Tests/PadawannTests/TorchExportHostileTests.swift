import Foundation
import Padawann
import Testing

/// Archives of torch.export that are damaged or made to harm.
@Suite struct TorchExportHostileTests {
  /// Which entry, the text in it, what stands there instead, and a word of the error.
  static let changes: [(entry: String, text: String, other: String, word: String)] = [
    (
      "model.json", #"{"as_tensor": {"name": "conv2d"}}, "kind""#,
      #"{"as_tensor": {"name": "gone"}}, "kind""#, "gone"
    ),
    (
      "model.json", #"{"as_tensor": {"name": "x"}}, "kind""#, #"{"as_tensor": {"name": "tanh"}}, "kind""#,
      "reads tanh"
    ),
    (
      "model.json", #""outputs": [{"as_tensor": {"name": "tanh"}}]"#,
      #""outputs": [{"as_tensor": {"name": "x"}}]"#, "reads tanh"
    ),
    ("model.json", #""outputs": [{"as_tensor": {"name": "tanh"}}]"#, #""outputs": []"#, "reads tanh"),
    (
      "model.json", #""user_output": {"arg": {"as_tensor": {"name": "linear_1""#,
      #""user_output": {"arg": {"as_tensor": {"name": "y""#, "reads y"
    ),
    (
      "model.json", #"{"user_input": {"arg": {"as_tensor": {"name": "x"}}}}"#,
      #"{"token": {"arg": {"name": "x"}}}"#, "token"
    ),
    (
      "model.json", #"{"user_input": {"arg": {"as_tensor": {"name": "x"}}}}"#,
      #"{"user_input": {"arg": {"as_int": 3}}}"#, "no tensor"
    ),
    ("model.json", #""input_specs""#, #""inputs_to""#, "schema"),
    ("model.json", #""major": 8"#, #""major": 9"#, "schema 9"),
    ("model.json", #""major": 8"#, #""major": 99999999999999999999"#, "whole number"),
    (
      "model.json", #""kernel_size", "arg": {"as_ints": [2, 2]}"#,
      #""kernel_size", "arg": {"as_ints": [2000000000, 2]}"#, "window"
    ),
    (
      "model.json", #""kernel_size", "arg": {"as_ints": [2, 2]}"#,
      #""kernel_size", "arg": {"as_ints": [-2, 2]}"#, "window"
    ),
    (
      "model.json", #""kernel_size", "arg": {"as_ints": [2, 2]}"#,
      #""kernel_size", "arg": {"as_sym_ints": [{"as_name": "s"}]}"#, "kernel_size"
    ),
    (
      "model.json", #""kernel_size", "arg": {"as_ints": [2, 2]}"#,
      #""kernel_size", "arg": {"as_ints": [2, 2], "as_int": 2}"#, "one kind"
    ),
    (
      "model.json", #""target": "torch.ops.aten.tanh.default""#, #""target": "torch.ops.higher_order.cond""#,
      "control flow"
    ),
    (
      "model.json", #""target": "torch.ops.aten.tanh.default""#, #""target": "torch.ops.mine.tanh.default""#,
      "PyTorch's own"
    ),
    ("model.json", #""target": "torch.ops.aten.tanh.default""#, #""target": """#, "PyTorch's own"),
    (
      "model.json", #""target": "torch.ops.aten.tanh.default""#,
      #""target": "torch.ops.aten.tanh.default", "target": "x""#, "twice"
    ),
    ("weights_config.json", #""as_int": 5}"#, #""as_int": 6}"#, "does not fit"),
    ("weights_config.json", #""as_int": 5}"#, #""as_int": -5}"#, "not possible"),
    ("weights_config.json", #""as_int": 5}"#, #""as_int": 9223372036854775807}"#, "not possible"),
    (
      "weights_config.json", #""strides": [{"as_int": 25}"#, #""strides": [{"as_int": 9223372036854775807}"#,
      "does not fit"
    ),
    (
      "weights_config.json", #""storage_offset": {"as_int": 0}"#, #""storage_offset": {"as_int": -1}"#,
      "does not fit"
    ),
    (
      "weights_config.json", #""storage_offset": {"as_int": 0}"#,
      #""storage_offset": {"as_expr": {"expr_str": "s"}}"#, "not fixed"
    ),
    ("weights_config.json", #""dtype": 7"#, #""dtype": 99"#, "type 99"),
    ("weights_config.json", #""layout": 7"#, #""layout": 1"#, "one after the other"),
    ("weights_config.json", #""use_pickle": false"#, #""use_pickle": true"#, "special class"),
    ("weights_config.json", #""path_name": "weight_0""#, #""path_name": "weight_99""#, "lacks"),
    ("weights_config.json", #""path_name": "weight_0""#, #""path_name": "../../../../etc/passwd""#, "lacks"),
    ("weights_config.json", #""conv1.weight""#, #""conv1.\u0007weight""#, "name"),
    ("byteorder", "little", "middle", "byte order"),
  ]

  @Test(arguments: changes.indices)
  func refuses(index: Int) throws {
    let change = Self.changes[index]
    let bytes = try ProgramFixture.archive("lenet", in: change.entry, change.text, change.other)
    let error = try #require(DataFixture.error { try ProgramFixture.network(bytes) }, "\(change)")
    #expect("\(error)".contains(change.word), "\(change.word): \(error)")
    #expect(error.location?.contains("net.pt2") == true)
  }

  @Test(arguments: ["lenet", "old-lenet"])
  func missingEntriesAreNamed(name: String) throws {
    for entry in try ProgramFixture.entries(name).map(\.name) {
      let bytes = try ProgramFixture.archive(name) { $0 == entry ? nil : $1 }
      // Versions, checksums and examples are not needed.
      guard !["version", "byteorder", "_id", "inputs.pt", "inputs/model.pt"].contains(where: entry.hasSuffix)
      else {
        #expect(try ProgramFixture.network(bytes) != nil)
        continue
      }
      let error = try #require(DataFixture.error { try ProgramFixture.network(bytes) }, "\(entry)")
      #expect(error.kind == .data, "\(entry): \(error)")
    }
  }

  static let deep: [String] = [
    String(repeating: "[", count: 100_000), String(repeating: #"{"a":"#, count: 100_000),
    #"{"graph_module": {"graph": {"nodes": "# + String(repeating: "[", count: 5_000),
    #"{"graph_module": {"graph": {"nodes": [{"inputs": [{"arg": "#
      + String(repeating: #"{"as_optional_tensor": "#, count: 400) + "1",
  ]

  @Test(arguments: deep.indices)
  func deepTextIsAnError(index: Int) throws {
    let bytes = try ProgramFixture.archive("lenet") { name, content in
      name.hasSuffix("model.json") ? Array(Self.deep[index].utf8) : content
    }
    let error = try #require(DataFixture.error { try ProgramFixture.network(bytes) })
    #expect(error.kind == .data && error.location?.contains("model.json") == true, "\(error)")
  }

  /// A few bytes may not become any number of numbers.
  @Test func manyViewsOfOneStorageAreRefused() throws {
    let bytes = try ProgramFixture.archive("lenet") { name, content in
      guard name.hasSuffix("weights_config.json") else { return content }
      let meta =
        #"{"dtype": 7, "sizes": [{"as_int": 100000000}], "strides": [{"as_int": 0}], "storage_offset": {"as_int": 0}}"#
      let items = (0..<40).map {
        #""w\#($0)": {"path_name": "weight_0", "use_pickle": false, "tensor_meta": \#(meta)}"#
      }
      return Array(#"{"config": {\#(items.joined(separator: ", "))}}"#.utf8)
    }
    let error = try #require(DataFixture.error { try ProgramFixture.network(bytes) })
    #expect(error.message.contains("limit"), "\(error)")
  }

  /// Unoptimised code sees few of the bits.
  #if DEBUG
    private static let (step, pace) = (61, 211)
  #else
    private static let (step, pace) = (1, 7)
  #endif

  @Test(arguments: ["mlp", "old-mlp"])
  func everyFlippedBitIsAnErrorOrHarmless(name: String) throws {
    let bytes = try ProgramFixture.bytes(name)
    let whole = try #require(try ProgramFixture.network(bytes))
    var refused = 0
    for (bit, damaged) in ImportFixture.flips(of: bytes, step: Self.step) {
      switch outcome({ try ProgramFixture.network(damaged) }) {
      case .success(let network): #expect(network == whole, "bit \(bit)")
      case .failure(let error):
        #expect(error is PadawannError, "bit \(bit): \(error)")
        refused += 1
      }
    }
    #expect(refused > bytes.count * 7 / Self.step)
  }

  /// The checksums are right, as those of a file that was made so.
  @Test(arguments: ["mlp-decomposed", "old-mlp"])
  func everyFlippedBitOfTheProgramIsAnErrorOrANetwork(name: String) throws {
    let whole = try #require(try ProgramFixture.network(ProgramFixture.bytes(name)))
    let entries = try ProgramFixture.entries(name)
    let place = try #require(
      entries.firstIndex { $0.name.hasSuffix("model.json") || $0.name.hasSuffix("program.json") })
    var refused = 0
    for (bit, damaged) in ImportFixture.flips(of: entries[place].content, step: Self.pace) {
      var entries = entries
      entries[place].content = damaged
      let bytes = try ZipWriter.archive(entries)
      switch outcome({ try ProgramFixture.network(bytes) }) {
      case .success(let network): #expect((network?.edgeCount ?? 0) <= whole.edgeCount * 8, "bit \(bit)")
      case .failure(let error):
        #expect(error is PadawannError, "bit \(bit): \(error)")
        refused += 1
      }
    }
    #expect(refused > 0)
  }

  @Test(arguments: ["mlp", "old-mlp"])
  func everyTruncationIsAnError(name: String) throws {
    let bytes = try ProgramFixture.bytes(name)
    for count in stride(from: 0, to: bytes.count, by: Self.step) {
      let error = DataFixture.error { try ProgramFixture.network(Array(bytes[..<count])) }
      #expect(error != nil, "\(count) bytes")
    }
  }
}
