import ArgumentParser
import Padawann

/// `padawann calibrate`
struct CalibrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Correct biases and batch normalisations of a model by images without labels.",
    discussion: """
      A model with its weights becomes one of signs, as by padawann import --calibrate. In a model of signs batch \
      normalisations are measured anew, at its shared weight; with --teacher, the trained network that it was made of, \
      biases and scales are corrected too. Which edges are left stays as it is. Labels are not looked at.
      """)

  @Argument(help: "The model.", completion: .file(extensions: ["h5"]))
  var model: String

  @Argument(help: ArgumentHelp("Images, labelled or not.", valueName: "spec"))
  var data: [String]

  @Option(
    help: ArgumentHelp("The trained network that the model was made of.", valueName: "file"),
    completion: .file(extensions: ["h5", "pt2", "onnx", "pt", "pth", "safetensors"]))
  var teacher: String?

  @Option(help: ArgumentHelp("How many images are looked at.", valueName: "number"))
  var images = Calibration().images

  @OptionGroup var output: ModelOutputOptions
  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard images > 0 else { throw ValidationError("--images is a number from 1 up") }
  }

  func run() async throws {
    let path = try RunFolder.model(at: model)
    try OutputFile.check([output.path], inputs: [path] + (teacher.map { [$0] } ?? []))
    let stored = try ModelFile.read(path)
    let inference = try compute.inference()
    let datasets = try dataFolder.unlabelled(data, for: stored.model)
    let trained = try teacher.map { try ModelImport.trained(RunFolder.model(at: $0), tool: Tool.name) }
    for note in trained?.notes ?? [] { Output.note(note) }
    var calibration = Calibration()
    calibration.images = images
    var calibrated = try stored.model.calibrated(
      by: calibration, like: trained?.model.network, on: datasets, threads: inference.threads,
      instructionSet: inference.instructionSet)
    if let note = calibrated.network.multiplierNote { Output.note(note) }
    if !stored.model.tasks.isEmpty {
      let names = stored.model.tasks.map(\.name).joined(separator: ", ")
      Output.note("the tasks of the model are left out, because they were made with other biases: \(names)")
    }
    calibrated.provenance = Provenance(
      madeFrom: [(stored.model.provenance, stored.digest)], tool: Tool.name, seed: nil,
      entries: [.init("command", "calibrate"), .init("images", "\(images)")]
        + datasets.map { .init("dataset", $0.name) })
    let result = CalibrateReport(output.path, try output.write(calibrated), datasets)
    try report.print(result) { result.text }
  }
}
