import HDF5
import Padawann
import Testing

/// Model files with right checksums and digests, and wrong content: each is refused for the right reason.
@Suite struct HostileModelTests {
  /// One change of a model's tree, and what the reader says about it.
  struct Case: CustomTestStringConvertible, Sendable {
    var path: String
    var kind: PadawannError.Kind = .data
    var says: String
    var compact = false
    var change: @Sendable (inout HDFGroup) -> Void
    var testDescription: String { "\(path): \(says)\(compact ? " (compact)" : "")" }
  }

  private static func attribute(
    _ path: String, _ name: String, _ value: HDFValue?, _ says: String, _ kind: PadawannError.Kind = .data,
    compact: Bool = false
  ) -> Case {
    Case(path: path, kind: kind, says: says, compact: compact) { $0.set(name, value) }
  }

  private static func dataset(
    _ path: String, _ name: String, _ elements: HDFElements?, _ says: String, shape: [Int]? = nil,
    compact: Bool = false
  ) -> Case {
    Case(path: path, says: says, compact: compact) { $0.setDataset(name, elements, shape: shape) }
  }

  static let headers: [Case] = [
    attribute("", "format", nil, "not a padawann model"),
    attribute("", "format", .text("padawan"), "not a padawann model"),
    attribute("", "format", .integer(1), "not a padawann model"),
    attribute("", "format_major", .integer(2), "version 2.0", .unsupported),
    attribute("", "format_major", .integer(.min), "version", .unsupported),
    attribute("", "format_major", .text("1"), "not a 64-bit integer"),
    attribute("", "format_minor", .integer(-1), "version 1.-1", .unsupported),
    attribute("", "format_minor", nil, "missing"),
    attribute("", "class", .text("evolved"), "\"evolved\"", .unsupported),
    attribute("", "class", .texts(["padawann"]), "not a text"),
    attribute("", "required_features", .text("compact-planes quantum"), "\"quantum\"", .unsupported),
    attribute("", "required_features", .text(" compact-planes"), "one space apart"),
    attribute("", "required_features", .text("compact-planes compact-planes"), "one space apart"),
    attribute("", "required_features", .integer(0), "not a text"),
    attribute("", "input_shape", .array(.int32([1, 6])), "channels, rows and columns"),
    attribute("", "input_shape", .array(.int32([])), "channels, rows and columns"),
    attribute("", "input_shape", .array(.int64([1, 6, 6])), "32-bit"),
    attribute("", "input_shape", .array(.int32([0, 6, 6])), "out of bounds"),
    attribute("", "input_shape", .array(.int32([-1, 6, 6])), "out of bounds"),
    attribute("", "input_shape", .array(.int32([.max, .max, .max])), "out of bounds"),
    attribute("", "input_shape", .array(.int32([.min, .min, .min])), "out of bounds"),
    attribute("", "input_shape", .array(.int32([65_536, 65_536, 65_536])), "out of bounds"),
    attribute("", "shared_weights", .array(.float32([])), "1 to 64 shared weights"),
    attribute("", "shared_weights", .array(.float32([0])), "1 to 64 shared weights"),
    attribute("", "shared_weights", .array(.float32([.nan])), "1 to 64 shared weights"),
    attribute("", "shared_weights", .array(.float32([1, .infinity])), "1 to 64 shared weights"),
    attribute("", "shared_weights", .array(.float32([Float](repeating: 1, count: 65))), "1 to 64 shared"),
    attribute("", "shared_weights", .float32(1), "not a list"),
    attribute("", "content_sha256", nil, "missing"),
    Case(path: "", says: "has no place here") { $0.groups.append(HDFEntry("extra", HDFGroup())) },
    dataset("", "coded", .uint8([0, 0, 0, 0]), "has no place here"),
    dataset("nodes", "mask", .uint8([]), "has no place here"),
    dataset("provenance", "mask", .uint8([]), "has no place here"),
    Case(path: "", says: "\"nodes\" is missing") { $0.groups.removeAll { $0.name == "nodes" } },
    Case(path: "", says: "\"provenance\" is missing") { $0.groups.removeAll { $0.name == "provenance" } },
    Case(path: "nodes", says: "1 to 4096 nodes") { $0.groups = [] },
    Case(path: "nodes", says: "1 to 4096 nodes") {
      $0.groups = (0..<4097).map { HDFEntry("n\($0)", HDFGroup()) }
    },
  ]

  static let nodes: [Case] = [
    attribute("nodes/relu", "position", .integer(.max), "is taken or too large"),
    attribute("nodes/relu", "position", .integer(.min), "is taken or too large"),
    attribute("nodes/relu", "position", .integer(-1), "is taken or too large"),
    attribute("nodes/relu", "position", .integer(0), "is taken or too large"),
    attribute("nodes/relu", "position", nil, "missing"),
    attribute("nodes/relu", "op", .text("warp"), "\"warp\" is not known", .unsupported),
    attribute("nodes/relu", "op", nil, "missing"),
    attribute("nodes/relu", "inputs", nil, "missing"),
    attribute("nodes/relu", "inputs", .texts([]), "reads one input"),
    attribute("nodes/relu", "inputs", .texts(["conv", "conv"]), "reads one input"),
    attribute("nodes/relu", "inputs", .texts(["relu"]), "earlier nodes"),
    attribute("nodes/relu", "inputs", .texts(["fc"]), "earlier nodes"),
    attribute("nodes/relu", "inputs", .texts(["nobody"]), "no node \"nobody\""),
    attribute("nodes/relu", "inputs", .texts(["conv"]), "nothing reads this node"),
    attribute("nodes/relu", "inputs", .text("norm"), "not a list of texts"),
    attribute("nodes/conv", "outputs", .integer(.max), "1 to 65536"),
    attribute("nodes/conv", "outputs", .integer(.min), "1 to 65536"),
    attribute("nodes/conv", "outputs", .integer(0), "1 to 65536"),
    attribute("nodes/conv", "outputs", .integer(4), "another shape"),
    attribute("nodes/conv", "outputs", .array(.int32([3])), "a type that no attribute of an operation has"),
    attribute("nodes/conv", "outputs", .array(.int32([])), "a type that no attribute of an operation has"),
    attribute("nodes/conv", "outputs", .float32(3), "one or more whole numbers"),
    attribute("nodes/conv", "outputs", nil, "missing"),
    attribute("nodes/conv", "kernel", .array(.int32([.max, .max])), "1 to 65536"),
    attribute("nodes/conv", "kernel", .array(.int32([.min, 3])), "1 to 65536"),
    attribute("nodes/conv", "kernel", .array(.int32([65_536, 65_536])), "too many edges"),
    attribute("nodes/conv", "kernel", .array(.int32([3, 7])), "does not fit"),
    attribute("nodes/conv", "kernel", .array(.int32([3, 3, 3])), "one or two whole numbers"),
    attribute("nodes/conv", "kernel", .integer(3), "not stored as this attribute"),
    attribute(
      "nodes/conv", "kernel", .array(.int64([3, 3])), "a type that no attribute of an operation has"),
    attribute("nodes/conv", "stride", .array(.int32([0, 1])), "1 to 65536"),
    attribute("nodes/conv", "stride", .integer(.max), "not stored as this attribute"),
    attribute("nodes/conv", "padding", .array(.int32([.max, .max, .max, .max])), "0 to 65536"),
    attribute("nodes/conv", "padding", .array(.int32([-1, 0, 0, 0])), "0 to 65536"),
    attribute("nodes/conv", "padding", .array(.int32([65_536, 65_536, 65_536, 65_536])), "too large"),
    attribute("nodes/conv", "padding", .text("same"), "not stored as this attribute"),
    attribute("nodes/conv", "padding", .integer(0), "not stored as this attribute"),
    attribute("nodes/conv", "dilation", .array(.int32([65_536, 65_536])), "does not fit"),
    attribute("nodes/conv", "groups", .integer(0), "1 to 65536"),
    attribute("nodes/conv", "groups", .integer(.min), "1 to 65536"),
    attribute("nodes/conv", "groups", .integer(2), "2 groups do not divide"),
    attribute("nodes/conv", "bias", .integer(2), "true or false"),
    attribute("nodes/conv", "bias", .integer(0), "has no place here"),
    attribute("nodes/pool", "ceil_mode", .integer(-1), "true or false"),
    attribute("nodes/pool", "padding", .array(.int32([2, 2])), "half of the window"),
    attribute("nodes/norm", "epsilon", .float32(.nan), "finite number from 0"),
    attribute("nodes/norm", "epsilon", .float32(-1), "finite number from 0"),
    attribute("nodes/norm", "epsilon", .integer(1), "not stored as this attribute"),
    attribute("nodes/norm", "channels", .integer(.max), "\"channels\" is not 3"),
    attribute("nodes/norm", "channels", nil, "missing"),
    Case(path: "nodes", says: "letters, digits") { $0.groups[2].name = "é" },
    Case(path: "nodes", says: "letters, digits") {
      // One text for Swift, two names for HDF5.
      $0.groups[2].name = "e\u{301}"
      $0.groups[3].name = "\u{e9}"
    },
    Case(path: "nodes", says: "letters, digits") { $0.groups[2].name = ".." },
    Case(path: "nodes", says: "letters, digits") { $0.groups[2].name = String(repeating: "n", count: 129) },
    Case(path: "nodes", says: "stands for the image") { $0.groups[5].name = "input" },
    Case(path: "nodes/relu", says: "has no place here") { $0.groups.append(HDFEntry("x", HDFGroup())) },
  ]

  static let weights: [Case] = [
    attribute("nodes/fc", "weights", .text("ternary"), "\"ternary\""),
    attribute("nodes/fc", "weights", .text("float"), "has no place here"),
    attribute("nodes/fc", "weights", nil, "missing"),
    attribute("nodes/fc", "shape", .array(.int32([5, 12, 1])), "another shape"),
    attribute("nodes/fc", "shape", .array(.int32([.max, .max])), "another shape"),
    attribute("nodes/fc", "shape", .array(.int32([])), "another shape"),
    attribute("nodes/fc", "shape", .integer(60), "list of 32-bit integers"),
    attribute("nodes/fc", "survivors", .integer(-1), "are announced"),
    attribute("nodes/fc", "survivors", .integer(.max), "are announced"),
    attribute("nodes/fc", "survivors", nil, "missing"),
    attribute("nodes/fc", "retains_pruned", .integer(1), "does not hold 60 bits"),
    attribute("nodes/fc", "retains_pruned", .integer(2), "not 0 or 1"),
    dataset("nodes/fc", "mask", nil, "missing"),
    dataset("nodes/fc", "mask", .uint8([UInt8](repeating: 0, count: 8)), "are announced"),
    dataset("nodes/fc", "mask", .uint8([UInt8](repeating: 255, count: 8)), "followed by zeros"),
    dataset("nodes/fc", "mask", .uint8([UInt8](repeating: 0, count: 9)), "of 9 bytes"),
    dataset("nodes/fc", "mask", .uint8([]), "of 0 bytes"),
    dataset("nodes/fc", "mask", .int32([0, 0]), "does not hold bytes"),
    dataset("nodes/fc", "mask", .uint8([UInt8](repeating: 0, count: 8)), "not a vector", shape: [2, 4]),
    dataset("nodes/fc", "bias", .float32([1, 2, 3, 4]), "has 4 numbers where 5"),
    dataset("nodes/fc", "bias", .float32([1, 2, 3, 4, .nan]), "not a finite number"),
    dataset("nodes/fc", "bias", .float64([1, 2, 3, 4, 5]), "32-bit real numbers"),
    dataset("nodes/fc", "bias", nil, "missing"),
    dataset("nodes/fc", "values", .float32([]), "has no place here"),
    dataset("nodes/norm", "variance", .float32([1, 1, -1]), "variances from 0"),
    dataset("nodes/norm", "variance", .float32([1, 1, .infinity]), "finite numbers"),
    dataset("nodes/norm", "mean", .float32([1]), "has 1 numbers where 3"),
    Case(path: "nodes/fc", says: "SHA-256 digest and no other attribute") {
      $0.datasets[0].value.attributes = []
    },
    Case(path: "nodes/fc", says: "SHA-256 digest and no other attribute") {
      $0.datasets[0].value.attributes.append(HDFEntry("unit", .text("bit")))
    },
  ]

  static let tasks: [Case] = [
    attribute("tasks/mnist", "dataset", nil, "missing"),
    attribute("tasks/mnist", "dataset", .text(String(repeating: "d", count: 4097)), "longer than 4096"),
    attribute("tasks/mnist", "dataset_sha256", .text("00"), "64 lower-case"),
    attribute("tasks/mnist", "dataset_sha256", .text(String(repeating: "A", count: 64)), "64 lower-case"),
    attribute("tasks/mnist", "class_names", .texts([]), "0 classes"),
    attribute("tasks/mnist", "outputs", .array(.int32([0, 0, 1])), "different outputs"),
    attribute("tasks/mnist", "outputs", .array(.int32([0, 1, 5])), "different outputs"),
    attribute("tasks/mnist", "outputs", .array(.int32([0, 1, .min])), "different outputs"),
    attribute("tasks/mnist", "outputs", .array(.int32([0, 1])), "different outputs"),
    attribute("tasks/mnist", "divisor", .float32(0), "normalisation"),
    attribute("tasks/mnist", "divisor", .float32(.nan), "normalisation"),
    attribute("tasks/mnist", "mean", .array(.float32([])), "normalisation"),
    attribute("tasks/mnist", "mean", .array(.float32([0, 0, 0])), "normalisation"),
    attribute("tasks/mnist", "deviation", .array(.float32([-1])), "normalisation"),
    attribute("tasks/mnist", "deviation", .array(.float32([.infinity])), "normalisation"),
    attribute("tasks/mnist", "best_shared_weight", .float32(0), "best shared weight"),
    attribute("tasks/mnist", "best_shared_weight", .float64(1), "32-bit real"),
    attribute("tasks/mnist", "accuracy", .float64(1.5), "share from 0 to 1"),
    attribute("tasks/mnist", "accuracy", .float64(.nan), "share from 0 to 1"),
    Case(path: "tasks", says: "letters, digits") { $0.groups[0].name = "a b" },
    Case(path: "tasks", says: "at most 256 tasks") { group in
      group.groups = (0..<257).map { HDFEntry("t\($0)", group.groups[0].value) }
    },
    dataset("tasks/mnist", "labels", .uint8([]), "has no place here"),
    attribute("provenance", "seed", .text("-1"), "whole number"),
    attribute("provenance", "seed", .text("007"), "whole number"),
    attribute("provenance", "seed", .text("99999999999999999999999"), "whole number"),
    attribute("provenance", "settings", .texts(["nothing"]), "name=value"),
    attribute("provenance", "settings", .texts(["=value"]), "name is empty"),
    attribute("provenance", "settings", .texts([String](repeating: "a=b", count: 257)), "256 settings"),
    attribute("provenance", "history_1", .texts(["model=x", ""]), "does not begin with a digest"),
    attribute("provenance", "history_1", .texts(["model=\(Digest(of: []))"]), "no empty text behind it"),
    attribute(
      "provenance", "history_1", .texts(["model=\(Digest(of: []))", "seed=01", ""]), "more than a model"),
    attribute("provenance", "history_1", .texts(["model=\(Digest(of: []))", "", "nothing"]), "name=value"),
    attribute("provenance", "history_1", .integer(1), "not a list of texts"),
    attribute("provenance", "source_bytes", .integer(-1), "sizes from 0"),
    attribute("provenance", "source_sha256", .text("x"), "64 lower-case"),
    attribute("provenance", "parent_sha256", .integer(1), "not a text"),
  ]

  static let compact: [Case] = [
    dataset("", "coded", nil, "missing", compact: true),
    dataset("", "coded", .uint8([]), "too short for its planes", compact: true),
    dataset("", "coded", .uint8([UInt8](repeating: 0, count: 100)), "does not end", compact: true),
    dataset("", "parameters", .float32([]), "too short", compact: true),
    dataset("", "parameters", .float32([Float](repeating: 1, count: 100)), "100 parameters", compact: true),
    dataset("nodes/fc", "mask", .uint8([0]), "has no place here", compact: true),
    attribute("nodes/fc", "survivors", .integer(3), "no place in a compact file", compact: true),
    attribute("nodes/fc", "weights", .text("float"), "too short", compact: true),
    Case(path: "", says: "too short for its planes", compact: true) { root in
      // 2²⁸ edges that 4 kB of code cannot hold.
      root.set("input_shape", .array(.int32([4096, 1, 1])))
      root.setDataset("coded", .uint8([UInt8](repeating: 0, count: 4096)))
      root.change("nodes") { nodes in
        nodes.groups.removeAll { $0.name != "fc" }
        nodes.change("fc") {
          $0.set("position", .integer(0))
          $0.set("outputs", .integer(65_536))
          $0.set("shape", .array(.int32([65_536, 4096])))
        }
      }
    },
  ]

  @Test(arguments: headers + nodes + weights + tasks + compact)
  func wrongContentIsRefusedForTheRightReason(hostile: Case) throws {
    let sample = try #require(try ModelFileTests.samples().first { $0.compact == hostile.compact })
    var tree = try HostileModels.tree(of: sample.model, compact: sample.compact)
    tree.change(hostile.path, hostile.change)
    do {
      _ = try HostileModels.read(tree)
      Issue.record("it was accepted")
    } catch let error as PadawannError {
      #expect(error.kind == hostile.kind, "\(error)")
      #expect(error.description.contains(hostile.says), "\(error)")
    }
  }

  @Test func aZeroOrAnInfinityOnAKeptEdgeIsRefused() throws {
    let model = Model(network: try Fixtures.network(own: true))
    for (value, says) in [(Float(0), "is zero"), (.infinity, "finite"), (.nan, "finite")] {
      var tree = try HostileModels.tree(of: model)
      let remainingEdges = try #require(model.network.layers.last).weights.remainingEdges
      tree.change("nodes/fc") { group in
        group.setDataset("values", .float32([value] + [Float](repeating: 1, count: remainingEdges - 1)))
      }
      let error = #expect(throws: PadawannError.self) { try HostileModels.read(tree) }
      #expect(error?.message.contains(says) == true)
    }
  }

  @Test func whatIsRefusedAboveIsReadWithoutTheChange() throws {
    for sample in try ModelFileTests.samples() {
      let tree = try HostileModels.tree(of: sample.model, compact: sample.compact)
      #expect(try HostileModels.read(tree).model == sample.model)
    }
  }
}
