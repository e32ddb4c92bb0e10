import ArgumentParser
import Padawann

/// `padawann wann tune`
struct WannTuneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "tune", abstract: "Find the best shared weight of a WANN, or train its weights one by one.",
    discussion: """
      With --shared the weight is searched for that gets most of the data's images right: 81 from --from to --to, and ever finer \
      ones around the best. With --each every connection gets a weight of its own by gradients (Adam), which begins with the \
      best of the model's shared weights; the model is then no longer weight-agnostic. Give training data, not test data.
      """)

  @Argument(help: "The model, or the folder of its run.", completion: .file(extensions: ["h5"]))
  var model: String

  @Option(help: ArgumentHelp("The dataset.", valueName: "spec"))
  var data: String

  @Flag(help: "Search for the best shared weight.")
  var shared = false

  @Flag(help: "Train a weight for each connection.")
  var each = false

  @Option(help: ArgumentHelp("The smallest weight that is tried (default: -2).", valueName: "number"))
  var from: Float?

  @Option(help: ArgumentHelp("The largest weight that is tried (default: 2).", valueName: "number"))
  var to: Float?

  @Option(help: ArgumentHelp("Epochs of training (default: 30).", valueName: "number"))
  var epochs: Int?

  @Option(help: ArgumentHelp("The rate of learning (default: 0.01).", valueName: "number"))
  var rate: Double?

  @Option(help: ArgumentHelp("Images of a batch of training (default: 256).", valueName: "number"))
  var batch: Int?

  @Option(help: ArgumentHelp("The seed of the order of images (default: 0).", valueName: "number"))
  var seed: UInt64?

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The model file to write.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var output: String

  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard shared != each else { throw ValidationError("give one of --shared and --each") }
    guard shared || (from == nil && to == nil) else {
      throw ValidationError("--from and --to belong to --shared")
    }
    guard each || (epochs == nil && rate == nil && batch == nil && seed == nil) else {
      throw ValidationError("--epochs, --rate, --batch and --seed belong to --each")
    }
    guard (from ?? -2).isFinite, (to ?? 2).isFinite, from ?? -2 < to ?? 2 else {
      throw ValidationError("--from must be below --to")
    }
  }

  func run() async throws {
    let path = try RunFolder.model(at: model)
    try OutputFile.check([output], inputs: [path])
    let stored = try WannFile.read(path)
    let dataset = try dataFolder.dataset(
      DatasetSpec.parse(data, defaultSplit: .train), normalisedAs: stored.model.statedNormalisation)
    try dataset.checkLabels()
    try dataset.check(fits: stored.model.graph)
    let progress = ProgressLine()
    defer { progress.finish() }
    let inference = try compute.inference { progress.advance($0) }
    let (tuned, entries, right) =
      shared
      ? try sharedWeight(stored.model, dataset, inference, progress)
      : try own(stored.model, dataset, inference, progress)
    progress.finish()
    var model = tuned
    model.provenance = Provenance(
      madeFrom: [(stored.model.provenance, stored.digest)], tool: Tool.name, seed: each ? seed ?? 0 : nil,
      entries: [Provenance.Entry("command", "wann tune"), Provenance.Entry("data", dataset.name)] + entries)
    let result = WannTuneReport(
      model: WannFileReport("padawann.wann-tune/1", output, try WannFile.write(model, to: output)),
      dataset: dataset.name, sharedWeight: model.sharedWeights[0], accuracy: right)
    try report.print(result) { result.text }
  }

  private typealias Tuned = (WannModel, [Provenance.Entry], Proportion)

  private func sharedWeight(
    _ model: WannModel, _ dataset: Dataset, _ inference: Inference, _ progress: ProgressLine
  ) throws -> Tuned {
    progress.begin(
      ProgressBar(
        "searching on \(dataset.name)", of: .things("images"),
        total: dataset.count * SharedWeightSearch.weights))
    let found = try SharedWeightSearch(of: model.graph, on: dataset, from: from ?? -2, to: to ?? 2, inference)
    return (
      model.made(model.graph, sharedWeights: [found.sharedWeight]),
      [
        Provenance.Entry("shared", "true"), Provenance.Entry("from", "\(from ?? -2)"),
        Provenance.Entry("to", "\(to ?? 2)"),
      ],
      found.accuracy
    )
  }

  private func own(
    _ model: WannModel, _ dataset: Dataset, _ inference: Inference, _ progress: ProgressLine
  ) throws -> Tuned {
    var settings = NeuronTraining.Settings()
    if let epochs { settings.epochs = epochs }
    if let rate { settings.rate = rate }
    if let batch { settings.batch = batch }
    if let seed { settings.seed = seed }
    try settings.validate()
    progress.begin(
      ProgressBar(
        "training on \(dataset.name)", of: .things("images"), total: dataset.count * settings.epochs))
    let trained = try NeuronTraining(model.graph, from: model.sharedWeights, on: dataset, settings, inference)
      .trained()
    return (
      model.made(trained.graph, sharedWeights: [1]),
      [
        Provenance.Entry("each", "true"), Provenance.Entry("epochs", "\(settings.epochs)"),
        Provenance.Entry("rate", "\(settings.rate)"), Provenance.Entry("batch", "\(settings.batch)"),
      ], trained.accuracy
    )
  }
}

/// What `padawann wann tune` wrote: `padawann.wann-tune/1`.
struct WannTuneReport: Encodable {
  let schema = "padawann.wann-tune/1"
  let model: WannFileReport
  let dataset: String
  let sharedWeight: Float
  /// On the data that it was tuned with.
  let accuracy: Proportion

  var text: String {
    model.text
      + "\n  shared weight \(Format.weight(sharedWeight)): \(Format.percent(accuracy.value))% of \(dataset.inOneLine), chosen on these images"
  }
}
