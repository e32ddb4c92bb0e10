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

  @Option(
    help: ArgumentHelp(
      "A file that stores, after every pass, how far the training is. The same command goes on from it, to the same model; it is "
        + "removed when that is written.", valueName: "file"), completion: .file())
  var checkpoint: String?

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
    let session = Session(
      network: network, tasks: tasks, scope: scope, settings: settings, checkpoint: checkpoint,
      threads: threads.count, instructionSet: set)
    // Without a checkpoint there is nothing to bring in order.
    let (trained, passes) =
      checkpoint == nil ? try await session.run() : try await Interruption().run { try await session.run() }
    var provenance = Provenance()
    provenance.tool = Tool.name
    provenance.seed = training.seed
    provenance.settings = provenanceSettings(settings, scope)
    let written = try output.write(Model(network: trained, provenance: provenance))
    // What was trained is safe now.
    if let checkpoint { try FileManager.default.removeItem(atPath: checkpoint) }
    let result = TrainReport(output.path, written, passes)
    try report.print(result) { result.text }
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

/// A training from beginning to end, or from its checkpoint.
private struct Session: Sendable {
  let network: Network
  let tasks: [TrainingTask]
  let scope: TrainingScope
  let settings: TrainingSettings
  let checkpoint: String?
  let threads: Int
  let instructionSet: InstructionSet

  /// Trains to the end, and tells how every pass went.
  func run() async throws -> (network: Network, passes: [TrainingPass]) {
    let progress = ProgressLine()
    defer { progress.finish() }
    var session = try TrainingSession(
      network, on: tasks, scope: scope, settings: settings, checkpoint: checkpoint, tool: Tool.name,
      threads: threads, instructionSet: instructionSet)
    if session.step > 0 { progress.note("going on after pass \(session.passes.count) of \(settings.passes)") }
    progress.begin(ProgressBar("training", of: .things("steps"), total: session.steps - session.step))
    while !session.isFinished {
      guard !Task.isCancelled else {
        throw PadawannError(
          .interrupted, "stopped; nothing is lost of the passes that were done", at: checkpoint,
          remedy: "Go on by the same command")
      }
      try session.advance()
      progress.advance(1)
    }
    return (try session.network(), session.passes)
  }
}
