import ArgumentParser
import Padawann

/// `padawann data verify`
struct DataVerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Compare datasets on disk with what was published.",
    discussion: """
      official: the checksum is the publisher's. plausible: readable and complete, but no checksum is known. \
      different: readable, but not what was published. damaged: not readable. The exit code is 1 when a file is \
      different or damaged, or when one of a dataset that was named is missing.
      """)

  @Argument(help: "The names of the datasets; all that are there when none is given.")
  var names: [String] = []

  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var report: ReportOptions

  func run() async throws {
    let folder = try dataFolder.folder()
    let sets = names.isEmpty ? Self.present(in: folder) : try PublishedSet.named(names)
    let verifications = sets.map { SetVerification($0, in: folder) }
    let result = DataVerifyReport(folder, verifications, missingIsBad: !names.isEmpty)
    try report.print(result) { result.text }
    guard !result.good else { return }
    for advice in result.advice { Output.note(advice) }
    throw ExitCode.failure
  }

  private static func present(in folder: DataFolder) -> [PublishedSet] {
    PublishedSet.all.filter { set in set.files.contains { folder.location(of: $0, in: set) != nil } }
  }
}
