import ArgumentParser
import Padawann

/// `padawann evolve`
struct EvolveCommand: AsyncParsableCommand, RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "evolve",
    abstract: "Evolve the mask of a model for one or more tasks (the thesis' genetic algorithm).",
    discussion: """
      Every generation is stored in the folder, and a run that was ended in any way goes on with --resume FOLDER to the \
      same champion, byte for byte. A task is a dataset (Formats/datasets.md), by default the first 700 training images \
      of each class. Test data is looked at once, when the run is at its end. Formats/runs.md describes the folder, \
      Formats/experiments.md has the command of every experiment of the thesis.
      """)

  @Argument(
    help:
      "Models to start from, pruned from one network; or folders of runs, whose last population is taken.",
    completion: .file(extensions: ["h5"]))
  var models: [String] = []

  @Option(
    help: ArgumentHelp("A dataset that individuals are evaluated on; may be repeated.", valueName: "spec"))
  var task: [String] = []

  @Option(
    help: ArgumentHelp(
      "The first images of each class that a task takes if it does not say: a number, or all (default: 700).",
      valueName: "number"))
  var perClass: PerClass?

  @Option(
    help:
      "Which output stands for which class: none (in order, the default), auto (what the model would get most right with)."
  )
  var mapLabels: LabelMapping?

  @Option(
    help: ArgumentHelp("Data to measure the champion on besides the tasks' test images.", valueName: "spec"))
  var test: [String] = []

  @OptionGroup var runs: RunOptions
  @OptionGroup(title: "Algorithm") var algorithm: EvolutionOptions
  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var report: ReportOptions

  /// How classes find their outputs.
  enum LabelMapping: String, ExpressibleByArgument, CaseIterable {
    case none, auto
  }

  func validate() throws {
    if runs.isBegunAlready {
      guard models.isEmpty, task.isEmpty, test.isEmpty else {
        throw ValidationError(
          "--resume goes on with what the run was begun with: give no models, tasks or tests")
      }
      guard perClass == nil, mapLabels == nil, !algorithm.isGiven else {
        throw ValidationError("--resume goes on with the settings that the run was begun with: give none")
      }
    } else {
      guard !models.isEmpty else { throw ValidationError("give a model to start from") }
      guard !task.isEmpty else { throw ValidationError("give at least one --task") }
      guard runs.trial == nil || runs.trials != nil else {
        throw ValidationError("--trial is one of --trials")
      }
    }
  }

  func run() async throws {
    if let status = runs.status {
      let result = try StatusReport(EvolutionJob.self, of: status)
      return try report.print(result) { result.text }
    }
    let (folder, reports) = try await runs.carryOut(EvolutionJob.self, as: "evolve", dataFolder, compute) {
      driver in
      let start = try await request().start(driver.environment)
      driver.announce(start, start.configuration.provenance)
      for parent in start.parents { parent.noteMasksLeftOut() }
      return start
    }
    let result = RunsReport(.evolve, folder, reports)
    try report.print(result) { result.text { $0.text(folder) } }
  }

  private func request() throws(PadawannError) -> EvolutionRequest {
    var specs: [DatasetSpec] = []
    for text in task { specs.append(try DatasetSpec.parse(text, defaultSplit: .train)) }
    var request = EvolutionRequest(models: models, tasks: specs)
    for text in test { request.tests.append(try DatasetSpec.parse(text)) }
    if let perClass { request.perClass = perClass.count }
    request.mapsLabels = mapLabels == .auto
    request.values = algorithm.weights ?? .shared(Model.thesisWeights)
    request.keepsSigns = algorithm.signs != .discard
    request.evolution = algorithm.settings
    request.layers = algorithm.layers?.commaSeparated
    if let images = algorithm.gradientImages { request.gradientImages = images }
    request.fitness = Fitness(algorithm.fitness ?? .thesis, edgePenalty: algorithm.edgePenalty ?? 0)
    return request
  }
}

/// How many images of a class: a number, or all.
struct PerClass: ExpressibleByArgument, CustomStringConvertible {
  /// `nil` stands for all.
  var count: Int?

  init(count: Int?) { self.count = count }

  init?(argument: String) {
    if argument == "all" {
      count = nil
    } else {
      guard let number = Int(argument), number > 0 else { return nil }
      count = number
    }
  }

  var description: String { count.map { "\($0)" } ?? "all" }
}
