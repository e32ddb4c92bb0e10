import ArgumentParser
import Padawann

extension MaskLearningSettings.Biases {
  static let names = allCases.map(\.rawValue).joined(separator: ", ")
}

/// `padawann learn`
struct LearnCommand: AsyncParsableCommand, RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "learn",
    abstract:
      "Learn by gradients which edges are left, so that one mask serves several tasks, or each has its own.",
    discussion: """
      Every edge gets a score, which is learned by gradient descent; the edges with the highest scores are left. Signs stay \
      as they are. Every epoch is stored in the folder, and a run that was ended in any way goes on with --resume FOLDER to \
      the same model, byte for byte. With --mask-per-task the mask of all tasks is learned first, and then one for each \
      task that begins with it; the file has all signs once, and of each task where its mask differs. A task is a dataset (Formats/datasets.md), by default all of its training images, for \
      example --task mnist:train,per-class=700. Test data is looked at once, at the end. Formats/runs.md describes the folder.
      """)

  @Argument(
    help: "The model to start from (default: the first teacher).", completion: .file(extensions: ["h5"]))
  var model: String?

  @Option(help: ArgumentHelp("Training data; may be repeated.", valueName: "spec"))
  var task: [String] = []

  @Option(
    help: ArgumentHelp(
      "The share of all edges that is left, above 0 and at most 1 (with a teacher the most that is left; default: 0.5).",
      valueName: "share"))
  var density: Double?

  @Option(
    help: ArgumentHelp(
      "Several densities separated by commas, each in a folder of its own inside the folder.",
      valueName: "list"),
    transform: DensityList.init)
  var sweep: DensityList?

  @Option(
    help: ArgumentHelp(
      "The first images of each class that a task takes if it does not say: a number, or all.",
      valueName: "number"))
  var perClass: PerClass = PerClass(count: nil)

  @Option(
    help: ArgumentHelp(
      "To choose settings by: of the first images of each class, so many are not learned from but measured, and test data is "
        + "not looked at.", valueName: "number"))
  var heldOut: Int?

  @Option(
    help: ArgumentHelp(
      "The layers that are masked, separated by commas (default: the linear ones). The others keep all edges.",
      valueName: "names"))
  var layers: String?

  @Option(
    help: ArgumentHelp(
      "The share of its edges that a masked layer keeps; may be repeated (default: found from the density).",
      valueName: "layer=share"), transform: LayerShare.init)
  var share: [LayerShare] = []

  @Option(
    help: ArgumentHelp(
      "How often every image is seen (default: \(MaskLearningSettings(density: 1).epochs); with a teacher 6, or more often where there are few).",
      valueName: "number"))
  var epochs: Int?

  @Option(
    help: ArgumentHelp(
      "Images of a batch (default: \(MaskLearningSettings(density: 1).batch); with a teacher \(DistillationSettings.usualBatch)).",
      valueName: "number"))
  var batch: Int?

  @Option(
    help: ArgumentHelp(
      "Adam's learning rate of the scores, which falls to 0 along half a cosine (default: \(MaskLearningSettings(density: 1).rate); with a teacher \(DistillationSettings.usualRate)).",
      valueName: "rate"))
  var rate: Double?

  @Flag(inversion: .prefixedNo, help: "Shift each image by one pixel or not at all, at random.")
  var shifts = true

  @Option(
    help:
      "The biases: \(MaskLearningSettings.Biases.names) (learned for all tasks, or for each its own; default: keep, and shared with a teacher)."
  )
  var biases: BiasChoice?

  @Flag(
    help:
      "Learn a mask for all tasks first, and then one for each task over the same signs, on its own images.")
  var maskPerTask = false

  @Option(
    help: ArgumentHelp(
      "With --mask-per-task: how many of the epochs are for the masks of tasks (default: half of them).",
      valueName: "number"))
  var taskEpochs: Int?

  @Option(
    help: ArgumentHelp(
      "With --mask-per-task: the learning rate of the scores in these epochs (default: \(TaskMaskSettings(of: 2).rate)).",
      valueName: "rate"))
  var taskRate: Double?

  @Option(help: ArgumentHelp("The shared weight to learn with.", valueName: "number"))
  var weight = MaskLearningSettings(density: 1).sharedWeight

  @Option(
    help:
      "Which output stands for which class: none (in order), auto (what the model would get most right with)."
  )
  var mapLabels: EvolveCommand.LabelMapping = .none

  @Option(
    help: ArgumentHelp("Data to measure the result on besides the tasks' test images.", valueName: "spec"))
  var test: [String] = []

  @Option(help: "The seed of scores, batches and shifts.")
  var seed: UInt64 = 0

  @OptionGroup var form: ModelFormOptions
  @OptionGroup var teaching: TeacherOptions
  @OptionGroup var runs: RunOptions
  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if runs.isBegunAlready {
      guard model == nil, task.isEmpty, test.isEmpty, density == nil, sweep == nil else {
        throw ValidationError(
          "--resume goes on with what the run was begun with: give no model, tasks or density")
      }
    } else {
      guard model != nil || !teaching.teacher.isEmpty else {
        throw ValidationError("give a model to start from, or a --teacher")
      }
      guard !task.isEmpty else { throw ValidationError("give at least one --task") }
      guard density == nil || sweep == nil, density != nil || sweep != nil || !teaching.teacher.isEmpty else {
        throw ValidationError("give one of --density and --sweep")
      }
      guard runs.trial == nil || runs.trials != nil || sweep != nil else {
        throw ValidationError("--trial is one of --trials or of a --sweep")
      }
      guard maskPerTask || (taskEpochs == nil && taskRate == nil) else {
        throw ValidationError("--task-epochs and --task-rate belong to --mask-per-task")
      }
      guard !maskPerTask || teaching.teacher.isEmpty else {
        throw ValidationError(
          "masks per task are learned from labels: --mask-per-task and --teacher exclude each other")
      }
    }
  }

  func run() async throws {
    if let status = runs.status {
      let result = try StatusReport(MaskLearningJob.self, of: status)
      return try report.print(result) { result.text }
    }
    let (folder, reports) = try await runs.carryOut(MaskLearningJob.self, as: "learn", dataFolder, compute) {
      driver in
      var start = try await request(sweep?.values[0] ?? density ?? 0.5).start(driver.environment)
      // A density that makes no sense is refused before anything is learned.
      if let sweep { start = try start.sweep(sweep.values) }
      driver.announce(start, start.configuration.provenance)
      for parent in start.parents { parent.noteMasksLeftOut() }
      return start
    }
    let result = RunsReport(.learn, folder, reports)
    try report.print(result) { result.text { $0.text(folder) } }
  }

  private func request(_ density: Double) throws(PadawannError) -> LearningRequest {
    var specs: [DatasetSpec] = []
    for text in task { specs.append(try DatasetSpec.parse(text, defaultSplit: .train)) }
    let learner = try model.map { path throws(PadawannError) in
      try ModelFile.read(RunFolder.model(at: path)).model
    }
    var request = LearningRequest(model: learner, tasks: specs, density: density)
    request.teachers = try teaching.teachers()
    request.learning.distillation = teaching.settings
    for text in test { request.tests.append(try DatasetSpec.parse(text)) }
    request.storage = form.storage(byDefault: .plain)
    request.perClass = perClass.count
    request.heldOut = heldOut
    request.mapsLabels = mapLabels == .auto
    request.learning.layers = layers?.commaSeparated
    for entry in share { request.learning.shares[entry.layer] = entry.share }
    request.learning.biases = biases?.value ?? (teaching.teacher.isEmpty ? .keep : .shared)
    request.learning.sharedWeight = weight
    if request.learning.distillation != nil {
      (request.learning.batch, request.learning.rate) = (
        DistillationSettings.usualBatch, DistillationSettings.usualRate
      )
      request.seesImagesAsUsual = epochs == nil
    }
    request.learning.epochs = epochs ?? request.learning.epochs
    request.learning.batch = batch ?? request.learning.batch
    request.learning.rate = rate ?? request.learning.rate
    (request.learning.shifts, request.learning.seed) = (shifts, seed)
    if maskPerTask {
      var masks = TaskMaskSettings(of: request.learning.epochs)
      masks.epochs = taskEpochs ?? masks.epochs
      masks.rate = taskRate ?? masks.rate
      request.learning.taskMasks = masks
    }
    return request
  }
}

/// Densities on a command line.
struct DensityList {
  let values: [Double]

  /// - Throws: `ValidationError`.
  init(_ argument: String) throws {
    guard let list = argument.commaSeparated(Double.self), Set(list).count == list.count,
      list.allSatisfy({ $0 > 0 && $0 <= 1 })
    else {
      throw ValidationError(
        "--sweep takes different shares above 0 with commas between them, for example 0.5,0.1")
    }
    values = list
  }
}

/// The share of a layer's edges on a command line.
struct LayerShare {
  let layer: String
  let share: Double

  /// - Throws: `ValidationError`.
  init(_ argument: String) throws {
    let parts = argument.split(separator: "=", omittingEmptySubsequences: false)
    guard parts.count == 2, let share = Double(parts[1]) else {
      throw ValidationError("--share takes a layer and a share, for example fc2=0.5")
    }
    layer = String(parts[0])
    self.share = share
  }
}

/// What becomes of biases, on a command line.
struct BiasChoice: ExpressibleByArgument, CustomStringConvertible {
  let value: MaskLearningSettings.Biases

  init(value: MaskLearningSettings.Biases) { self.value = value }

  init?(argument: String) {
    guard let value = MaskLearningSettings.Biases(rawValue: argument) else { return nil }
    self.value = value
  }

  var description: String { value.rawValue }
}
