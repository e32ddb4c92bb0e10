import ArgumentParser
import Padawann

/// `padawann finetune`
struct FinetuneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "finetune",
    abstract: "Retrain the last layer of a model for a task, and store it in the model as that task's head.",
    discussion: """
      Everything else stays as it is, at the shared weight that is best for the task, so that one model of bits can have \
      any number of heads; evaluate --task NAME uses one. The training images are those of the dataset, by default all \
      of its training split; its test images are only reported on. In the profile default the logits are first scaled to a \
      standard deviation of 3, and --rate is a share of the root mean square of the trained weights, so that one rate suits \
      every shared weight and network; in the profile reference it is the rate itself.
      """)

  @Argument(help: "The model, which gets the head.", completion: .file(extensions: ["h5"]))
  var model: String

  @Option(help: ArgumentHelp("The dataset to learn.", valueName: "spec"))
  var task: String

  @Option(
    help: ArgumentHelp(
      "The task's name (default: that of the dataset, with a number where another dataset's head has it).",
      valueName: "name"))
  var name: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("Write the model here instead of where it was.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var output: String?

  @Option(
    help: ArgumentHelp(
      "What is trained: last, biases, or names of layers separated by commas.", valueName: "layers"))
  var layers: String = "last"

  @Option(
    help: ArgumentHelp(
      "Begin with what this task of the model has of its own, instead of the network's (the thesis carries one head from dataset to dataset so).",
      valueName: "task"))
  var beginWith: String?

  @Option(
    help: ArgumentHelp(
      "The shared weight of all that is not trained (default: the best for the task).", valueName: "number"))
  var weight: Float?

  @Option(help: "Which output stands for which class: none (as the task has it, or in order), auto.")
  var mapLabels: EvolveCommand.LabelMapping = .none

  @Flag(
    help:
      "Give the head one output for each class even where the network has more; where it has fewer, the head has them anyway."
  )
  var ownOutputs = false

  @Flag(help: "Train only the edges that are left; otherwise the trained layers become dense.")
  var masked = false

  @Flag(help: "Round the trained weights to 8 bits.")
  var int8 = false

  @Option(
    help: ArgumentHelp(
      "The settings to begin with: default, or reference, which does what the thesis' code did (five times one epoch; "
        + "the mean of the five test accuracies is what the thesis gives).", valueName: "profile"))
  var profile: FineTuning.Profile = .default

  @Option(
    help: ArgumentHelp(
      "Data to measure the head on (default: the test images of the dataset).", valueName: "spec"))
  var test: String?

  @Option(
    name: .customLong("run"),
    help: ArgumentHelp(
      "A folder in which every epoch is stored (Formats/runs.md). The same command goes on from it, to the same model.",
      valueName: "folder"), completion: .directory)
  var runFolder: String?

  @OptionGroup var several: FileTrialOptions
  @OptionGroup var events: EventOptions
  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard runFolder?.isEmpty != true, output?.isEmpty != true, name?.isEmpty != true else {
      throw ValidationError("a name cannot be empty")
    }
    guard several.trials == nil || output != nil && runFolder == nil else {
      throw ValidationError("--trials needs a folder for its runs, --output, and no --run")
    }
    try events.check(folder: several.trials == nil ? runFolder : output)
    if let name {
      do throws(PadawannError) {
        try NameRule.check(name, of: "a task")
      } catch {
        throw ValidationError("--name: \(error.message)")
      }
    }
    guard weight.map({ $0.isFinite && $0 != 0 }) ?? true else {
      throw ValidationError("--weight is a number other than 0")
    }
  }

  func run() async throws {
    let source = try RunFolder.model(at: model)
    let stored = try ModelFile.read(source)
    let spec = try DatasetSpec.parse(task, defaultSplit: .train)
    if let output {
      if several.trials == nil { try OutputFile.check([output], inputs: spec.paths) }
    } else {
      Output.note("the head is added to \(source); -o writes another file")
    }
    var request = FineTuningRequest(
      stored.model, on: spec, named: name ?? spec.headName(in: stored.model.tasks), profile)
    if let test { request.test = try DatasetSpec.parse(test) }
    request.mapsLabels = mapLabels == .auto
    request.sharedWeight = weight
    request.hasOwnOutputs = ownOutputs
    request.beginsWith = beginWith
    // A single model is written as its file was.
    if several.trials != nil {
      request.storage = ModelStorage(layout: stored.form.layout, halvesNumbers: stored.form.halvesNumbers)
    }
    request.tuning = try settings()
    let driver = try RunDriver<FineTuningJob>(
      data: dataFolder.folder(), threads: compute, writesEvents: events.tensorboard
    ) { _ in Shell.command(["padawann"] + CommandLine.arguments.dropFirst()) }
    let (path, asked) = (runFolder, request)
    if let trials = several.trials, let output {
      let reports = try await several.carryOut(trials, driver, in: output) {
        try await asked.start(driver.environment)
      }
      let result = RunsReport(.finetune, output, reports)
      return try report.print(result) { result.text { "\(output)/trial-1/model.h5: \(RunTables.size($0))" } }
    }
    let (model, ended) = try await Interruption().run {
      try await driver.join(asked.start(driver.environment), in: path)
    }
    let written = try write(model, named: request.name, of: stored, source)
    let result = FinetuneReport(output ?? source, written, dataset: request.task, ended)
    try report.print(result) { result.text }
  }

  /// Writes the model to its own file, or puts the head into the one that it came from.
  private func write(_ model: Model, named name: String, of stored: StoredModel, _ source: String) throws
    -> StoredModel
  {
    if let output { return try ModelFile.write(model, to: output, as: stored.form) }
    guard let head = model.tasks.first(where: { $0.name == name }) else { return stored }
    return try ModelFile.update(source) { present in
      // Somebody else may have added a task meanwhile, which stays.
      guard present.model.network == stored.model.network,
        present.model.tasks.first(where: { $0.name == name })
          == stored.model.tasks.first(where: { $0.name == name })
      else {
        throw PadawannError(
          .cannotCreate, "the model was changed while its head was trained", at: source,
          remedy: "Train it again, or write another file with -o")
      }
      var result = model
      result.tasks = present.model.tasks
      if let index = result.tasks.firstIndex(where: { $0.name == name }) {
        result.tasks[index] = head
      } else {
        result.tasks.append(head)
      }
      return result
    }
  }

  private func settings() throws -> FineTuning {
    var settings = FineTuning(profile)
    switch layers {
    case "last": settings.part = .lastLayer
    case "biases": settings.part = .biases
    default: settings.part = .nodes(layers.commaSeparated)
    }
    settings.quantises = int8
    try training.apply(to: &settings.training, hasUsualRates: !settings.scalesLogits)
    if let drops = training.dropout { settings.dropsOut = drops == .on }
    settings.training.keepsPruned = masked
    return settings
  }
}
