import ArgumentParser
import Padawann

/// `padawann stats`
struct StatsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats", abstract: "Count edges and bytes of models, beside what other encodings need.")

  @Argument(help: "The model files.", completion: .file(extensions: ["h5"]))
  var models: [String]

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let result = StatsReport(
      models: try models.map { path throws(PadawannError) in
        switch try StoredContent.read(RunFolder.model(at: path)) {
        case .padawann(let stored): .layers(try StatsReport.Entry(path, stored))
        case .wann(let stored): .neurons(WannStatsEntry(path, stored))
        }
      })
    try report.print(result) { result.text }
  }
}
