/// The mask of a layer as a picture: dark where edges are left. A row is an output, a column an input; the kernels of a convolution stand
/// whole at their places. Where there are more edges than pixels, a pixel is the share of some that are left.
struct MaskPicture: Sendable, Equatable {
  let layer: String
  let shape: [Int]
  let density: Double
  /// The edges of a pixel, down and across.
  let block: (rows: Int, columns: Int)
  let picture: GreyPicture

  private static let widest = 288
  private static let highest = 160
  /// Shares in so many steps, which compresses better.
  private static let steps = 15.0

  init(_ layer: Network.Layer) {
    let weights = layer.weights
    self.layer = layer.name
    shape = weights.shape
    density = Double(weights.remainingEdges) / Double(max(weights.count, 1))
    let sides = Sides(weights.shape)
    let columns = (sides.columns + Self.widest - 1) / Self.widest
    let rows = (sides.rows + Self.highest - 1) / Self.highest
    block = (rows, columns)
    let width = (sides.columns + columns - 1) / columns
    let height = (sides.rows + rows - 1) / rows
    var left = [Int](repeating: 0, count: width * height)
    for edge in weights.mask.indices {
      let place = sides.place(of: edge)
      left[place.row / rows * width + place.column / columns] += 1
    }
    let pixels = left.indices.map { pixel -> UInt8 in
      let (row, column) = (pixel / width, pixel % width)
      // The last blocks of a row or a column can be smaller.
      let edges = min(rows, sides.rows - row * rows) * min(columns, sides.columns - column * columns)
      let share = (Double(left[pixel]) / Double(edges) * Self.steps).rounded() / Self.steps
      return UInt8((245 - 225 * share).rounded())
    }
    picture = GreyPicture(width: width, height: height, channels: 1, pixels: pixels)
  }

  static func == (one: MaskPicture, other: MaskPicture) -> Bool {
    one.layer == other.layer && one.shape == other.shape && one.picture == other.picture
  }

  /// What a pixel is.
  var scale: String {
    block == (1, 1) ? "a pixel is an edge" : "a pixel is \(block.rows)×\(block.columns) edges"
  }

  /// A layer's edges in a plane.
  private struct Sides {
    let inputs: Int
    let kernel: (height: Int, width: Int)
    let rows: Int
    let columns: Int

    init(_ shape: [Int]) {
      inputs = shape.count > 1 ? shape[1] : 1
      kernel = (shape.count > 2 ? shape[2] : 1, shape.count > 3 ? shape[3] : 1)
      rows = shape[0] * kernel.height
      columns = inputs * kernel.width
    }

    func place(of edge: Int) -> (row: Int, column: Int) {
      let (x, rest) = (edge % kernel.width, edge / kernel.width)
      let (y, pair) = (rest % kernel.height, rest / kernel.height)
      return (pair / inputs * kernel.height + y, pair % inputs * kernel.width + x)
    }
  }
}

extension Figure {
  /// The masks of all layers of a network, one under the other.
  ///
  /// - Throws: as ``GreyPicture/png()``.
  static func masks(of network: Network, name: String, title: String) throws(PadawannError) -> Figure {
    var y = 34.0
    var parts = [Draw.title(title, 8, room: 452)]
    for mask in network.layers.map(MaskPicture.init) {
      let text =
        "\(mask.layer) (\(Format.shape(mask.shape))): \(Format.percent(mask.density, 1))% left, \(mask.scale)"
      parts.append(Draw.text(text, 8, y + 8, .start, "muted", size: 11))
      let (width, height) = size(of: mask.picture)
      parts.append(try mask.picture.markup(8, y + 15, width: width, height: height, text))
      // Also where all edges are left on a dark ground.
      parts.append(
        .element(
          "rect",
          [
            "class": "axis", "fill": "none", "x": "7.5", "y": (y + 14.5).coordinate,
            "width": (width + 1).coordinate, "height": (height + 1).coordinate,
          ]))
      y += height + 32
    }
    return Figure(
      name: name, title: title, caption: "Dark: edges that are left. A row is an output, a column an input.",
      width: 460, height: y, content: parts)
  }

  /// Pixels as large as there is room for, none of which is only partly there.
  private static func size(of picture: GreyPicture) -> (Double, Double) {
    let most = min(444 / Double(picture.width), 240 / Double(picture.height), 8)
    let scale = most >= 2 ? most.rounded(.down) : most
    return (Double(picture.width) * scale, Double(picture.height) * scale)
  }
}
