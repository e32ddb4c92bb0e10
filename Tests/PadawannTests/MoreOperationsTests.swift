import HDF5
import Padawann
import Testing

/// The operations of version 1.2 in model files, and the names that only architecture files have.
@Suite struct MoreOperationsTests {
  static let operations: [Padawann.NodeOperation] = [
    .clip(minimum: 0, maximum: 6), .clip(minimum: -.infinity, maximum: 1),
    .clip(minimum: -2, maximum: .infinity),
    .silu, .hardSigmoid(alpha: 0.2, beta: 0.4), .hardSwish, .pad(Pad(before: 1, behind: 2, Padding(0, -1))),
    .maxPool(Pool(kernel: Extent(3), padding: Padding(top: 0, left: 1, bottom: 1, right: 2))),
    .averagePool(
      Pool(kernel: Extent(2), padding: Padding(top: 0, left: 0, bottom: 1, right: 0)), countsPadding: false),
  ]

  private static func model(_ operation: Padawann.NodeOperation) throws -> Model {
    let architecture = try Architecture(
      input: Shape(channels: 2, height: 6, width: 6), nodes: [Node("n", operation, inputs: [-1])])
    return Model(network: try Network(architecture: architecture, parameters: [.none]))
  }

  @Test(arguments: operations, [false, true])
  func filesRequireTheFeatureAndReadBackEqual(operation: Padawann.NodeOperation, compact: Bool) throws {
    let model = try Self.model(operation)
    let tree = try HostileModels.tree(of: model, compact: compact)
    let features = (compact ? "compact-planes " : "") + "more-operations"
    #expect(tree.attribute("required_features") == .text(features))
    #expect(tree.attribute("format_minor") == .integer(2))
    #expect(try ModelFile.model(encoded: try ModelFile.encoded(model, compact: compact)).model == model)
    // An older program would not know it, so a file that does not say so is damaged.
    var silent = tree
    silent.set("required_features", .text(compact ? "compact-planes" : ""))
    let error = #expect(throws: PadawannError.self) { try HostileModels.read(silent) }
    #expect(error?.kind == .data && error?.description.contains("more-operations") == true)
  }

  @Test func otherFilesAreOfTheVersionThatTheyWereOf() throws {
    for operation: Padawann.NodeOperation in [
      .relu, .maxPool(Pool(kernel: Extent(3), padding: Padding(1, 1))),
      .averagePool(Pool(kernel: Extent(2), padding: Padding(1, 0)), countsPadding: true),
    ] {
      let tree = try HostileModels.tree(of: try Self.model(operation))
      #expect(tree.attribute("required_features") == .text(""))
      #expect(tree.attribute("format_minor") == .integer(0))
    }
    let tree = try HostileModels.tree(
      of: try Self.model(.maxPool(Pool(kernel: Extent(3), padding: Padding(1, 1)))))
    #expect(tree.group("nodes")?.group("n")?.attribute("padding") == .array(.int32([1, 1])))
  }

  @Test func aPaddingOfEqualSidesIsStoredAsTwoNumbers() throws {
    var tree = try HostileModels.tree(
      of: try Self.model(
        .maxPool(Pool(kernel: Extent(3), padding: Padding(top: 0, left: 1, bottom: 1, right: 0)))))
    tree.change("nodes/n") { $0.set("padding", .array(.int32([1, 1, 1, 1]))) }
    let error = #expect(throws: PadawannError.self) { try HostileModels.read(tree) }
    #expect(error?.description.contains("not stored as this attribute is") == true)
  }

  @Test func aBoundThatIsNoneIsInfinite() throws {
    let tree = try HostileModels.tree(of: try Self.model(.clip(minimum: -.infinity, maximum: 1)))
    let node = try #require(tree.group("nodes")?.group("n"))
    #expect(node.attribute("min") == .float32(-.infinity) && node.attribute("max") == .float32(1))
  }

  // MARK: Architecture files

  private static func architecture(_ nodes: String, input: String = "[2, 6, 8]") throws -> Architecture {
    try ArchitectureFile.architecture(json: Array("{\"input\": \(input), \"nodes\": [\(nodes)]}".utf8))
  }

  @Test func otherNamesStandForOperations() throws {
    func operation(_ node: String) throws -> Padawann.NodeOperation {
      try Self.architecture(node).nodes[0].operation
    }
    #expect(try operation(#"{"op": "relu6"}"#) == .clip(minimum: 0, maximum: 6))
    #expect(try operation(#"{"op": "clip", "max": 1}"#) == .clip(minimum: -.infinity, maximum: 1))
    #expect(try operation(#"{"op": "adaptive_avg_pool", "size": 1}"#) == .globalAveragePool)
    #expect(
      try operation(#"{"op": "adaptive_avg_pool", "size": [3, 2]}"#)
        == .averagePool(Pool(kernel: Extent(2, 4)), countsPadding: true))
    #expect(
      try operation(#"{"op": "adaptive_avg_pool", "size": [6, 8]}"#)
        == .averagePool(Pool(kernel: Extent(1)), countsPadding: true))
    // Three windows of three of seven rows, two apart.
    let seven = try Self.architecture(#"{"op": "adaptive_avg_pool", "size": 3}"#, input: "[1, 7, 3]")
    #expect(
      seven.nodes[0].operation
        == .averagePool(Pool(kernel: Extent(3, 1), stride: Extent(2, 1)), countsPadding: true))
    let behind = try Self.architecture(
      #"{"op": "max_pool", "kernel": 2}, {"op": "adaptive_avg_pool", "size": [1, 2], "name": "a"}"#)
    #expect(behind.shapes[1] == Shape(channels: 2, height: 1, width: 2) && behind.nodes[1].name == "a")
  }

  /// Shapes are needed while nodes are read, before an architecture checks them.
  @Test func anImageOfAnySizeIsAnErrorAndNoOverflow() {
    for input in ["[1, \(Int.max), 3]", "[\(Int.max), \(Int.max), \(Int.max)]", "[1, -3, 0]"] {
      for node in [
        #"{"op": "adaptive_avg_pool", "size": 2}"#, #"{"op": "pad", "padding": 9}, {"op": "flatten"}"#,
      ] {
        let error = #expect(throws: PadawannError.self) { try Self.architecture(node, input: input) }
        #expect(error?.description.contains("out of bounds") == true, "\(error?.description ?? "")")
      }
    }
  }

  @Test(arguments: [
    (#"{"op": "adaptive_avg_pool", "size": 5}"#, "several sizes"),
    (#"{"op": "adaptive_avg_pool", "size": 7}"#, "repeats them"),
    (#"{"op": "adaptive_avg_pool", "size": 0}"#, "is 1 to"),
    (#"{"op": "adaptive_avg_pool"}"#, "has a \"size\""),
    (#"{"op": "adaptive_avg_pool", "size": [1, 2, 3]}"#, "one or two"),
    (#"{"op": "adaptive_avg_pool", "size": 2, "stride": 1}"#, "nothing else"),
    (#"{"op": "relu6", "max": 6}"#, "no attributes"),
    (#"{"op": "max_pool", "kernel": 9}, {"op": "adaptive_avg_pool", "size": 2}"#, "shape is known"),
  ])
  func whatNoPoolingIsIsRefused(nodes: String, says: String) {
    let error = #expect(throws: PadawannError.self) { try Self.architecture(nodes) }
    #expect(error?.description.contains(says) == true, "\(error?.description ?? "")")
  }
}
