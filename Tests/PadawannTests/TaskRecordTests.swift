import Testing

@testable import Padawann

@Suite struct TaskRecordTests {
  /// A class name that no model can hold was once noticed only after all the work.
  @Test(arguments: RunKind.allCases, [3, 5000])
  func aClassNameThatIsTooLongIsRefusedBeforeTheWork(kind: RunKind, length: Int) throws {
    let network = try Fixtures.network()
    let names = (0..<2).map { String(repeating: "x", count: length) + "\($0)" }
    let shape = network.architecture.input
    let dataset = try Dataset(
      name: "long", shape: shape, pixels: .floats([Float](repeating: 0, count: 2 * shape.count)),
      labels: [0, 1],
      classNames: names, normalisation: .mnist)
    let environment = RunPlace.environment
    func start() throws {
      _ = try RunStart(
        kind, MaskLearningSettings(density: 0.5), parents: [Model(network: network)],
        tasks: [EvaluationTask(name: "long", dataset: dataset)], tests: [], environment)
    }
    if length == 3 || kind == .train {
      try start()
    } else {
      let error = try #require(throws: PadawannError.self) { try start() }
      #expect(error.message.contains("longer than 4096 bytes") && error.location == "task long")
    }
  }
}
