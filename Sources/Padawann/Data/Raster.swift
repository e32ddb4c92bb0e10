/// A picture as it is shown: red, green and blue of 8 bits for each pixel, row after row.
package struct Raster: Equatable, Sendable {
  /// Columns.
  package let width: Int
  /// Rows.
  package let height: Int
  /// Rows × columns × 3.
  package private(set) var samples: [UInt8]

  /// A picture of one shade of grey.
  package init(width: Int, height: Int, grey: UInt8) {
    self.width = width
    self.height = height
    samples = [UInt8](repeating: grey, count: width * height * 3)
  }

  /// One pixel: red, green and blue.
  package subscript(row row: Int, column column: Int) -> (UInt8, UInt8, UInt8) {
    get {
      let place = (row * width + column) * 3
      return (samples[place], samples[place + 1], samples[place + 2])
    }
    set {
      let place = (row * width + column) * 3
      (samples[place], samples[place + 1], samples[place + 2]) = newValue
    }
  }

  /// Whether it has no colours.
  package var isGrey: Bool {
    for place in stride(from: 0, to: samples.count, by: 3) {
      let red = samples[place]
      guard samples[place + 1] == red, samples[place + 2] == red else { return false }
    }
    return true
  }
}
