import ArgumentParser
import Padawann

/// `padawann convert`
struct ConvertCommand: AsyncParsableCommand, RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "convert",
    abstract: "Turn a trained network and a folder of pictures into a small model that answers alike.",
    discussion: """
      The network keeps the signs of its weights; which edges are left, what they are worth, biases and batch normalisations \
      are learned from its own answers to the pictures. No labels are needed, and none are looked at. The network is any file \
      that padawann import reads, or a model with its weights. The pictures are one dataset or more (Formats/datasets.md): a \
      folder, with a sub-folder per class or without, or for example mnist:train,first=5000. The table at the end says what \
      became of the network on its way, on these pictures and on test data. It is padawann learn --teacher with other words; \
      the folder is that of a run, and --resume FOLDER goes on with it. The model is stored as small as it gets: numbers besides edges \
      in 16 bits, batch normalisations folded, and masks packed where they are unpacked within 5 ms.
      """)

  @Argument(
    help: "The file of the trained network.",
    completion: .file(extensions: ["pt2", "onnx", "pt", "pth", "safetensors", "npz", "h5"]))
  var file: String?

  @Argument(help: ArgumentHelp("Pictures, with labels or without.", valueName: "pictures"))
  var pictures: [String] = []

  @Option(
    help: ArgumentHelp(
      "Data with labels to measure on at the end (default: the test part of the pictures, if there is one).",
      valueName: "spec"))
  var test: [String] = []

  @Option(
    help: ArgumentHelp(
      "The largest share of the edges that is left, above 0 and at most 1.", valueName: "share"))
  var density = 0.5

  @Option(
    help: ArgumentHelp(
      "How often every picture is seen (default: 6, or more often where there are few).", valueName: "number")
  )
  var epochs: Int?

  @Option(
    help: ArgumentHelp("Shift pictures by so many pixels at most, at random.", valueName: "pixels"))
  var shift = DistillationSettings().augmentation.shift

  @Flag(
    inversion: .prefixedNo,
    help: "Mirror half of the pictures, left for right (default: where they have colours).")
  var mirror: Bool?

  @Option(help: "The seed of batches and shifts.")
  var seed: UInt64 = 0

  @OptionGroup var form: ModelFormOptions
  @OptionGroup var source: NetworkSourceOptions
  @OptionGroup var runs: RunOptions
  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if runs.isBegunAlready {
      guard file == nil, pictures.isEmpty, test.isEmpty else {
        throw ValidationError(
          "--resume goes on with what the run was begun with: give no network or pictures")
      }
    } else {
      guard file != nil, !pictures.isEmpty else {
        throw ValidationError("give a trained network and pictures, for example net.pt2 photos/train")
      }
    }
  }

  func run() async throws {
    if let status = runs.status {
      let result = try StatusReport(MaskLearningJob.self, of: status)
      return try report.print(result) { result.text }
    }
    let (folder, reports) = try await runs.carryOut(MaskLearningJob.self, as: "convert", dataFolder, compute)
    { driver in
      let start = try await request().start(driver.environment)
      driver.announce(start, start.configuration.provenance)
      return start
    }
    let result = RunsReport(.learn, folder, reports)
    try report.print(result) { result.text { $0.text(folder) } }
  }

  private func request() throws -> LearningRequest {
    let trained = try ModelImport.trained(
      RunFolder.model(at: file ?? ""), importing: source.importing(), tool: Tool.name)
    for note in trained.notes { Output.note(note) }
    var specs: [DatasetSpec] = []
    for text in pictures {
      specs.append(try DatasetSpec.parse(text, defaultSplit: .train).withLabelsWhereThereAreSome())
    }
    var request = LearningRequest(model: nil, tasks: specs, density: density)
    request.teachers = [trained.model]
    for text in test { request.tests.append(try DatasetSpec.parse(text)) }
    request.storage = form.storage(byDefault: .smallest)
    request.learning.biases = .shared
    request.learning.seed = seed
    request.learning.distillation = DistillationSettings()
    request.learning.distillation?.augmentation.shift = shift
    request.learning.distillation?.augmentation.mirrors = mirror ?? false
    request.mirrorsColours = mirror == nil
    request.learning.batch = DistillationSettings.usualBatch
    request.learning.rate = DistillationSettings.usualRate
    request.learning.epochs = epochs ?? 1
    request.seesImagesAsUsual = epochs == nil
    return request
  }
}
