extension ByteImage {
  /// Changes the size as `resize` with `BILINEAR` of Pillow up to 12 does, bit for bit: a triangle of the width of one
  /// sample, or of one new sample where the image shrinks, so that every old sample counts; columns first, then rows, each
  /// pass in fixed point with 22 bits and rounded to 8.
  ///
  /// torchvision's `Resize` does the same with a PIL picture. (Pillow, `src/libImaging/Resample.c`)
  ///
  /// - Throws: ``PadawannError`` `usage` when the result, or the image between the two passes, is too large.
  mutating func resize(to size: PictureSize) throws(PadawannError) {
    guard let between = [shape.channels, shape.height, size.width].product,
      let after = [shape.channels, size.height, size.width].product, between <= 1 << 28,
      after <= Dataset.maximumImage
    else { throw PadawannError(.usage, "an image cannot become as large as \(size.inFull)") }
    if size.width != shape.width {
      let weights = ResizeWeights(from: shape.width, to: size.width)
      samples = weights.columns(of: samples, rows: shape.channels * shape.height, width: shape.width)
      shape.width = size.width
    }
    if size.height != shape.height {
      let weights = ResizeWeights(from: shape.height, to: size.height)
      var result: [UInt8] = []
      result.reserveCapacity(after)
      for channel in 0..<shape.channels {
        let plane = shape.height * shape.width
        result += weights.rows(of: samples, from: channel * plane, width: shape.width)
      }
      samples = result
      shape.height = size.height
    }
  }
}

/// Which old samples of a row or column a new one is made of, and with what weights.
private struct ResizeWeights {
  private static let precision = 22
  private static let half = 1 << (precision - 1)

  private struct Window {
    let start: Int
    let weights: [Int]
  }

  private let windows: [Window]

  init(from old: Int, to new: Int) {
    let scale = Double(old) / Double(new)
    let filterScale = max(scale, 1)
    windows = (0..<new).map { place in
      let center = (Double(place) + 0.5) * scale
      let start = max(Int(center - filterScale + 0.5), 0)
      let end = min(Int(center + filterScale + 0.5), old)
      let inverse = 1 / filterScale
      let raw = (start..<end).map { index in
        max(0, 1 - abs((Double(index - start) + Double(start) - center + 0.5) * inverse))
      }
      let sum = raw.reduce(0, +)
      return Window(
        start: start, weights: raw.map { Int(0.5 + (sum == 0 ? $0 : $0 / sum) * Double(1 << Self.precision)) }
      )
    }
  }

  private static func rounded(_ sum: Int) -> UInt8 { UInt8(clamping: (sum + half) >> precision) }

  /// The same rows with new columns.
  func columns(of samples: [UInt8], rows: Int, width: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(rows * windows.count)
    for start in stride(from: 0, to: rows * width, by: width) {
      for window in windows {
        var sum = 0
        var place = start + window.start
        for weight in window.weights {
          sum += weight * Int(samples[place])
          place += 1
        }
        result.append(Self.rounded(sum))
      }
    }
    return result
  }

  /// New rows of one channel that begins at `first`.
  func rows(of samples: [UInt8], from first: Int, width: Int) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(windows.count * width)
    for window in windows {
      var sums = [Int](repeating: 0, count: width)
      for (offset, weight) in window.weights.enumerated() {
        let start = first + (window.start + offset) * width
        for column in 0..<width { sums[column] += weight * Int(samples[start + column]) }
      }
      for sum in sums { result.append(Self.rounded(sum)) }
    }
    return result
  }
}
