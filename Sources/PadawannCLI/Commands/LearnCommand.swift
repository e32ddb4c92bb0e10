import ArgumentParser
import Foundation
import Padawann

/// `padawann learn`
struct LearnCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "learn", abstract: "Learn which edges are left, so that one mask serves several tasks.",
    discussion: """
      Every edge gets a score, which is learned by gradient descent; the edges with the highest scores are left. Signs, \
      and with --biases keep the biases, stay as they are. Each --task is a dataset to learn from, for example \
      --task mnist:train,per-class=700 --task 10letters:train,per-class=700. Test data is for `padawann evaluate`.
      """)

  /// How outputs are found for the classes of a task.
  enum LabelMaps: String, ExpressibleByArgument, CaseIterable {
    case none, auto
  }

  @Argument(help: "The model.", completion: .file(extensions: ["h5"]))
  var model: String

  @Option(name: .customLong("task"), help: ArgumentHelp("Training data; may be repeated.", valueName: "spec"))
  var tasks: [String]

  @Option(
    help: ArgumentHelp("The share of all edges that is left, above 0 and at most 1.", valueName: "share"))
  var density: Double

  @Option(
    help: ArgumentHelp(
      "The layers that are masked, separated by commas (default: the linear ones). The others keep all edges.",
      valueName: "names"))
  var layers: String?

  @Option(help: "The passes over the data.")
  var passes = 16

  @Option(help: "The images of a batch.")
  var batch = 100

  @Flag(inversion: .prefixedNo, help: "Shift each image by one pixel or not at all, at random.")
  var shifts = true

  @Option(help: "What becomes of the biases of the masked layers: keep, or shared (learned for all tasks).")
  var biases = "keep"

  @Option(help: ArgumentHelp("The shared weight to learn with.", valueName: "number"))
  var weight: Float = 0.5

  @Option(
    name: .customLong("map-labels"),
    help: """
      Which output stands for each class: none (output k for class k), or auto (for all tasks but the first, the \
      assignment by which most answers of the model with all its edges are right).
      """)
  var mapLabels = LabelMaps.none

  @Option(help: "The seed of scores, batches and shifts.")
  var seed: UInt64 = 0

  @OptionGroup var output: ModelOutputOptions
  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard ["keep", "shared"].contains(biases) else { throw ValidationError("--biases is keep or shared") }
  }

  func run() async throws {
    let stored = try ModelFile.read(model)
    let tasks = try await labelled(stored.model.network)
    let network = try learned(stored.model.network, tasks)
    var model = stored.model
    model.network = network
    model.sharedWeights = [weight]
    model.tasks = []
    for (index, task) in tasks.enumerated() {
      model.tasks.append(try await record(task, index, network))
    }
    model.provenance.tool = Tool.name
    model.provenance.parent = stored.digest
    model.provenance.seed = seed
    model.provenance.settings = settings
    let result = LearnReport(output.path, try output.write(model))
    try report.print(result) { result.text }
  }

  private var instructionSet: InstructionSet {
    get throws(PadawannError) {
      try InstructionSet(named: ProcessInfo.processInfo.environment["PADAWANN_SIMD"])
    }
  }

  /// The tasks with the outputs of their classes.
  private func labelled(_ network: Network) async throws -> [TrainingTask] {
    var result: [TrainingTask] = []
    for text in tasks {
      let dataset = try dataFolder.dataset(text)
      try Inference.check(dataset, fits: network.architecture)
      guard mapLabels == .auto, !result.isEmpty else {
        result.append(TrainingTask(dataset))
        continue
      }
      let predictions = try await EvaluationRun(threads: threads.count).predictions(
        of: network, named: model, on: dataset, [weight])
      let confusion = try Scores(of: predictions[0]).confusion.prefix(dataset.classNames.count)
      result.append(TrainingTask(dataset, outputs: try labelMap(confusion: Array(confusion))))
    }
    return result
  }

  private func learned(_ network: Network, _ tasks: [TrainingTask]) throws -> Network {
    var settings = MaskSettings(density: density)
    settings.layers = layers.map { $0.split(separator: ",").map(String.init) }
    settings.biases = MaskSettings.Biases(rawValue: biases) ?? .keep
    (settings.sharedWeight, settings.passes, settings.batch) = (weight, passes, batch)
    (settings.shifts, settings.seed) = (shifts, seed)
    let progress = ProgressLine()
    defer { progress.finish() }
    progress.begin(ProgressBar("features", of: .things("per mille"), total: 1000))
    var learning = try MaskLearning(
      network, on: tasks, settings: settings, threads: threads.count, instructionSet: try instructionSet
    ) { progress.reach(Int($0 * 1000), of: 1000) }
    progress.begin(ProgressBar("learning", of: .things("steps"), total: learning.steps))
    while !learning.isFinished {
      try Task.checkCancellation()
      try learning.advance()
      progress.advance(1)
    }
    return try learning.network()
  }

  /// What is known of a task, with the accuracy on the images that were learned from.
  private func record(_ task: TrainingTask, _ index: Int, _ network: Network) async throws -> TaskRecord {
    let dataset = task.dataset
    let predictions = try await EvaluationRun(threads: threads.count).predictions(
      of: network, named: output.path, on: dataset, [weight])
    let scores = try Scores(of: predictions[0], outputs: task.outputs)
    return TaskRecord(
      name: "task\(index + 1)", dataset: dataset.name, digest: dataset.digest, classNames: dataset.classNames,
      outputs: task.outputs, normalisation: dataset.normalisation, bestSharedWeight: weight,
      accuracy: scores.accuracy.value)
  }

  private var settings: [Provenance.Setting] {
    [Provenance.Setting("command", "learn"), .init("density", "\(density)")]
      + tasks.map { .init("task", $0) }
      + [
        .init("layers", layers ?? "default"), .init("passes", "\(passes)"), .init("batch", "\(batch)"),
        .init("shifts", "\(shifts)"), .init("biases", biases), .init("weight", Format.weight(weight)),
        .init("map-labels", mapLabels.rawValue),
      ]
  }
}
