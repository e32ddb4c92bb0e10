import ArgumentParser
import Padawann

/// `padawann evolve`
struct EvolveCommand: AsyncParsableCommand {
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

  @Option(help: ArgumentHelp("A dataset that individuals are judged by; may be repeated.", valueName: "spec"))
  var task: [String] = []

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The folder of the run, which is made.", valueName: "folder"),
    completion: .directory)
  var output: String?

  @Option(
    help: ArgumentHelp("Go on with the run of this folder, or finish all its trials.", valueName: "folder"),
    completion: .directory)
  var resume: String?

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

  @Option(help: ArgumentHelp("So many evolutions, whose seeds are derived.", valueName: "number"))
  var trials: Int?

  @Option(
    help: ArgumentHelp(
      "Only this one of the trials, from 1; --resume puts them together.", valueName: "number"))
  var trial: Int?

  @OptionGroup(title: "Algorithm") var algorithm: EvolutionOptions
  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var report: ReportOptions

  /// How classes find their outputs.
  enum LabelMapping: String, ExpressibleByArgument, CaseIterable {
    case none, auto
  }

  func validate() throws {
    guard (output == nil) != (resume == nil) else {
      throw ValidationError("give one of --output and --resume")
    }
    if resume != nil {
      guard models.isEmpty, task.isEmpty, test.isEmpty, trials == nil else {
        throw ValidationError(
          "--resume goes on with what the run was begun with: give no models, tasks, tests or trials")
      }
      guard perClass == nil, mapLabels == nil, !algorithm.isGiven else {
        throw ValidationError("--resume goes on with the settings that the run was begun with: give none")
      }
    } else {
      guard !models.isEmpty else { throw ValidationError("give a model to start from") }
      guard !task.isEmpty else { throw ValidationError("give at least one --task") }
      guard trial == nil || trials != nil else { throw ValidationError("--trial is one of --trials") }
    }
  }

  func run() async throws {
    let data = try dataFolder.folder()
    let display = EvolutionDisplay()
    let runner = EvolutionRunner(
      data: data, inference: try EvaluationRun(threads: threads.count).inference(display.progress), display)
    let interruption = Interruption()
    let report = try await interruption.run { try await finish(runner) }
    try self.report.print(report) { report.text }
  }

  private func finish(_ runner: EvolutionRunner) async throws -> EvolveReport {
    if let resume {
      guard let trials = try EvolutionTrials.stored(in: resume, tool: Tool.name) else {
        guard trial == nil else { throw ValidationError("--trial: the folder has a single evolution in it") }
        return EvolveReport(resume, [try await runner.resume(resume)])
      }
      return EvolveReport(resume, try await runner.finish(trials, only: trial))
    }
    let path = output ?? ""
    let start = try await EvolutionStart(
      request(), data: runner.data, tool: Tool.name, inference: runner.inference)
    runner.display.tell(start.plan)
    guard trials != nil else { return EvolveReport(path, [try await runner.begin(start, in: path)]) }
    return EvolveReport(path, try await runner.finish(EvolutionTrials.begin(start, in: path), only: trial))
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
    request.layers = algorithm.layers.map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    if let images = algorithm.gradientImages { request.gradientImages = images }
    request.fitness = Fitness(algorithm.fitness ?? .thesis, edgePenalty: algorithm.edgePenalty ?? 0)
    request.trials = trials
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
