import Foundation
import Testing

@testable import Padawann

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// A report of runs, models and answers: what is in it, and that it is true.
@Suite struct ReportBuildingTests {
  private static func report(
    _ place: RunPlace, _ sources: [String], _ change: (inout ReportRequest) -> Void = { _ in }
  ) async throws -> ReportContent {
    var request = ReportRequest(
      sources.map { (place.path($0), $0 as String?) }, standardData: RunPlace.data)
    change(&request)
    return try await request.report(RunPlace.environment)
  }

  /// A folder of two trials, of which as many steps are done.
  private static func place(steps: Int = 9) async throws -> RunPlace {
    let place = try RunPlace()
    let start = try await place.start().trials(2)
    let group = try RunGroup<EvolutionJob>.begin(start, in: place.path("two"))
    for index in 0..<2 {
      var run = try await group.run(index, RunPlace.environment)
      var done = 0
      while !run.isFinished, done < steps {
        try await run.advance()
        done += 1
      }
      if run.isFinished { _ = try await run.finish() }
    }
    return place
  }

  private static func table(_ report: ReportContent, _ name: String) throws -> ReportTable {
    try #require(report.tables.first { $0.name == name })
  }

  @Test func rowsAreWhatTheRunsReported() async throws {
    let place = try await Self.place()
    let report = try await Self.report(place, ["two"])
    #expect(report.notes == [])
    let runs = try (1...2).map { try ReportedRun(place.path("two/trial-\($0)"), named: "trial-\($0)") }
    let accuracies = try runs.map { try #require($0.result).tests[0].withBestWeight.accuracy.value }
    let spread = try #require(Spread(accuracies.map { 100 * $0 }))
    let row = try #require(Self.table(report, "systems").rows.last)
    #expect(row[2] == .count(2))
    #expect(row[7].content == ReportTable.Cell.spread(spread, 2).content)
    let trials = try Self.table(report, "runs-1").rows
    #expect(
      trials.map { $0[0].text } == ["trial-1", "trial-2", "mean", "standard deviation", "least", "most"])
    #expect(trials[0][2] == .count(4))
  }

  @Test func curvesBeginWithTheUnprunedModel() async throws {
    let place = try await Self.place()
    let system = try #require(ReportedSystem.read(place.path("two"), named: "two").first)
    var evaluation = ReportEvaluation(
      [system], ReportRequest([(place.path("two"), "two")], standardData: RunPlace.data),
      RunPlace.environment)
    try await evaluation.run()
    let start = try #require(evaluation.starts[0])
    #expect(start.numbers["champion/edges"] == 490)
    // The first generation has the unpruned network in it, which nothing that is worse can beat.
    let first = try #require(system.runs[0].log[0]["champion/fitness"])
    #expect(try #require(start.numbers["champion/fitness"]) <= first)
    let panel = try #require(
      CurvePanel.all(of: system.runs[0].description).first { $0.name == "champion/edges" })
    let points = panel.points(of: system.runs[0], from: start)
    #expect(points.map(\.x) == [0, 1, 2, 3, 4])
    #expect(points[0].y == 490)
    #expect(points[4].y == system.runs[0].log[3]["champion/edges"])
  }

  @Test func shownModelIsMeasuredAsTheRunMeasuredIt() async throws {
    let place = try await Self.place()
    let report = try await Self.report(place, ["two"])
    let names = report.figures.map(\.name)
    #expect(names.filter { $0.hasPrefix("curves") }.count == 5)
    #expect(names.contains("data-1-confusion-1") && names.contains("data-1-confusion-2"))
    #expect(names.contains("data-1-weights") && names.contains("density") && names.contains("masks-1"))
    #expect(Set(names).count == names.count)
    // What is shown of the champion is what evaluate says of its file.
    let run = try #require(ReportedSystem.read(place.path("two"), named: nil)[0].shown)
    let network = try ModelFile.read(#require(run.model)).model.network
    #expect(try Self.table(report, "density").rows.map { $0[4] } == [.count(network.remainingEdges)])
    let test = try #require(run.result?.tests[0])
    let rows = try Self.table(report, "data-1-accuracy").rows.filter { $0[0].text.hasSuffix(run.name) }
    let best = try #require(rows.first { $0[2].isBest })
    #expect(best[2].content == .number(100 * test.withBestWeight.accuracy.value, decimals: 2))
    #expect(best[5] == .number(test.withBestWeight.crossEntropy, 4))
  }

  @Test func everyDrawingIsXML() async throws {
    let place = try await Self.place()
    for figure in try await Self.report(place, ["two", "net.h5"]).figures {
      let parser = XMLParser(data: Data(figure.file))
      #expect(parser.parse(), "\(figure.name): \(String(describing: parser.parserError))")
      #expect(!figure.title.isEmpty)
    }
  }

  @Test func pageNeedsNothingElseAndIsTheSameAgain() async throws {
    let place = try await Self.place()
    let page = try await Self.report(place, ["two"]).page
    #expect(try await Self.report(place, ["two"]).page == page)
    let text = String(decoding: page, as: UTF8.self).replacing("http://www.w3.org/2000/svg", with: "")
    for foreign in ["<script", "http:", "https:", "<link", "@import", "url("] {
      #expect(!text.contains(foreign), "\(foreign)")
    }
    #expect(text.contains("<html lang=\"en\">"))
    #expect(page.count < 200_000)
  }

  @Test func runningRunsAreShownAsFarAsTheyAre() async throws {
    let place = try await Self.place(steps: 2)
    let report = try await Self.report(place, ["two"])
    #expect(try Self.table(report, "runs-1").rows[0][1].text == "still running")
    #expect(report.figures.contains { $0.name == "data-1-confusion-2" })
    let begun = try await Self.place(steps: 0)
    #expect(try await Self.report(begun, ["two"]).notes == ["two has no model yet."])
  }

  @Test func densitiesOfASweepAreSystemsOfTheirOwn() async throws {
    let place = try RunPlace()
    let request = LearningRequest(
      model: try ModelFile.read(place.path("net.h5")).model,
      tasks: [try DatasetSpec.parse(place.path("data.csv"))], density: 0.5)
    let start = try await request.start(RunPlace.environment).sweep([0.25, 0.5]).trials(2)
    let group = try RunGroup<MaskLearningJob>.begin(start, in: place.path("many"))
    for index in group.members.indices {
      var run = try await group.run(index, RunPlace.environment)
      try await run.advance()
    }
    let systems = try ReportedSystem.read(place.path("many"), named: "many")
    #expect(systems.map(\.name) == ["many, density 0.25", "many, density 0.5"])
    #expect(systems.map { $0.runs.map(\.name) }[1] == ["density-0.5-trial-1", "density-0.5-trial-2"])
  }

  @Test func modelsAndAnswersAreComparedOnTheSameImages() async throws {
    let place = try RunPlace()
    try ModelFile.write(Model(network: RunPlace.network(seed: 2)), to: place.path("other.h5"))
    let spec = try DatasetSpec.parse(place.path("data.csv"))
    let report = try await Self.report(place, ["net.h5", "other.h5"]) { $0.data = [spec] }
    #expect(report.notes == [])
    let pairs = try Self.table(report, "data-1-differences")
    #expect(pairs.rows.count == 1)
    let answers = try await [1, 2].map { try RunPlace.network(seed: $0) }.asyncBest(on: spec)
    let test = try Comparison(of: answers)
    #expect(pairs.rows[0][2] == .count(test.pairs[0].onlyFirstRight))
    #expect(pairs.rows[0][3] == .count(test.pairs[0].onlySecondRight))
    // The accuracy of each row, and that one at least is the best.
    let rows = try Self.table(report, "systems").rows
    #expect(
      zip(rows, test.models).allSatisfy { $0[7].content == .number(100 * $1.accuracy.value, decimals: 2) })
    #expect(rows.contains { $0[7].isBest })
  }

  @Test func whatCannotBeMeasuredIsSaid() async throws {
    let place = try await Self.place()
    try FileManager.default.removeItem(atPath: place.path("data.csv"))
    let report = try await Self.report(place, ["two"])
    #expect(report.notes.count == 2)
    #expect(report.notes[0].hasPrefix("The curves of two begin with generation 0: "))
    #expect(String(decoding: report.page, as: UTF8.self).contains("What is missing"))
    let stored = try await Self.report(place, ["two"]) { $0.evaluates = false }
    #expect(stored.notes == ["Nothing was measured for this report: it has what the files hold."])
  }

  @Test func numbersOfALogAreNotTrusted() async throws {
    let place = try await Self.place()
    for trial in 1...2 {
      let log = "two/trial-\(trial)/log.jsonl"
      let changed = try place.text(log).replacing("\"generation\":3", with: "\"generation\":1e300")
        .replacing(/"edges":[0-9]+/, with: "\"edges\":-1e300")
      try place.write(changed, to: log)
      try FileManager.default.removeItem(atPath: place.path("two/trial-\(trial)/report.json"))
    }
    let report = try await Self.report(place, ["two"])
    #expect(try Self.table(report, "runs-1").rows[0][3] == .count(nil))
    for figure in report.figures where figure.name.hasPrefix("curves") {
      #expect(!String(decoding: figure.file, as: UTF8.self).contains(/nan|inf[^i]/), "\(figure.title)")
    }
  }

  @Test func sourcesThatAreNoneAreRefused() async throws {
    let place = try RunPlace()
    for (name, kind) in [("missing", PadawannError.Kind.missing), ("data.csv", .data)] {
      let error = await #expect(throws: PadawannError.self) { try await Self.report(place, [name]) }
      #expect(error?.kind == kind)
    }
    let twice = await #expect(throws: PadawannError.self) {
      try await Self.report(place, ["net.h5", "net.h5"])
    }
    #expect(twice?.kind == .usage)
  }

  @Test func namesStandBeforePaths() throws {
    #expect(ReportRequest.source("A b=c/d=e.h5").path == "c/d=e.h5")
    #expect(ReportRequest.source("A b=c/d=e.h5").name == "A b")
    #expect(ReportRequest.source("plain.h5").name == nil)
  }

  /// The report showed what all tasks share, and not what each has of its own.
  @Test func tasksWithMasksOfTheirOwnAreShown() throws {
    let model = try TaskMaskTests.model()
    let blocks = try NetworkBlocks([ReportedModel(0, "net", .layers(model), of: nil, from: nil)]).blocks
    guard case .figures(let figures) = blocks[0], case .table(let table) = blocks[1] else {
      Issue.record("there are figures and a table")
      return
    }
    #expect(figures.map(\.name) == ["density", "masks-1", "masks-2", "masks-3"])
    let own = try #require(model.tasks[0].parameters.first { $0.node == "fc" }?.ownMask)
    let rows = table.rows.filter { $0[1].text == "fc" }
    #expect(rows.map { $0[0].text } == ["net", "net, task zeta", "net, task alpha"])
    #expect(rows[1][4] == .count(own.remainingEdges) && rows[0][4] != rows[1][4])
  }

  @Test func whatHasNoAccuracyIsNotTheBest() throws {
    let column = BestOfColumn([
      .init(values: [], answer: nil), .init(values: [0.59, 0.6, 0.61], answer: nil),
      .init(values: [0.6], answer: nil),
      .init(values: [0.1, 0.11, 0.12], answer: nil),
    ])
    #expect(try (0..<4).map { try column.includes($0) } == [false, true, true, false])
  }
}

extension [Network] {
  /// The answers of each with the weight that is best for it.
  fileprivate func asyncBest(on spec: DatasetSpec) async throws -> [ComparedModel] {
    let dataset = try spec.load(from: RunPlace.data)
    var models: [ComparedModel] = []
    for (index, network) in enumerated() {
      let magnitudes = Model.thesisWeights.map(Magnitude.shared)
      let predictions = try await Inference(threads: 1).predictions(
        of: network, on: dataset, magnitudes: magnitudes)
      let best = try WeightSweep(magnitudes: magnitudes, predictions: predictions).best
      models.append(try ComparedModel(name: "\(index)", predictions[best]))
    }
    return models
  }
}
