/// What is done with an image of 8-bit samples before it is one of a dataset, in this order.
package struct PictureChanges: Hashable, Sendable {
  /// What is behind pixels that are not opaque; white when `nil`.
  package var ground: PictureGround?
  /// Whether images become grey or coloured; each stays as it is when `nil`.
  package var colour: PictureColour?
  /// The new size; each keeps its own when `nil`.
  package var resize: PictureResize?
  /// The size of the middle that is kept; all of it when `nil`.
  package var crop: PictureSize?
  /// Whether dark and bright are exchanged.
  package var invert = false

  /// Nothing is changed.
  package init() {}

  /// Whether anything but the ground is changed.
  var isEmpty: Bool { colour == nil && resize == nil && crop == nil && !invert }

  /// The options as a spec has them.
  var texts: [String] {
    var parts: [String] = []
    if let ground { parts.append("ground=\(ground)") }
    if let colour { parts.append("colour=\(colour.rawValue)") }
    if let resize { parts.append("resize=\(resize)") }
    if let crop { parts.append("crop=\(crop)") }
    if invert { parts.append("invert") }
    return parts
  }

  /// Changes an image that has no opacity.
  ///
  /// - Throws: ``PadawannError`` when the image cannot be changed so.
  func apply(to image: inout ByteImage) throws(PadawannError) {
    if let colour { try image.change(to: colour) }
    if let resize { try image.resize(to: resize.size(for: image.shape)) }
    if let crop { try image.crop(to: crop) }
    if invert { image.invert() }
  }
}

/// Columns and rows of a picture.
package struct PictureSize: Hashable, Sendable, CustomStringConvertible {
  /// Columns.
  package let width: Int
  /// Rows.
  package let height: Int

  /// Makes a size.
  package init(width: Int, height: Int) {
    self.width = width
    self.height = height
  }

  /// As a spec has it: `28` for a square, or `WIDTHxHEIGHT`.
  package var description: String { width == height ? "\(width)" : "\(width)x\(height)" }

  /// As a sentence has it: `28×28`.
  var inFull: String { "\(width)×\(height)" }
}

/// Which size an image gets.
package enum PictureResize: Hashable, Sendable, CustomStringConvertible {
  /// Exactly this one, whatever becomes of its proportions.
  case exact(PictureSize)
  /// The shorter side gets this length, and the longer one keeps the proportion.
  case shorter(Int)

  /// As a spec has it.
  package var description: String {
    switch self {
    case .exact(let size): size.description
    case .shorter(let length): "shorter:\(length)"
    }
  }

  /// The new size of an image. A longer side that is no whole number is rounded down, as torchvision's `Resize` does.
  func size(for shape: Shape) -> PictureSize {
    switch self {
    case .exact(let size): return size
    case .shorter(let length):
      let (short, long) = (min(shape.width, shape.height), max(shape.width, shape.height))
      let longer = length * long / short
      return shape.width <= shape.height
        ? PictureSize(width: length, height: longer) : PictureSize(width: longer, height: length)
    }
  }
}

/// The colours of an image.
package enum PictureColour: String, Hashable, Sendable, CaseIterable {
  /// One channel.
  case grey
  /// Three channels.
  case rgb

  var channels: Int { self == .grey ? 1 : 3 }
}

/// What is behind pixels that are not opaque.
package struct PictureGround: Hashable, Sendable, CustomStringConvertible {
  /// Red, green and blue.
  let samples: [UInt8]

  /// As paper is, and as nearly every program shows a transparent picture.
  package static let white = PictureGround(samples: [255, 255, 255])
  /// As the ground of MNIST is.
  package static let black = PictureGround(samples: [0, 0, 0])

  private init(samples: [UInt8]) { self.samples = samples }

  /// Reads `white`, `black` or `#rrggbb`.
  ///
  /// - Throws: ``PadawannError`` `usage` for anything else.
  package init(_ text: String) throws(PadawannError) {
    switch text {
    case "white": self = .white
    case "black": self = .black
    default:
      let digits = text.dropFirst()
      guard text.hasPrefix("#"), digits.count == 6, digits.allSatisfy(\.isHexDigit), digits.utf8.count == 6,
        let value = Int(digits, radix: 16)
      else {
        throw PadawannError(
          .usage, "“\(text)” is not a colour", remedy: "Write white, black or #rrggbb, for example #ff8000")
      }
      samples = [16, 8, 0].map { UInt8(truncatingIfNeeded: value >> $0) }
    }
  }

  var isGrey: Bool { samples[0] == samples[1] && samples[1] == samples[2] }

  /// As a spec has it.
  package var description: String {
    if self == .white { return "white" }
    if self == .black { return "black" }
    return "#" + samples.map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
  }
}
