import ArgumentParser
import Padawann

/// `padawann verify`
struct VerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Check every byte of model files.",
    discussion: """
      Structure, sizes, checksums and digests are checked, and that the network is well-formed. The exit code is 0 when \
      all files are good and 1 when one is not, or is not there.
      """)

  @Argument(help: "The model files.", completion: .file(extensions: ["h5"]))
  var models: [String]

  @OptionGroup var report: ReportOptions

  func run() async throws {
    let result = VerifyReport(files: models.map(VerifyReport.Entry.init))
    try report.print(result) { result.text }
    if !result.good { throw ExitCode.failure }
  }
}
