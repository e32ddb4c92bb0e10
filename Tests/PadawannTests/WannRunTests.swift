import Foundation
import HDF5
import Testing

@testable import Padawann

@Suite("WANN: runs")
struct WannRunTests {
  static func request(_ place: RunPlace, _ change: (inout WannRequest) -> Void = { _ in }) throws
    -> WannRequest
  {
    var request = WannRequest(tasks: [try DatasetSpec.parse(place.path("data.csv"))])
    request.tests = request.tasks
    (request.search.population, request.search.generations, request.search.tournament) = (8, 21, 2)
    (request.search.batch, request.search.batches, request.search.testBatches) = (24, 5, 3)
    request.search.seed = 4
    change(&request)
    return request
  }

  private static func begin(_ place: RunPlace, _ change: (inout WannRequest) -> Void = { _ in }) async throws
    -> Run<WannJob>
  {
    let start = try request(place, change).start(RunPlace.environment)
    return try await Run.begin(start, in: RunFolder(place.path("run"), creates: true), RunPlace.environment)
  }

  @Test("a step is eight generations; the end is the best that was tested, and all is in the folder")
  func steps() async throws {
    let place = try RunPlace()
    var run = try await Self.begin(place)
    var lines: [WannJob.LogLine] = []
    while !run.isFinished { lines.append(try await run.advance()) }
    let (model, report) = try await run.finish()
    #expect(lines.map(\.generation) == [8, 16, 21])
    #expect(
      lines.allSatisfy { $0.saved > 0 && $0.best.tasks.count == 1 && $0.best.tasks[0].accuracies.count == 6 })
    #expect(lines.last?.champion == report.outcome.champion && report.outcome.generations == 21)
    #expect(model.input == Shape(channels: 1, height: 16, width: 16) && model.graph.outputs == 10)
    #expect(model.sharedWeights == WannModel.publishedWeights && model.tasks.map(\.name) == ["data"])
    #expect(model.tasks[0].dataset.hasSuffix("data.csv,resize=16:bilinear,deskew,normalise=none"))
    #expect(try WannFile.read(place.path("run/champion.h5")).model == model)
    let test = try #require(report.tests.first)
    #expect(test.weights?.count == 6 && test.ensemble != nil && test.best != nil && test.images == 40)
    let predictions = try Inference(threads: 1).predictions(
      of: model.graph, on: DatasetSpec.parse(model.tasks[0].dataset).load(from: RunPlace.data),
      weights: model.sharedWeights)
    #expect(try test.weights?.map(\.accuracy) == predictions.map { try Scores(of: $0).accuracy })
    // The same whatever computes.
    let other = try RunPlace()
    var again = try await Run<WannJob>.begin(
      Self.request(other).start(
        RunEnvironment(data: RunPlace.data, inference: Inference(threads: 2), tool: RunPlace.tool)),
      in: nil, RunPlace.environment)
    while !again.isFinished { try await again.advance() }
    #expect(try await again.finish().model.graph == model.graph)
  }

  @Test("left after any step, it goes on to the same bytes")
  func resumption() async throws {
    let place = try RunPlace()
    var whole = try await Self.begin(place)
    while !whole.isFinished { try await whole.advance() }
    _ = try await whole.finish()
    let (champion, report) = (try place.bytes("run/champion.h5"), try place.bytes("run/report.json"))
    _ = consume whole
    for left in 0..<3 {
      try FileManager.default.removeItem(atPath: place.path("run"))
      var run = try await Self.begin(place)
      for _ in 0..<left { try await run.advance() }
      _ = consume run
      var rest = try await Run<WannJob>.resume(
        RunFolder(place.path("run"), creates: false), RunPlace.environment)
      #expect(rest.job.step == left)
      while !rest.isFinished { try await rest.advance() }
      _ = try await rest.finish()
      #expect(try place.bytes("run/champion.h5") == champion && place.bytes("run/report.json") == report)
    }
  }

  @Test("a task that says how it is prepared is left alone, and how bytes become inputs is always said")
  func preparation() async throws {
    let place = try RunPlace()
    for (options, expected) in [
      ("", ",resize=16:bilinear,deskew,normalise=none"), (",resize=8", ",resize=8,normalise=none"),
      (",crop=12,normalise=mnist", ",crop=12,normalise=mnist"), (",deskew", ",deskew,normalise=none"),
    ] {
      let request = WannRequest(tasks: [try DatasetSpec.parse(place.path("data.csv") + options)])
      #expect(
        try request.start(RunPlace.environment).tasks[0].dataset.name == place.path("data.csv") + expected)
    }
    var plain = try Self.request(place)
    plain.prepares = false
    #expect(try plain.start(RunPlace.environment).tasks[0].dataset.shape.height == 28)
  }

  @Test("rewards are the sum over tasks, and the published slip compares labels with other images' outputs")
  func tasks() throws {
    let (one, other) = (try NeuronFixture.images(30, seed: 1), try NeuronFixture.images(20, seed: 2))
    let tasks = [EvaluationTask(name: "one", dataset: one), EvaluationTask(name: "other", dataset: other)]
    var settings = WannSettings()
    (settings.batch, settings.weights) = (16, [1, -1])
    let graphs = try NeuronFixture.population(4, changes: 30, seed: 3)
    let inference = Inference(threads: 1)
    let evaluator = WannEvaluator(tasks: tasks, settings: settings, inference: inference)
    let result = try evaluator.evaluate(graphs, batch: 7)
    let places = (0..<2).map { evaluator.images(of: $0, batch: 7) }
    #expect(places.allSatisfy { $0.count == 16 && Set($0).count == 16 } && places[0] != places[0].sorted())
    #expect(evaluator.images(of: 0, batch: 8) != places[0] && evaluator.images(of: 0, batch: 7) == places[0])
    let alone = try zip(tasks, places).map {
      try inference.scores(of: graphs, on: $0.dataset, images: $1, weights: settings.weights).scores
    }
    for graph in graphs.indices {
      for weight in 0..<2 {
        let sum = alone[0][graph].crossEntropy[weight] + alone[1][graph].crossEntropy[weight]
        #expect(result.rewards[graph][weight] == 0 - sum)
      }
    }
    settings.swapsOutputs = true
    let swapped = try WannEvaluator(tasks: tasks, settings: settings, inference: inference).evaluate(
      graphs, batch: 7)
    let confounded = try Dataset(
      name: "confounded", shape: other.shape, pixels: .floats(places[1].flatMap { other.input($0) }),
      labels: places[0].map { one.labels[$0] }, classNames: one.classNames, normalisation: .none(divisor: 1))
    let wrong = try inference.scores(
      of: graphs, on: confounded, images: Array(0..<16), weights: settings.weights
    ).scores
    #expect(swapped.scores[0] == wrong && swapped.scores[1] == result.scores[1])
    #expect(swapped.rewards != result.rewards)
  }

  @Test("tasks that do not fit together are refused before the work")
  func wrongTasks() async throws {
    let place = try RunPlace()
    let data = place.path("data.csv")
    for specs in [[], [data, data + ",resize=8"]] {
      let request = WannRequest(tasks: try specs.map { try DatasetSpec.parse($0) })
      #expect(throws: PadawannError.self) { try request.start(RunPlace.environment) }
    }
    var request = try Self.request(place)
    request.tests = [try DatasetSpec.parse(data + ",resize=8")]
    #expect(throws: PadawannError.self) { try request.start(RunPlace.environment) }
    request = try Self.request(place)
    request.search.tournament = 0
    #expect(throws: PadawannError.self) { try request.start(RunPlace.environment) }
  }

  /// Changes of a checkpoint, whose digest is then made right. Nine or ten rows: eight individuals and the best.
  static let hostile: [RunTests.Hostile] = [
    .init("another generation") { $0.set("generation", .integer(99)) },
    .init("none") { $0.set("generation", .integer(-1)) },
    .init("no first connections") { $0.datasets.removeAll { $0.name == "enabled_at_start" } },
    .init("fewer rows") { root in
      for name in ["hidden", "added"] {
        guard case .int64(let values) = root.dataset(name)?.elements else { return }
        root.datasets.removeAll { $0.name == name }
        root.datasets.append(
          HDFEntry(name, HDFDataset(shape: [values.count - 1], .int64(Array(values.dropLast())))))
      }
    }, .dataset("hidden", [1], .int64([.max])), .dataset("added", [2], .int64([-1, 0])),
    .dataset("best_reward", [1], .float64([.nan])), .dataset("best_generation", [1], .int64([50])),
    .dataset("best_tested", [1], .int64([2])), .dataset("activation", [1], .uint8([12])),
    .dataset("source", [1], .int32([0])), .dataset("enabled", [0], nil),
  ]

  @Test(arguments: hostile)
  func aCheckpointWhosePartsDoNotFitIsRefused(hostile: RunTests.Hostile) async throws {
    let place = try RunPlace()
    var run = try await Self.begin(place)
    try await run.advance()
    _ = consume run
    var tree = try HDFGroup(encoded: place.bytes("run/checkpoint.h5"))
    hostile.change(&tree)
    tree.set(ContentDigest.attribute, .text(ContentDigest.digest(of: tree).description))
    try place.write(tree.encoded(), to: "run/checkpoint.h5")
    await #expect(throws: PadawannError.self) {
      _ = try await Run<WannJob>.resume(RunFolder(place.path("run"), creates: false), RunPlace.environment)
    }
  }
}
