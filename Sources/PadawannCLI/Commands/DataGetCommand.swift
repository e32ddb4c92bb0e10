import ArgumentParser
import Padawann

/// `padawann data get`
struct DataGetCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "get", abstract: "Download datasets and check them against their published checksums.",
    discussion: """
      An interrupted download goes on where it stopped when the command is given again. Files that are there already \
      are not touched.
      """)

  @Argument(help: "The names of the datasets; see `padawann data list`.")
  var names: [String]

  @Option(
    help: ArgumentHelp(
      "A server to use instead of the published ones: the address of the folder with the official files.",
      discussion: "Repeat it to try several in turn. Only with one dataset.", valueName: "url"))
  var mirror: [String] = []

  @Option(help: ArgumentHelp("The longest time without a byte, in seconds.", valueName: "seconds"))
  var timeout = 30.0

  @Flag(help: "Download again what is there already.")
  var replace = false

  @Flag(help: "Keep the downloaded archive after its files have been taken out.")
  var keepArchive = false

  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard timeout > 0, timeout <= 86_400 else {
      throw ValidationError("--timeout is a number of seconds above 0 and up to 86400")
    }
    guard !names.isEmpty else { throw ValidationError("name a dataset; `padawann data list` shows them") }
  }

  func run() async throws {
    let sets = try PublishedSet.named(names)
    guard mirror.isEmpty || sets.count == 1 else {
      throw PadawannError(.usage, "--mirror is for one dataset at a time", remedy: "Give one name")
    }
    let folder = try dataFolder.folder()
    let progress = ProgressLine()
    for set in sets {
      let installation = SetInstallation(
        set, into: folder, mirrors: mirror, settings: Download.Settings(timeout: timeout), replaces: replace,
        keepsArchive: keepArchive)
      defer { progress.finish() }
      try await installation.run { progress.show($0) }
    }
    let result = DataGetReport(folder, sets)
    try report.print(result) { result.text }
  }
}
