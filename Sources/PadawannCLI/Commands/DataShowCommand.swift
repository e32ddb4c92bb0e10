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

  @OptionGroup var options: DataOptions

  func run() async throws {
    let dataset = try DatasetSpec.parse(spec).load(from: options.folder())
    guard (0..<dataset.count).contains(image) else {
      throw PadawannError(
        .usage, "there is no image \(image)", at: dataset.name,
        remedy: "Choose from 0 to \(dataset.count - 1)")
    }
    let report = Report(dataset)
    if options.json { return try options.printJSON(report) }
    print(report.text)
    let label = dataset.labels[image]
    print("\nimage \(image): class \(label) (\(dataset.classNames[label]))\n" + ImageArt.text(dataset, image))
  }

  private struct Report: Encodable {
    let schema = "padawann.data.show/1"
    let name: String
    let count: Int
    let shape: [Int]
    let pixelType: String
    let digest: String
    let divisor: Float
    let mean: [Float]
    let deviation: [Float]
    let classes: [Class]

    init(_ dataset: Dataset) {
      name = dataset.name
      count = dataset.count
      shape = [dataset.shape.channels, dataset.shape.height, dataset.shape.width]
      pixelType = if case .bytes = dataset.pixels { "uint8" } else { "float32" }
      digest = dataset.digest.description
      divisor = dataset.normalisation.divisor
      mean = dataset.normalisation.mean
      deviation = dataset.normalisation.deviation
      var counts = [Int](repeating: 0, count: dataset.classNames.count)
      for label in dataset.labels { counts[label] += 1 }
      classes = zip(dataset.classNames, counts).map { Class(name: $0, count: $1) }
    }

    var text: String {
      let numbers = { (values: [Float]) in values.map { "\($0)" }.joined(separator: " ") }
      let head = [
        ["dataset", name],
        ["images", "\(count) of \(shape.map { "\($0)" }.joined(separator: "×")), \(pixelType)"],
        ["input", "(pixel / \(divisor) - \(numbers(mean))) / \(numbers(deviation))"], ["digest", digest],
      ]
      let rows = classes.enumerated().map { ["\($0)", $1.name, "\($1.count)"] }
      return DataTable.text(head) + "\n\n" + DataTable.text([["CLASS", "NAME", "IMAGES"]] + rows)
    }
  }

  private struct Class: Encodable {
    let name: String
    let count: Int
  }
}

/// Draws an image with characters.
enum ImageArt {
  /// One line per row of at most 64 columns; the mean of the channels, from the image's darkest to its brightest.
  static func text(_ dataset: Dataset, _ index: Int) -> String {
    let (shape, values) = (dataset.shape, dataset.input(index))
    let plane = shape.height * shape.width
    let means = (0..<plane).map { place in
      (0..<shape.channels).reduce(Float(0)) { $0 + values[$1 * plane + place] } / Float(shape.channels)
    }
    guard plane > 1, let lowest = means.min(), let highest = means.max() else {
      return values.prefix(64).map { "\($0)" }.joined(separator: " ")
    }
    let shades = Array(" ░▒▓█")
    let step = max(1, (max(shape.height, shape.width) + 63) / 64)
    let scale = highest > lowest ? Float(shades.count - 1) / (highest - lowest) : 0
    return stride(from: 0, to: shape.height, by: step).map { row in
      stride(from: 0, to: shape.width, by: step).map { column in
        let shade = ((means[row * shape.width + column] - lowest) * scale).rounded()
        return String(repeating: shades[Int(shade)], count: 2)
      }.joined()
    }.joined(separator: "\n")
  }
}
