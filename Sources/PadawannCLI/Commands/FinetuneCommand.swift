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

  @Option(help: ArgumentHelp("The task's name (default: that of the dataset).", valueName: "name"))
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
      "The shared weight of all that is not trained (default: the best for the task).", valueName: "number"))
  var weight: Float?

  @Option(help: "Which output stands for which class: none (as the task has it, or in order), auto.")
  var mapLabels: EvolveCommand.LabelMapping = .none

  @Flag(help: "Train only the edges that are left; otherwise the trained layers become dense.")
  var masked = false

  @Flag(help: "Round the trained weights to 8 bits.")
  var int8 = false

  @Option(
    help: ArgumentHelp(
      "The settings to begin with: default, or reference, which does what the thesis' code did (five times one pass; "
        + "the mean of the five test accuracies is what the thesis gives).", valueName: "profile"))
  var profile: FineTuning.Profile = .default

  @Option(
    help: ArgumentHelp(
      "Data to measure the head on (default: the test images of the dataset).", valueName: "spec"))
  var test: String?

  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard weight.map({ $0.isFinite && $0 != 0 }) ?? true else {
      throw ValidationError("--weight is a number other than 0")
    }
  }

  func run() async throws {
    let stored = try ModelFile.read(model)
    let spec = try DatasetSpec.parse(task, defaultSplit: .train)
    let progress = ProgressLine()
    defer { progress.finish() }
    let inference = try EvaluationRun(threads: threads.count).inference { _ in }
    let job = try await HeadTraining(
      stored.model, task: name ?? spec.taskName(), on: dataFolder.dataset(spec.description),
      mapsLabels: mapLabels == .auto, sharedWeight: weight, settings(), inference)
    let testSpec = if let test { try DatasetSpec.parse(test) } else { spec.testSplit }
    let test = try testSpec.map { spec throws(PadawannError) in try dataFolder.dataset(spec.description) }
    progress.begin(ProgressBar("\(model), \(job.name)", of: .things("images"), total: job.images))
    let outcome = try await Interruption().run {
      try await job.run(test: test, inference) { progress.advance($0) }
    }
    progress.finish()
    var tuned = outcome.model
    tuned.provenance.tool = Tool.name
    tuned.provenance.parent = stored.digest
    tuned.provenance.seed = job.settings.training.seed
    tuned.provenance.settings = settings(of: job)
    let path = output ?? model
    let written = try ModelFile.write(tuned, to: path, compact: stored.isCompact)
    let result = FinetuneReport(path, written, job, test?.name, outcome.accuracies)
    try report.print(result) { result.text }
  }

  private func settings() throws -> FineTuning {
    var settings = FineTuning(profile)
    switch layers {
    case "last": settings.part = .lastLayer
    case "biases": settings.part = .biases
    default: settings.part = .nodes(layers.split(separator: ",").map(String.init))
    }
    settings.quantises = int8
    try training.apply(to: &settings.training, hasUsualRates: !settings.isConditioned)
    if let drops = training.dropout { settings.dropsOut = drops == .on }
    settings.training.survivorsOnly = masked
    return settings
  }

  private func settings(of job: HeadTraining) -> [Provenance.Setting] {
    let training = job.settings.training
    return [
      .init("command", "finetune"), .init("task", job.name), .init("dataset", job.dataset.name),
      .init("layers", layers), .init("weight", Format.weight(job.sharedWeight)),
      .init("profile", profile.rawValue),
      .init("repetitions", "\(job.settings.repetitions)"),
    ] + training.provenance + [
      .init("dropout", job.settings.dropsOut ? "on" : "off"), .init("masked", "\(masked)"),
      .init("int8", "\(int8)"),
    ]
  }
}
