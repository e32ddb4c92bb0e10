import Foundation
import HDF5
import Testing

@testable import Padawann

/// A Python that can read HDF5.
private enum Python {
  static let path: String? = {
    let environment = ProcessInfo.processInfo.environment
    let folders = (environment["PATH"] ?? "").split(separator: ":").map { "\($0)/python3" }
    let candidates = [environment["PADAWANN_PYTHON"]].compactMap { $0 } + folders
    return candidates.first { path in
      FileManager.default.isExecutableFile(atPath: path)
        && (try? run(path, ["-c", "import h5py, numpy"]))?.status == 0
    }
  }()

  static func run(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
    let process = Process()
    let pipe = Pipe()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    process.standardOutput = pipe
    process.standardError = pipe
    try process.run()
    let output = pipe.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}

/// Programs that only know `Formats/padawann.md` read our files as we do. They need a Python with h5py and NumPy:
/// `python3`, or the one that `PADAWANN_PYTHON` names; without one the tests are skipped.
@Suite(.enabled("skipped: no Python with h5py and NumPy") { Python.path != nil })
struct PythonAgreementTests {
  /// Two convolutions in groups, one without biases, and whatever ``Fixtures/network(seed:own:retainsPruned:density:)`` has.
  private static func networks() throws -> [Network] {
    var networks: [Network] = []
    for (own, retains) in [(false, false), (false, true), (true, false), (true, true)] {
      for density in [0, 0.4, 2] as [Float] {
        networks.append(
          try Fixtures.network(seed: 8, own: own, retainsPruned: retains, density: density))
      }
    }
    let architecture = try Architecture(
      input: Shape(channels: 4, height: 5, width: 5),
      nodes: [
        Node("b", .convolution(Convolution(outputs: 6, kernel: Extent(3), groups: 2)), inputs: [-1]),
        Node(
          "a", .convolution(Convolution(outputs: 9, kernel: Extent(2), groups: 3, hasBias: false)),
          inputs: [0]),
      ])
    var generator = KeyedGenerator(13)
    let parameters = try [[6, 2, 3, 3], [9, 2, 2, 2]].map { shape -> NodeParameters in
      let count = shape.reduce(1, *)
      let mask = Bitmask((0..<count).map { _ in generator.uniform() < 0.7 })
      let signs = Bitmask((0..<count).map { _ in generator.uniform() < 0.5 })
      return .weighted(
        try EdgeWeights(shape: shape, mask: mask, values: .signs(signs), retainsPruned: true),
        bias: shape[0] == 6 ? [1, 2, 3, 4, 5, -0.0] : nil)
    }
    return networks
      + [try Network(architecture: architecture, parameters: parameters), try LayerMultiplierTests.network()]
  }

  /// Writes all networks, plain and compact.
  private static func inFolder(_ body: (String, [(path: String, network: Network)]) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/python-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    var files: [(String, Network)] = []
    for (index, network) in try networks().enumerated() {
      for compact in [false, true] {
        let path = "\(folder)/\(index)\(compact ? "-compact" : "").h5"
        try ModelFile.write(Model(network: network), to: path, compact: compact)
        files.append((path, network))
      }
    }
    for form in HalfNumbersTests.forms {
      let path = "\(folder)/half-\(form.layout).h5"
      try ModelFile.write(HalfNumbersTests.model(), to: path, as: form)
      files.append((path, try HalfNumbersTests.network()))
    }
    try body(folder, files)
  }

  private struct Expected: Encodable {
    var path: String
    var shared: Float
    var task: String?
    var layers: [String: [[UInt32]?]] = [:]

    init(_ path: String, _ network: Network, task: String? = nil) {
      (self.path, shared, self.task) = (path, 0.7, task)
      for (node, parameters) in zip(network.architecture.nodes, network.parameters) {
        switch parameters {
        case .none: break
        case .weighted(let weights, let bias):
          layers[node.name] = [weights.numbers(.shared(shared)).map(\.bitPattern), bias?.map(\.bitPattern)]
        case .normalisation(let numbers):
          layers[node.name] = [numbers.scale, numbers.shift, numbers.mean, numbers.variance].map {
            $0.map(\.bitPattern)
          }
        }
      }
    }
  }

  /// The network as each task of a model sees it, plain and compact.
  private static func tasks(in folder: String) throws -> [Expected] {
    var expected: [Expected] = []
    for (name, model) in [
      ("tasks", try TaskOverrideTests.model()), ("masks", try TaskMaskTests.model()),
      ("retaining", try TaskMaskTests.model(retaining: true, seed: 7)),
    ] {
      for form in [ModelForm.plain, .compact, .packed] {
        let path = "\(folder)/\(name)-\(form.layout.rawValue).h5"
        try ModelFile.write(model, to: path, as: form)
        for task in model.tasks {
          expected.append(Expected(path, try model.use(of: task.name).network, task: task.name))
        }
      }
    }
    return expected
  }

  @Test func theReaderInPythonRebuildsTheSameBits() throws {
    let tools =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path + "/tools"
    try Self.inFolder { folder, files in
      let expected = try files.map { Expected($0, $1) } + Self.tasks(in: folder)
      try JSONEncoder().encode(expected).write(to: URL(fileURLWithPath: folder + "/expected.json"))
      let script = try Fixtures.path("format/compare_reader.py")
      let result = try Python.run(try #require(Python.path), [script, tools, folder + "/expected.json"])
      #expect(result.status == 0, "\(result.output)")
      #expect(
        result.output.contains("480 parts, 0 differences"), "\(result.output)"
      )
    }
  }

  @Test func theReaderInPythonRebuildsAWann() throws {
    let folder = try TemporaryFolder()
    let reader =
      URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().path + "/tools/read_padawann.py"
    for factors in [false, true] {
      var graph = try NeuronFixture.evolved(changes: 40, seed: 9, factors: factors)
      graph.setEnabled(2, false)
      let path = folder.path + "/wann.h5"
      try WannFile.write(
        WannModel(graph: graph, input: Shape(channels: 1, height: 2, width: 3), sharedWeights: [1]), to: path)
      let result = try Python.run(try #require(Python.path), [reader, path])
      #expect(result.status == 0, "\(result.output)")
      func numbers(_ activations: [NeuronActivation]) -> String {
        activations.map { "\($0.rawValue)" }.joined(separator: " ")
      }
      let head = "6 \(numbers(graph.outputActivations)) / \(numbers(graph.hiddenActivations))"
      let lines = result.output.split(separator: "\n").map(String.init)
      let edges = lines.dropFirst().map { $0.split(separator: " ").map(String.init) }
      #expect(lines.first == head)
      let enabled = graph.connections.filter(\.isEnabled)
      #expect(edges.map { Int32($0[0]) } == enabled.map(\.source))
      #expect(edges.map { Int32($0[1]) } == enabled.map(\.destination))
      #expect(edges.map { Float($0[2]) } == enabled.map(\.factor))
    }
  }

  @Test func theDigestsFollowFromTheDocument() throws {
    try Self.inFolder { folder, files in
      var paths = files.map(\.path)
      paths += Set(try Self.tasks(in: folder).map(\.path))
      for (index, sample) in try ModelFileTests.samples().enumerated() {
        paths.append("\(folder)/sample-\(index).h5")
        try ModelFile.write(sample.model, to: paths[paths.count - 1], compact: sample.compact)
      }
      let script = try Fixtures.path("format/check_digests.py")
      let result = try Python.run(try #require(Python.path), [script] + paths)
      #expect(result.status == 0, "\(result.output)")
      #expect(result.output.contains("\(paths.count) files, 0 differences"), "\(result.output)")
    }
  }

  /// The script says so when a digest is wrong: here the content of one file under the digest of another.
  @Test func aWrongDigestIsSeenByTheScript() throws {
    try Self.inFolder { folder, files in
      var tree = try HDFGroup(encoded: try StoredFile.read(files[0].path))
      tree.change("provenance") { $0.set("tool", .text("another")) }
      tree.change("nodes/fc") {
        $0.datasets[0].value.attributes[0].value = .array(.uint8([UInt8](repeating: 1, count: 32)))
      }
      try StoredFile.write(try tree.encoded(), to: folder + "/wrong.h5")
      let script = try Fixtures.path("format/check_digests.py")
      let result = try Python.run(try #require(Python.path), [script, folder + "/wrong.h5"])
      #expect(result.status == 1 && result.output.contains("1 files, 2 differences"), "\(result.output)")
    }
  }
}
