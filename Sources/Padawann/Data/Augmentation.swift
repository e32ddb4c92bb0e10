/// Changes of pictures that leave what is on them, so that few of them teach as much as many.
public struct Augmentation: Sendable, Hashable, Codable {
  /// By how many rows and columns an image is shifted at most; what comes in is what the edge shows.
  public var shift: Int
  /// Whether half of the images are mirrored, left for right.
  public var mirrors: Bool
  /// The smallest share of the rows and columns that a piece has which is cut out and enlarged to the whole; 1 for none.
  public var crop: Double
  /// How many versions of each image there are; the first is the image itself.
  public var views: Int

  /// Chooses; without a choice there is nothing but the images themselves.
  public init(shift: Int = 0, mirrors: Bool = false, crop: Double = 1, views: Int = 8) {
    self.shift = shift
    self.mirrors = mirrors
    self.crop = crop
    self.views = views
  }

  /// Whether a version can differ from its image.
  public var changesImages: Bool { views > 1 && (shift > 0 || mirrors || crop < 1) }

  /// Checks that it can be done.
  ///
  /// - Throws: ``PadawannError`` `usage` that names what makes no sense.
  public func validate() throws(PadawannError) {
    guard (0...64).contains(shift) else {
      throw PadawannError(.usage, "a shift is from 0 to 64 pixels, not \(shift)")
    }
    guard crop > 0, crop <= 1 else {
      throw PadawannError(.usage, "the least share of a crop is above 0 and at most 1, not \(crop)")
    }
    guard (1...256).contains(views) else {
      throw PadawannError(.usage, "the number of versions of an image is from 1 to 256, not \(views)")
    }
  }

  /// "augments" in ASCII keeps these draws apart from all others of the same seed.
  private static let key: UInt64 = 0x6175_676d_656e_7473

  /// One version of every image of a dataset. The labels stay.
  ///
  /// - Parameters:
  ///   - view: which, from 0, the images themselves; counted on beyond ``views``.
  ///   - seed: the key of what is random, with the version and the image's number.
  /// - Throws: ``PadawannError`` `data` as ``Dataset``'s initialiser.
  func view(_ view: Int, of dataset: Dataset, seed: UInt64) throws(PadawannError) -> Dataset {
    let view = view % views
    guard view > 0, changesImages else { return dataset }
    let pixels: Pixels =
      switch dataset.pixels {
      case .bytes(let bytes):
        .bytes(changed(bytes, dataset, view, seed) { UInt8(clamping: Int($0.rounded())) })
      case .floats(let numbers): .floats(changed(numbers, dataset, view, seed) { $0 })
      }
    return try Dataset(
      name: dataset.name, shape: dataset.shape, pixels: pixels, labels: dataset.labels,
      classNames: dataset.classNames, normalisation: dataset.normalisation, isLabelled: dataset.isLabelled)
  }

  private func changed<Value: StoredPixel>(
    _ values: [Value], _ dataset: Dataset, _ view: Int, _ seed: UInt64, _ rounded: (Float) -> Value
  ) -> [Value] {
    let shape = dataset.shape
    var result: [Value] = []
    result.reserveCapacity(values.count)
    for image in 0..<dataset.count {
      var generator = KeyedGenerator(seed, Self.key, UInt64(view), UInt64(image))
      let (rows, columns) = axes(shape, &generator)
      for channel in 0..<shape.channels {
        let start = (image * shape.channels + channel) * shape.height * shape.width
        for row in rows {
          for column in columns {
            guard row.isWhole, column.isWhole else {
              result.append(rounded(between(values, start, shape.width, row, column)))
              continue
            }
            result.append(values[start + row.first * shape.width + column.first])
          }
        }
      }
    }
    return result
  }

  /// Where the rows and the columns of a version come from.
  private func axes(_ shape: Shape, _ generator: inout KeyedGenerator) -> (rows: [Place], columns: [Place]) {
    func draw() -> Int { shift == 0 ? 0 : generator.next(below: 2 * shift + 1) - shift }
    let (down, right) = (draw(), draw())
    let isMirrored = mirrors && generator.next(below: 2) == 1
    var (rows, columns) = (Float(1), Float(1))
    var (top, left) = (Float(0), Float(0))
    if crop < 1 {
      let size = Float(crop) + (1 - Float(crop)) * generator.uniform()
      (rows, columns) = (size, size)
      top = (1 - size) * generator.uniform() * Float(shape.height)
      left = (1 - size) * generator.uniform() * Float(shape.width)
    }
    func places(_ count: Int, _ offset: Int, _ scale: Float, _ start: Float) -> [Place] {
      (0..<count).map { place in
        guard scale < 1 else { return Place(min(max(place - offset, 0), count - 1)) }
        return Place(between: (Float(place - offset) + 0.5) * scale + start - 0.5, below: count)
      }
    }
    let across = places(shape.width, right, columns, left)
    return (places(shape.height, down, rows, top), isMirrored ? across.reversed() : across)
  }

  /// A row or column, or a place between it and the next.
  private struct Place {
    let first: Int
    let second: Int
    let share: Float

    init(_ place: Int) { (first, second, share) = (place, place, 0) }

    init(between place: Float, below count: Int) {
      let held = min(max(place, 0), Float(count - 1))
      first = Int(held)
      second = min(first + 1, count - 1)
      share = held - Float(first)
    }

    var isWhole: Bool { share == 0 }
  }

  private func between<Value: StoredPixel>(
    _ values: [Value], _ start: Int, _ width: Int, _ row: Place, _ column: Place
  ) -> Float {
    func line(_ row: Int) -> Float {
      let (a, b) = (
        values[start + row * width + column.first].float, values[start + row * width + column.second].float
      )
      return a + (b - a) * column.share
    }
    let (a, b) = (line(row.first), line(row.second))
    return a + (b - a) * row.share
  }
}

/// A stored pixel as a number.
private protocol StoredPixel {
  var float: Float { get }
}

extension UInt8: StoredPixel {
  fileprivate var float: Float { Float(self) }
}

extension Float: StoredPixel {
  fileprivate var float: Float { self }
}
