import ArgumentParser
import Padawann

/// `padawann train`
struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a network with weights of its own, to begin with.",
    discussion: """
      The defaults are the recipe of the thesis' initial nets: Adadelta with rate 1, times 0.7 after every epoch, 3 \
      epochs, batches of 100, dropout, and PyTorch's default initialisation. The model keeps its weights; \
      padawann prune --to sign, or evaluate with shared weights, takes their signs.
      """)

  @Option(
    help: ArgumentHelp(
      "The architecture: a name or a JSON file (Formats/architecture.md).", valueName: "name or file"),
    completion: .file(extensions: ["json"]))
  var arch: String

  @Option(help: ArgumentHelp("Training data; may be repeated.", valueName: "spec"))
  var data: [String]

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "A folder in which every epoch is stored (Formats/runs.md). The same command goes on from it, to the same model.",
      valueName: "folder"), completion: .directory)
  var runFolder: String?

  @OptionGroup var several: FileTrialOptions
  @OptionGroup var events: EventOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup var output: ModelOutputOptions
  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard runFolder?.isEmpty != true else { throw ValidationError("the name of a folder cannot be empty") }
    guard runFolder == nil || several.trials == nil else {
      throw ValidationError("--trials has its runs in the folder --output: give no --run")
    }
    try events.check(folder: several.trials == nil ? runFolder : output.path)
  }

  func run() async throws {
    let specs = try data.map { text throws(PadawannError) in
      try DatasetSpec.parse(text, defaultSplit: .train)
    }
    if several.trials == nil {
      try OutputFile.check([output.path], inputs: [arch] + specs.flatMap(\.paths))
    }
    var training = TrainingSettings.thesis
    try self.training.apply(to: &training)
    let settings = TrainingJob.Settings(
      architecture: arch, data: data, training, dropsOut: self.training.dropout != .off)
    let request = TrainingRequest(settings, try ArchitectureFile.architecture(named: arch), on: specs)
    let driver = try RunDriver<TrainingJob>(
      data: dataFolder.folder(), threads: compute, writesEvents: events.tensorboard
    ) { _ in Shell.command(["padawann"] + CommandLine.arguments.dropFirst()) }
    if let trials = several.trials { return try await carryOut(trials, request, driver) }
    let path = runFolder
    let (model, ended) = try await Interruption().run {
      try await driver.join(request.start(driver.environment), in: path)
    }
    let result = TrainReport(output.path, try output.write(model, byDefault: .plain), ended.outcome.epochs)
    try report.print(result) { result.text }
  }

  /// Trains several networks, which begin differently too.
  private func carryOut(_ trials: Int, _ request: TrainingRequest, _ driver: RunDriver<TrainingJob>)
    async throws
  {
    var request = request
    request.storage = output.form.storage(byDefault: .plain)
    let asked = request
    let reports = try await several.carryOut(trials, driver, in: output.path) {
      try await asked.start(driver.environment)
    }
    let result = RunsReport(.train, output.path, reports)
    try report.print(result) { result.text { "\(output.path)/trial-1/model.h5: \(RunTables.size($0))" } }
  }
}
