import Foundation
import Padawann

/// A folder for evolutions of a network of 490 edges, which take a moment.
final class RunPlace: Sendable {
  let folder: URL
  static let tool = "padawann test"
  static let data = DataFolder(path: "/nonexistent")
  static let environment = RunEnvironment(data: data, inference: Inference(threads: 1), tool: tool)

  init() throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "padawann-run-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try ModelFile.write(Model(network: Self.network()), to: path("net.h5"))
    var generator = KeyedGenerator(3)
    let rows = (0..<40).map { row in
      (["\(row % 10)"] + (0..<784).map { _ in "\(generator.next(below: 256))" }).joined(separator: ",")
    }
    try write(rows.joined(separator: "\n") + "\n", to: "data.csv")
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
  func bytes(_ name: String) throws -> [UInt8] { try StoredFile.read(path(name)) }
  func text(_ name: String) throws -> String { String(decoding: try bytes(name), as: UTF8.self) }
  func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: path(name)) }
  func write(_ text: String, to name: String) throws { try write(Array(text.utf8), to: name) }
  func write(_ bytes: [UInt8], to name: String) throws { try StoredFile.write(bytes, to: path(name)) }

  /// Replaces the only place where `old` stands in a file.
  func replace(_ old: String, by new: String, in name: String) throws {
    let text = try text(name)
    guard text.ranges(of: old).count == 1 else { throw CocoaError(.fileReadCorruptFile) }
    try write(text.replacing(old, with: new), to: name)
  }

  static func network(seed: UInt64 = 1) throws -> Network {
    let architecture = try Architecture(
      input: Shape(channels: 1, height: 28, width: 28),
      nodes: [
        Node("pool", .maxPool(Pool(kernel: Extent(4))), inputs: [-1]),
        Node("flatten", .flatten, inputs: [0]),
        Node("fc", .linear(Linear(outputs: 10)), inputs: [1]),
      ])
    var generator = KeyedGenerator(seed)
    let signs = Bitmask((0..<490).map { _ in generator.uniform() < 0.5 })
    let edges = try EdgeWeights(
      shape: [10, 49], mask: Bitmask(repeating: true, count: 490), values: .signs(signs))
    return try Network(
      architecture: architecture,
      parameters: [.none, .none, .weighted(edges, bias: [Float](repeating: 0.1, count: 10))])
  }

  /// Four individuals of three generations on forty images, or what becomes of that.
  func start(_ change: (inout EvolutionRequest) throws -> Void = { _ in }) async throws
    -> RunStart<EvolutionRunSettings>
  {
    var request = EvolutionRequest(models: [path("net.h5")], tasks: [try DatasetSpec.parse(path("data.csv"))])
    request.tests = request.tasks
    request.perClass = 4
    request.evolution.population = 4
    request.evolution.tournament = 2
    request.evolution.generations = 3
    try change(&request)
    return try await request.start(Self.environment)
  }

  func begin(_ name: String = "run", _ change: (inout EvolutionRequest) throws -> Void = { _ in })
    async throws -> Run<EvolutionJob>
  {
    let start = try await start(change)
    return try await Run.begin(start, in: RunFolder(path(name), creates: true), Self.environment)
  }

  func resume(_ name: String = "run") async throws -> Run<EvolutionJob> {
    try await Run.resume(RunFolder(path(name), creates: false), Self.environment)
  }

  /// Goes on with a run that must be refused.
  func refused(_ name: String = "run") async -> PadawannError? {
    do {
      _ = try await resume(name)
      return nil
    } catch {
      return error as? PadawannError
    }
  }

  /// A run that is at its end.
  func finished(_ name: String = "run", _ change: (inout EvolutionRequest) throws -> Void = { _ in })
    async throws
  {
    var run = try await begin(name, change)
    while !run.isFinished { try await run.advance() }
    _ = try await run.finish()
  }
}
