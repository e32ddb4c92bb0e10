import Padawann
import Testing

@Suite struct ArchitectureFileTests {
  private static func read(_ json: String) throws -> Architecture {
    try ArchitectureFile.architecture(json: Array(json.utf8))
  }

  @Test func aGraphIsReadWithItsDefaults() throws {
    let architecture = try Self.read(
      """
      {"input": [3, 8, 8], "nodes": [
        {"name": "conv1", "op": "conv2d", "outputs": 4, "kernel": 3, "padding": "same", "bias": false},
        {"op": "relu"},
        {"name": "sum", "op": "add", "inputs": ["conv1", "relu1"]},
        {"op": "global_avg_pool"}, {"name": "fc", "op": "linear", "outputs": 2}, {"op": "dropout", "rate": 0}]}
      """)
    #expect(
      architecture.nodes.map(\.name) == ["conv1", "relu1", "sum", "global_avg_pool3", "fc", "dropout5"])
    #expect(architecture.nodes.map(\.inputs) == [[-1], [0], [0, 1], [2], [3], [4]])
    #expect(architecture.shapes[0] == Shape(channels: 4, height: 8, width: 8))
    #expect(architecture.nodes[5].operation == .dropout(rate: 0))
    #expect(try Self.read(#"{"input": [7], "nodes": [{"op": "relu"}]}"#).input == Shape(channels: 7))
  }

  @Test(arguments: [
    ("", "not an architecture in JSON"), ("[]", "not an architecture in JSON"), ("{}", "not an architecture"),
    (#"{"input": [1, 2], "nodes": []}"#, "[channels, rows, columns]"),
    (#"{"input": [], "nodes": []}"#, "[channels, rows, columns]"),
    (#"{"input": ["1"], "nodes": []}"#, "at input.0"),
    (#"{"input": [1.5], "nodes": []}"#, "not an architecture"),
    (#"{"input": [1e40], "nodes": []}"#, "not an architecture"),
    (#"{"input": [1], "nodes": []}"#, "1 to 4096 nodes"),
    (#"{"input": [9223372036854775807], "nodes": [{"op": "relu"}]}"#, "out of bounds"),
    (#"{"input": [1], "nodes": [{}]}"#, "node 0: \"op\" is missing"),
    (#"{"input": [1], "nodes": [{"op": 3}]}"#, "\"op\" is missing or not a text"),
    (#"{"input": [1], "nodes": [{"op": null}]}"#, "nodes.0.op"),
    (#"{"input": [1], "nodes": [{"op": "warp"}]}"#, "node 0: the operation \"warp\" is not known"),
    (#"{"input": [1], "nodes": [{"op": "relu", "name": 1}]}"#, "\"name\" is a text"),
    (#"{"input": [1], "nodes": [{"op": "relu", "inputs": "input"}]}"#, "\"inputs\" is a list"),
    (#"{"input": [1], "nodes": [{"op": "relu", "inputs": []}]}"#, "\"inputs\" is a list"),
    (#"{"input": [1], "nodes": [{"op": "relu", "inputs": ["x"]}]}"#, "no earlier node is named \"x\""),
    (#"{"input": [1], "nodes": [{"op": "relu", "slope": 0.1}]}"#, "no attribute \"slope\""),
    (
      #"{"input": [1], "nodes": [{"op": "relu", "slope": ["a"]}]}"#,
      "a kind that no attribute of an operation has"
    ),
    (#"{"input": [1], "nodes": [{"op": "linear", "outputs": 9223372036854775807}]}"#, "1 to 65536"),
    (#"{"input": [1], "nodes": [{"op": "linear", "outputs": 1e30}]}"#, "whole number"),
    (#"{"input": [1], "nodes": [{"op": "linear", "outputs": {"n": 1}}]}"#, "nodes.0.outputs"),
    (#"{"input": [1], "nodes": [{"op": "relu", "name": "a"}, {"op": "relu", "name": "a"}]}"#, "two nodes"),
  ])
  func whatIsWrongIsNamed(json: String, says: String) {
    let error = #expect(throws: PadawannError.self) { try Self.read(json) }
    #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
  }

  @Test func deepAndLongFilesAreRefused() {
    let deep = String(repeating: "[", count: 100_000)
    #expect(throws: PadawannError.self) { try Self.read(deep) }
    #expect(throws: PadawannError.self) { try Self.read(#"{"input": "# + deep) }
    #expect(throws: PadawannError.self) {
      try Self.read(String(repeating: " ", count: ArchitectureFile.sizeLimit + 1))
    }
    #expect(throws: PadawannError.self) {
      try ArchitectureFile.architecture(json: [UInt8](repeating: 0xff, count: 100))
    }
  }
}
