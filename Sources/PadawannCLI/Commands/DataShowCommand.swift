import ArgumentParser
import Foundation
import Padawann

/// `padawann data show`
struct DataShowCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "show", abstract: "Show what a dataset has: shape, classes, digest, and images.")

  @Argument(help: "A dataset: NAME[:SPLIT] or a path, followed by ,option=value.")
  var spec: String

  @Option(help: ArgumentHelp("Which image is drawn, from 0.", valueName: "index"))
  var image = 0

  @Flag(
    help:
      "Draw the first images of every class, a row for each: into a PNG file with --output, else in the terminal, as it is able to."
  )
  var grid = false

  @Option(help: ArgumentHelp("Images of a row of the grid.", valueName: "number"))
  var columns = 10

  @Option(
    name: .shortAndLong, help: ArgumentHelp("Write the grid as a PNG file.", valueName: "file"),
    completion: .file(extensions: ["png"]))
  var output: String?

  @Option(
    help:
      "How the terminal draws the grid: kitty, sixel, blocks (in colours), shades (characters); by default what it says that it is able to."
  )
  var graphics: TerminalGraphics?

  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard grid || output == nil && graphics == nil else {
      throw ValidationError("--output and --graphics belong to --grid")
    }
    guard output == nil || graphics == nil else {
      throw ValidationError("give one of --output and --graphics")
    }
    guard !grid || output != nil || !report.json else {
      throw ValidationError("a report in JSON cannot be drawn in: give --output too")
    }
  }

  func run() async throws {
    if let output { try OutputFile.check([output], inputs: try DatasetSpec.parse(spec).paths) }
    let dataset = try dataFolder.dataset(spec)
    guard (0..<dataset.count).contains(image) else {
      throw PadawannError(
        .usage, "there is no image \(image)", at: dataset.name,
        remedy: "Choose from 0 to \(dataset.count - 1)")
    }
    guard grid else {
      let result = DataShowReport(dataset)
      return try report.print(result) {
        let label = dataset.labels[image]
        return "\(result.text)\n\nimage \(image): class \(label) (\(dataset.classNames[label].inOneLine))\n"
          + ImageDrawing.text(dataset, image)
      }
    }
    if let output {
      try write(ExampleGrid(dataset, columns: columns), of: dataset, to: output)
    } else {
      try draw(dataset)
    }
  }

  /// The side that small images have in a picture at least.
  private static let side = 56

  private func write(_ grid: ExampleGrid, of dataset: Dataset, to path: String) throws {
    let zoom = max(1, Self.side / max(dataset.shape.height, dataset.shape.width))
    let raster = try grid.raster(.times(zoom))
    let file = try PNGFile.encoded(raster)
    try StoredFile.write(file, to: path)
    let result = DataShowReport(
      dataset,
      picture: .init(
        file: path, bytes: file.count, width: raster.width, height: raster.height, rows: grid.rows.count,
        columns: grid.columns))
    try report.print(result) { result.text }
  }

  private func draw(_ dataset: Dataset) throws {
    try Output.write(DataShowReport(dataset).text + "\n")
    let graphics = graphics ?? TerminalQuery.graphics()
    guard graphics == .blocks || graphics == .shades else {
      let zoom = max(1, Self.side / max(dataset.shape.height, dataset.shape.width))
      let grid = try ExampleGrid(dataset, columns: columns)
      return try Output.write(picture: graphics.text(of: grid.raster(.times(zoom))))
    }
    // A pixel is as wide as a character: small images, and no more than fit.
    let side = 14
    let fitting = max(1, (TerminalQuery.width(of: STDOUT_FILENO) + 2) / (side + 2))
    let grid = try ExampleGrid(dataset, columns: min(columns, fitting))
    try Output.write(picture: graphics.text(of: grid.raster(.atMost(side))))
  }
}

extension TerminalGraphics: ExpressibleByArgument {}
