import Testing

@testable import Padawann

@Suite struct WorkLimitTests {
  private static func architecture(_ json: String) throws -> Architecture {
    try ArchitectureFile.architecture(json: Array(json.utf8))
  }

  /// One channel of 5,786 × 5,786 places once took gigabytes for ten images, without a word.
  private static let padded = """
    {"input": [1, 28, 28], "nodes": [
      {"name": "conv", "op": "conv2d", "outputs": 2, "kernel": 3, "padding": 2880},
      {"name": "pool", "op": "global_avg_pool"}, {"name": "flatten", "op": "flatten"}]}
    """
  /// 10^12 multiplications for an image.
  private static let slow = """
    {"input": [1, 28, 28], "nodes": [
      {"name": "conv1", "op": "conv2d", "outputs": 40, "kernel": 3, "padding": 390},
      {"name": "conv2", "op": "conv2d", "outputs": 40, "kernel": 31, "padding": 15},
      {"name": "pool", "op": "global_avg_pool"}, {"name": "flatten", "op": "flatten"}]}
    """

  private static func predictions(of json: String, limit: WorkLimit?) async throws -> Int {
    let network = try Network.initialised(architecture(json), seed: 1)
    let images = try Dataset(
      name: "one", shape: network.architecture.input, pixels: .bytes([UInt8](repeating: 9, count: 784)),
      labels: [0],
      classNames: ["0"], normalisation: .mnist)
    var inference = Inference(threads: 1)
    inference.limit = limit
    return try await inference.predictions(of: network, on: images, magnitude: .shared(1)).count
  }

  @Test(arguments: [(padded, "a thread needs"), (slow, "an image needs 1.0·10^12 operations")])
  func tooMuchWorkIsRefusedBeforeItBegins(json: String, says: String) async throws {
    let error = try await #require(throws: PadawannError.self) {
      try await Self.predictions(of: json, limit: .standard)
    }
    #expect(error.kind == .unsupported && error.message.contains(says), "\(error)")
    #expect(error.choice == .limit)
  }

  @Test func theLimitCanBeLifted() async throws {
    let small = Self.padded.replacing("2880", with: "30")
    let limit = WorkLimit(operations: 10, bytesPerThread: 10, bytes: 10)
    await #expect(throws: PadawannError.self) { try await Self.predictions(of: small, limit: limit) }
    #expect(try await Self.predictions(of: small, limit: nil) == 1)
  }

  /// Training 65,536 × 3,000 weights under a limit of memory once aborted.
  @Test func trainingIsRefusedWhereMemoryIsShort() throws {
    let large = try Self.architecture(
      """
      {"input": [1, 256, 256], "nodes": [{"name": "flatten", "op": "flatten"},
        {"name": "fc", "op": "linear", "outputs": 3000}]}
      """)
    let error = try #require(throws: PadawannError.self) {
      try WorkLimit(bytes: 3 << 30).check(training: large, batch: 100)
    }
    #expect(error.message.contains("4.8 GB"), "\(error)")
    try WorkLimit(bytes: 8 << 30).check(training: large, batch: 100)
  }

  @Test(arguments: Preset.allCases) func ordinaryNetworksAreFarBelowTheLimits(preset: Preset) throws {
    let architecture = try preset.architecture
    let limit = WorkLimit(operations: 1e9, bytesPerThread: 1 << 26, bytes: 1 << 30)
    try limit.check(architecture, magnitudes: 3)
    try limit.check(training: architecture, batch: 100)
  }
}
