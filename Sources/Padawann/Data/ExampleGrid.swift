/// The first images of each class of a dataset in one picture, a row for each class.
package struct ExampleGrid: Sendable {
  private let dataset: Dataset
  /// For each class with images its first ones, in order.
  package let rows: [[Int]]
  /// The classes of the rows.
  package let classes: [Int]
  /// Images of a row.
  package let columns: Int

  /// The most pixels of a picture.
  private static let limit = 1 << 26
  /// Between images, in grey.
  private static let gap = 2

  /// Chooses the images.
  ///
  /// - Parameter columns: how many of each class there are at most.
  /// - Throws: ``PadawannError`` `usage` for a number below 1, `data` where the dataset has no pictures but vectors.
  package init(_ dataset: Dataset, columns: Int) throws(PadawannError) {
    guard columns > 0 else { throw PadawannError(.usage, "a row of \(columns) images shows nothing") }
    guard dataset.shape.height > 1, dataset.shape.width > 1 else {
      throw PadawannError(.data, "these are no pictures but vectors", at: dataset.name)
    }
    var found = [[Int]](repeating: [], count: dataset.classNames.count)
    for (image, label) in dataset.labels.enumerated() where found[label].count < columns {
      found[label].append(image)
    }
    self.dataset = dataset
    classes = found.indices.filter { !found[$0].isEmpty }
    rows = classes.map { found[$0] }
    self.columns = rows.map(\.count).max() ?? 0
  }

  /// How large an image is in the picture.
  package enum Size: Sendable, Equatable {
    /// Each pixel becomes a square of so many.
    case times(Int)
    /// The longer side has at most so many pixels, each the mean of those that it stands for.
    case atMost(Int)
  }

  /// The picture.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when it would have more than 2²⁶ pixels.
  package func raster(_ size: Size) throws(PadawannError) -> Raster {
    let shape = dataset.shape
    let (zoom, step) = Self.scale(size, of: max(shape.height, shape.width))
    let height = (shape.height + step - 1) / step * zoom
    let width = (shape.width + step - 1) / step * zoom
    let (all, across) = (rows.count * (height + Self.gap) - Self.gap, columns * (width + Self.gap) - Self.gap)
    guard all <= Self.limit / across else {
      throw PadawannError(
        .unsupported, "a picture of \(across)×\(all) pixels is too large", at: dataset.name,
        remedy: "Choose fewer classes or images")
    }
    var raster = Raster(width: across, height: all, grey: 128)
    for (row, images) in rows.enumerated() {
      for (column, image) in images.enumerated() {
        let picture = colours(of: image, step: step)
        for y in 0..<height {
          for x in 0..<width {
            raster[row: row * (height + Self.gap) + y, column: column * (width + Self.gap) + x] =
              picture[y / zoom * (width / zoom) + x / zoom]
          }
        }
      }
    }
    return raster
  }

  /// How many pixels one becomes, and how many become one.
  private static func scale(_ size: Size, of side: Int) -> (zoom: Int, step: Int) {
    switch size {
    case .times(let zoom): (max(1, zoom), 1)
    case .atMost(let most): (1, max(1, (side + most - 1) / max(1, most)))
    }
  }

  /// The colours of an image whose pixels are means of squares of `step`.
  private func colours(of image: Int, step: Int) -> [(UInt8, UInt8, UInt8)] {
    let shape = dataset.shape
    let planes = shades(of: image)
    func mean(_ plane: [Float], _ row: Int, _ column: Int) -> UInt8 {
      var (sum, count) = (Float(0), Float(0))
      for y in row..<min(row + step, shape.height) {
        for x in column..<min(column + step, shape.width) {
          sum += plane[y * shape.width + x]
          count += 1
        }
      }
      return UInt8(max(0, min(255, (sum / count).rounded())))
    }
    var colours: [(UInt8, UInt8, UInt8)] = []
    for row in stride(from: 0, to: shape.height, by: step) {
      for column in stride(from: 0, to: shape.width, by: step) {
        let shades = planes.map { mean($0, row, column) }
        colours.append(
          shades.count == 3 ? (shades[0], shades[1], shades[2]) : (shades[0], shades[0], shades[0]))
      }
    }
    return colours
  }

  /// The channels from 0 to 255: three of colours, or else the mean of all.
  private func shades(of image: Int) -> [[Float]] {
    let plane = dataset.shape.height * dataset.shape.width
    let stored: [Float]
    let range = (image * dataset.shape.count)..<((image + 1) * dataset.shape.count)
    switch dataset.pixels {
    case .bytes(let bytes): stored = bytes[range].map(Float.init)
    case .floats(let numbers):
      let (least, most) = (numbers[range].min() ?? 0, numbers[range].max() ?? 0)
      stored = numbers[range].map { most > least ? ($0 - least) / (most - least) * 255 : 0 }
    }
    let planes = stride(from: 0, to: stored.count, by: plane).map { Array(stored[$0..<($0 + plane)]) }
    guard planes.count != 3 else { return planes }
    return [(0..<plane).map { place in planes.reduce(0) { $0 + $1[place] } / Float(planes.count) }]
  }
}
