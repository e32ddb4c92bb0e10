import ArgumentParser
import Padawann

/// `padawann data show`
struct DataShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show what a dataset has: shape, classes, digest and one image.")

  @Argument(help: "A dataset: NAME[:SPLIT] or a path, followed by ,option=value.")
  var spec: String

  @Option(help: ArgumentHelp("Which image is drawn, from 0.", valueName: "index"))
  var image = 0

  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var report: ReportOptions

  func run() async throws {
    let dataset = try dataFolder.dataset(spec)
    guard (0..<dataset.count).contains(image) else {
      throw PadawannError(
        .usage, "there is no image \(image)", at: dataset.name,
        remedy: "Choose from 0 to \(dataset.count - 1)")
    }
    let result = DataShowReport(dataset)
    try report.print(result) {
      let label = dataset.labels[image]
      return "\(result.text)\n\nimage \(image): class \(label) (\(dataset.classNames[label].inOneLine))\n"
        + ImageDrawing.text(dataset, image)
    }
  }
}
