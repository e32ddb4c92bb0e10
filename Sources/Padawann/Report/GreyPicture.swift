import Foundation

/// A picture of grey or coloured pixels, small enough to be part of a page.
struct GreyPicture: Sendable, Equatable {
  let width: Int
  let height: Int
  /// 1 for grey, 3 for red, green and blue.
  let channels: Int
  /// Row by row, a byte for each channel of a pixel.
  let pixels: [UInt8]

  /// The picture as PNG.
  ///
  /// - Throws: as ``PNGFile/encoded(_:)``.
  func png() throws(PadawannError) -> [UInt8] {
    var raster = Raster(width: width, height: height, grey: 0)
    for row in 0..<height {
      for column in 0..<width {
        let place = (row * width + column) * channels
        raster[row: row, column: column] =
          channels == 1
          ? (pixels[place], pixels[place], pixels[place])
          : (pixels[place], pixels[place + 1], pixels[place + 2])
      }
    }
    return try PNGFile.encoded(raster)
  }

  /// The picture in a drawing.
  ///
  /// - Parameter description: what it shows, for those who do not see it.
  func markup(_ x: Double, _ y: Double, width: Double, height: Double, _ description: String)
    throws(PadawannError) -> Markup
  {
    let bytes = Data(try png()).base64EncodedString()
    return .element(
      "image",
      [
        "x": x.coordinate, "y": y.coordinate, "width": width.coordinate, "height": height.coordinate,
        "preserveAspectRatio": "none", "style": "image-rendering:pixelated",
        "href": "data:image/png;base64,\(bytes)",
      ], [.element("title", [:], description)])
  }
}

extension GreyPicture {
  /// An image of a dataset as it is stored; real numbers are stretched from the least to the greatest. Of channels other than one or
  /// three the first is shown.
  init(_ dataset: Dataset, _ index: Int) {
    let shape = dataset.shape
    let plane = shape.height * shape.width
    let range = (index * shape.count)..<((index + 1) * shape.count)
    let values: [UInt8]
    switch dataset.pixels {
    case .bytes(let bytes): values = Array(bytes[range])
    case .floats(let numbers):
      let (least, most) = (numbers[range].min() ?? 0, numbers[range].max() ?? 0)
      values = numbers[range].map { most > least ? UInt8(255 * ($0 - least) / (most - least)) : 0 }
    }
    width = shape.width
    height = shape.height
    channels = shape.channels == 3 ? 3 : 1
    pixels = (0..<plane).flatMap { [channels] place in (0..<channels).map { values[$0 * plane + place] } }
  }
}
