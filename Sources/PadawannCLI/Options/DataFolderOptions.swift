import ArgumentParser
import Foundation
import Padawann

/// Where datasets are.
struct DataFolderOptions: ParsableArguments {
  @Option(
    name: .customLong("data-dir"),
    help: ArgumentHelp(
      "The folder with the datasets.",
      discussion: "Without it: $PADAWANN_DATA, else $XDG_CACHE_HOME/padawann, else ~/.cache/padawann.",
      valueName: "folder"),
    completion: .directory)
  var dataDir: String?

  /// The folder that is meant.
  func folder() throws(PadawannError) -> DataFolder {
    if let dataDir { return DataFolder(path: dataDir) }
    return try DataFolder(environment: ProcessInfo.processInfo.environment)
  }
}
