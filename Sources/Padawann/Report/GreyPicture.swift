import Foundation
import Zlib

/// A picture of grey or coloured pixels, small enough to be part of a page.
struct GreyPicture: Sendable, Equatable {
  let width: Int
  let height: Int
  /// 1 for grey, 3 for red, green and blue.
  let channels: Int
  /// Row by row, a byte for each channel of a pixel.
  let pixels: [UInt8]

  /// The picture as PNG (ISO/IEC 15948), 8 bits a channel, without filters.
  ///
  /// - Throws: ``PadawannError`` `inputOutput` when there is no memory to compress it.
  func png() throws(PadawannError) -> [UInt8] {
    let stride = width * channels
    let rows = (0..<height).flatMap { [0] + pixels[($0 * stride)..<(($0 + 1) * stride)] }
    let compressed: [UInt8]
    do throws(ZlibError) {
      compressed = try deflate(rows, .zlib)
    } catch {
      throw PadawannError(.inputOutput, "a picture cannot be compressed: \(error)")
    }
    let size = [width, height].flatMap { UInt32($0).bigEndianBytes }
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]
      + Self.chunk("IHDR", size + [8, channels == 1 ? 0 : 2, 0, 0, 0]) + Self.chunk("IDAT", compressed)
      + Self.chunk("IEND", [])
  }

  private static func chunk(_ kind: String, _ content: [UInt8]) -> [UInt8] {
    let checked = Array(kind.utf8) + content
    return UInt32(content.count).bigEndianBytes + checked + crc32(checked[...]).bigEndianBytes
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

extension UInt32 {
  fileprivate var bigEndianBytes: [UInt8] { [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: self >> $0) } }
}
