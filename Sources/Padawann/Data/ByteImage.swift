/// One image of 8-bit samples on its way into a dataset.
struct ByteImage: Equatable, Sendable {
  /// Channels, rows and columns.
  var shape: Shape
  /// Channels × rows × columns.
  var samples: [UInt8]

  private var plane: Int { shape.height * shape.width }

  /// Every sample becomes 255 minus itself.
  mutating func invert() { samples = samples.map { 255 - $0 } }

  /// Keeps the middle. Half of an odd margin is rounded to an even number, as Python and so torchvision's `CenterCrop` do.
  ///
  /// - Throws: ``PadawannError`` `usage` when the image is smaller than that.
  mutating func crop(to size: PictureSize) throws(PadawannError) {
    guard size.width <= shape.width, size.height <= shape.height else {
      throw PadawannError(
        .usage, "\(size.inFull) cannot be cut out of \(shape.width)×\(shape.height)",
        remedy: "Cut out less, or write resize= too, which comes first")
    }
    let top = Self.halfToEven(shape.height - size.height)
    let left = Self.halfToEven(shape.width - size.width)
    var result: [UInt8] = []
    result.reserveCapacity(shape.channels * size.width * size.height)
    for channel in 0..<shape.channels {
      for row in top..<(top + size.height) {
        let start = channel * plane + row * shape.width + left
        result.append(contentsOf: samples[start..<(start + size.width)])
      }
    }
    samples = result
    shape = Shape(channels: shape.channels, height: size.height, width: size.width)
  }

  private static func halfToEven(_ number: Int) -> Int {
    let half = number / 2
    return number % 2 == 1 && half % 2 == 1 ? half + 1 : half
  }

  /// Becomes grey, by the weights of ITU-R BT.601 and Pillow's rounding, or gets three equal channels.
  ///
  /// - Throws: ``PadawannError`` `data` when it has neither one nor three channels.
  mutating func change(to colour: PictureColour) throws(PadawannError) {
    switch (shape.channels, colour) {
    case (1, .grey), (3, .rgb): return
    case (1, .rgb): samples = samples + samples + samples
    case (3, .grey):
      samples = (0..<plane).map { place in
        let red = 19_595 * Int(samples[place])
        let green = 38_470 * Int(samples[plane + place])
        let blue = 7471 * Int(samples[2 * plane + place])
        return UInt8((red + green + blue + 0x8000) >> 16)
      }
    default:
      throw PadawannError(
        .data, "an image of \(shape.channels) channels is neither grey nor red, green and blue",
        remedy: "Remove colour=")
    }
    shape.channels = colour.channels
  }

  /// Lays an image whose last channel is opacity on a ground of one colour. A grey image stays grey on a grey ground.
  ///
  /// Each sample is `(ground · (255 - opacity) + sample · opacity) / 255`, rounded to the nearest, as Pillow's `paste` has it.
  mutating func lay(on ground: PictureGround) throws(PadawannError) {
    var colours = ByteImage(
      shape: Shape(channels: shape.channels - 1, height: shape.height, width: shape.width),
      samples: Array(samples.dropLast(plane)))
    if !ground.isGrey { try colours.change(to: .rgb) }
    let opacity = samples.suffix(plane)
    for channel in 0..<colours.shape.channels {
      let behind = Int(ground.samples[channel])
      for (place, share) in opacity.enumerated() {
        let index = channel * plane + place
        let sum = behind * (255 - Int(share)) + Int(colours.samples[index]) * Int(share) + 128
        colours.samples[index] = UInt8((sum >> 8 + sum) >> 8)
      }
    }
    self = colours
  }
}
