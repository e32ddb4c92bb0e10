import ArgumentParser
import Padawann

/// `padawann data list`
struct DataListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the datasets that have a name, and which of them are there.")

  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var report: ReportOptions

  func run() async throws {
    let result = DataListReport(try dataFolder.folder())
    try report.print(result) { result.text }
  }
}
