import ArgumentParser
import Foundation
import Padawann

/// `padawann train`
struct TrainCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "train", abstract: "Train a network with weights of its own, to begin with.",
    discussion: """
      The defaults are the recipe of the thesis' initial nets: Adadelta with rate 1, times 0.7 after every pass, 3 \
      passes, batches of 100, dropout, and PyTorch's default initialisation. The model keeps its weights; \
      padawann prune --to sign, or evaluate with shared weights, takes their signs.
      """)

  @Option(
    help: ArgumentHelp(
      "The architecture: a name or a JSON file (Formats/architecture.md).", valueName: "name or file"),
    completion: .file(extensions: ["json"]))
  var arch: String

  @Option(help: ArgumentHelp("Training data; may be repeated.", valueName: "spec"))
  var data: [String]

  @OptionGroup(title: "Training") var training: TrainingOptions
  @OptionGroup var output: ModelOutputOptions
  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var threads: ThreadOptions
  @OptionGroup var report: ReportOptions

  func run() async throws {
    let architecture = try ArchitectureFile.architecture(named: arch)
    let network = try Network.initialised(architecture, seed: training.seed)
    var tasks: [TrainingTask] = []
    for text in data {
      let spec = try DatasetSpec.parse(text, defaultSplit: .train)
      tasks.append(TrainingTask(try dataFolder.dataset(spec.description)))
    }
    var settings = TrainingSettings.thesis
    try training.apply(to: &settings)
    var scope = TrainingScope.everything(in: architecture)
    scope.dropsOut = training.dropout != .off
    let set = try InstructionSet(named: ProcessInfo.processInfo.environment["PADAWANN_SIMD"])
    var trainer = try Trainer(
      network, on: tasks, scope: scope, settings: settings, threads: threads.count, instructionSet: set)
    let passes = try await train(&trainer)
    var provenance = Provenance()
    provenance.tool = Tool.name
    provenance.seed = training.seed
    provenance.settings = provenanceSettings(settings, scope)
    let written = try output.write(Model(network: try trainer.network(), provenance: provenance))
    let result = TrainReport(output.path, written, passes)
    try report.print(result) { result.text }
  }

  /// Trains to the end, and tells how every pass went.
  private func train(_ trainer: inout Trainer) async throws -> [TrainReport.Pass] {
    let progress = ProgressLine()
    progress.begin(ProgressBar("training", of: .things("steps"), total: trainer.steps))
    defer { progress.finish() }
    var passes: [TrainReport.Pass] = []
    while !trainer.isFinished {
      try Task.checkCancellation()
      if trainer.step % trainer.stepsPerPass == 0 { passes.append(TrainReport.Pass()) }
      passes[passes.count - 1].add(try trainer.advance())
      progress.advance(1)
    }
    return passes
  }

  private func provenanceSettings(_ settings: TrainingSettings, _ scope: TrainingScope)
    -> [Provenance.Setting]
  {
    [
      Provenance.Setting("command", "train"),
      .init("arch", arch.split(separator: "/").last.map(String.init) ?? arch),
    ] + data.map { .init("data", $0) } + settings.provenance
      + [.init("dropout", scope.dropsOut ? "on" : "off")]
  }
}
