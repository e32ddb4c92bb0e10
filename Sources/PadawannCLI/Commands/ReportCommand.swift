import ArgumentParser
import Padawann

/// `padawann report`
struct ReportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Show runs, models and answers on one page: curves, confusion matrices, masks, tables.",
    discussion: """
      The page is one file of HTML that needs nothing else. Runs may still be running. Curves are those of every trial with \
      their mean and deviation, from the unpruned model on; the fittest trial is shown in detail, and measured on the data \
      that its run is measured on. Of several folders and models there is one chart for all. NAME=PATH says what to call one.
      """)

  @Argument(
    help: "Folders of runs, models, or files of predictions.", completion: .file(extensions: ["h5", "npz"]))
  var sources: [String]

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write the page here.", valueName: "file"),
    completion: .file(extensions: ["html"]))
  var output: String?

  @Option(
    help: ArgumentHelp("Write each drawing as SVG into this folder.", valueName: "folder"),
    completion: .directory)
  var svg: String?

  @Option(
    help: ArgumentHelp("Write each table as CSV into this folder.", valueName: "folder"),
    completion: .directory)
  var csv: String?

  @Option(
    help: ArgumentHelp(
      "Write each table as LaTeX (booktabs, siunitx) into this folder.", valueName: "folder"),
    completion: .directory)
  var latex: String?

  @Option(
    help: ArgumentHelp(
      "A dataset to measure everything on; may be repeated (default: what the runs are measured on, or the models' tasks).",
      valueName: "spec"))
  var data: [String] = []

  @Option(help: ArgumentHelp("The heading of the page.", valueName: "text"))
  var title: String?

  @Flag(help: "Measure nothing: show what the files hold.")
  var storedOnly = false

  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard [output, svg, csv, latex].contains(where: { $0 != nil }) else {
      throw ValidationError("say what to write: -o, --svg, --csv or --latex")
    }
    guard [output, svg, csv, latex].allSatisfy({ $0?.isEmpty != true }) else {
      throw ValidationError("the name of a file or a folder cannot be empty")
    }
    guard !storedOnly || data.isEmpty else {
      throw ValidationError("--stored-only measures nothing: give no --data")
    }
  }

  func run() async throws {
    var request = ReportRequest(sources.map(ReportRequest.source), standardData: try dataFolder.folder())
    request.data = try data.map { text throws(PadawannError) in try DatasetSpec.parse(text) }
    if let title { request.title = title }
    request.evaluates = !storedOnly
    if let output { try OutputFile.check([output], inputs: request.sources.map(\.path)) }
    let progress = ProgressLine()
    let environment = RunEnvironment(
      data: dataFolder.given, inference: try compute.inference { progress.advance($0) }, tool: Tool.name)
    progress.begin(ProgressBar("report", of: .things("images")))
    let made = try await measured(request, environment, progress)
    for note in made.notes { Output.note(note) }
    var files = ReportFiles()
    (files.page, files.svg, files.csv, files.latex) = (output, svg, csv, latex)
    let result = WrittenReport(made, try files.write(made))
    try report.print(result) { result.text }
  }

  private func measured(_ request: ReportRequest, _ environment: RunEnvironment, _ progress: ProgressLine)
    async throws -> ReportContent
  {
    defer { progress.finish() }
    return try await Interruption().run { try await request.report(environment) }
  }
}
