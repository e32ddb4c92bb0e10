import ArgumentParser
import Padawann

/// `padawann wann evolve`
struct WannEvolveCommand: AsyncParsableCommand, RankedCommand {
  static let configuration = CommandConfiguration(
    commandName: "evolve",
    abstract:
      "Search for a graph of neurons that solves one or more tasks with whatever weight its connections share.",
    discussion: """
      The defaults are the published search on MNIST (Gaier and Ha, 2019): 960 individuals, 4096 generations. Of several tasks \
      the rewards are added up (JointWANN, chapter 4 of the thesis). A task is a dataset (Formats/datasets.md); where it does \
      not say how images are prepared, resize=16:bilinear,deskew is added. Letters of EMNIST lie on their side: write \
      10letters:train,transpose. Every eight generations are stored in the folder, and a run that was ended in any way goes on \
      with --resume FOLDER to the same champion, byte for byte. Test data is looked at once, when the run is at its end.
      """)

  @Option(
    help: ArgumentHelp("A dataset that individuals are evaluated on; may be repeated.", valueName: "spec"))
  var task: [String] = []

  @Flag(help: "Take the images as the datasets have them, without resize=16:bilinear,deskew.")
  var asTheyAre = false

  @Option(
    help: ArgumentHelp("Data to measure the champion on besides the tasks' test images.", valueName: "spec"))
  var test: [String] = []

  @OptionGroup var runs: RunOptions
  @OptionGroup(title: "Algorithm") var algorithm: WannOptions
  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    if runs.isBegunAlready {
      guard task.isEmpty, test.isEmpty, !asTheyAre else {
        throw ValidationError("--resume goes on with what the run was begun with: give no tasks or tests")
      }
      guard !algorithm.isGiven else {
        throw ValidationError("--resume goes on with the settings that the run was begun with: give none")
      }
    } else {
      guard !task.isEmpty else { throw ValidationError("give at least one --task") }
      guard runs.trial == nil || runs.trials != nil else {
        throw ValidationError("--trial is one of --trials")
      }
    }
  }

  func run() async throws {
    if let status = runs.status {
      let result = try StatusReport(WannJob.self, of: status)
      return try report.print(result) { result.text }
    }
    let (folder, reports) = try await runs.carryOut(WannJob.self, as: "wann evolve", dataFolder, compute) {
      driver in
      let start = try request().start(driver.environment)
      driver.announce(start, start.configuration.provenance)
      return start
    }
    let result = RunsReport(.wann, folder, reports)
    try report.print(result) { result.text { $0.text(folder) } }
  }

  private func request() throws(PadawannError) -> WannRequest {
    var specs: [DatasetSpec] = []
    for text in task { specs.append(try DatasetSpec.parse(text, defaultSplit: .train)) }
    var request = WannRequest(tasks: specs)
    for text in test { request.tests.append(try DatasetSpec.parse(text)) }
    request.search = algorithm.settings
    request.prepares = !asTheyAre
    return request
  }
}
