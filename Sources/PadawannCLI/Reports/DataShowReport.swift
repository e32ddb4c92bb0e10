import Padawann

/// What a dataset has: `padawann.data.show/1`.
struct DataShowReport: Encodable {
  let schema = "padawann.data.show/1"
  let dataset: String
  let datasetSha256: String
  let images: Int
  let shape: [Int]
  let pixelType: String
  /// `grey` for images of one channel, `rgb` for three; `nil` for vectors and anything else.
  let colour: String?
  let normalisation: NormalisationEntry
  let classes: [Entry]
  /// The file of examples that was written; absent where none was.
  let picture: Picture?

  /// A picture of examples.
  struct Picture: Encodable {
    let file: String
    let bytes: Int
    let width: Int
    let height: Int
    /// The classes.
    let rows: Int
    /// The images of a class.
    let columns: Int
  }

  /// One class.
  struct Entry: Encodable {
    let name: String
    let images: Int
  }

  init(_ dataset: Dataset, picture: Picture? = nil) {
    self.picture = picture
    self.dataset = dataset.name
    datasetSha256 = dataset.digest.description
    images = dataset.count
    shape = dataset.shape.lengths
    pixelType = if case .bytes = dataset.pixels { "uint8" } else { "float32" }
    let isImage = dataset.shape.height * dataset.shape.width > 1
    colour = isImage ? [1: "grey", 3: "rgb"][dataset.shape.channels] : nil
    normalisation = NormalisationEntry(dataset.normalisation)
    var counts = [Int](repeating: 0, count: dataset.classNames.count)
    for label in dataset.labels { counts[label] += 1 }
    classes = zip(dataset.classNames, counts).map { Entry(name: $0, images: $1) }
  }

  var text: String {
    let head = [
      [
        "images",
        "\(Format.count(images)) of \(Format.shape(shape)), \(pixelType)\(colour.map { ", \($0)" } ?? "")",
      ],
      ["input", normalisation.text], ["sha256", datasetSha256],
    ]
    let rows = classes.enumerated().map { ["\($0)", $1.name, Format.count($1.images)] }
    let tables =
      "\(dataset.inOneLine)\n" + Table.text(head) + "\n\n" + Table.text([["class", "name", "images"]] + rows)
    guard let picture else { return tables }
    return tables
      + "\n\n\(picture.file.inOneLine): \(picture.rows) classes, \(picture.columns) images each, \(picture.width)×\(picture.height) pixels, "
      + "\(Format.count(picture.bytes)) bytes"
  }
}

/// Draws an image with characters.
enum ImageDrawing {
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
