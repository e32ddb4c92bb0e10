/// One channel of an image in real numbers, and what OpenCV does with such: the same operations in the same order, so that the
/// results are those of OpenCV (4.10 and 5.0) with images of `float64` to the last bits, which are lost in `Float`.
struct RealPlane: Equatable, Sendable {
  /// Columns.
  private(set) var width: Int
  /// Rows.
  private(set) var height: Int
  /// Rows × columns.
  private(set) var samples: [Double]

  /// Makes a plane of so many samples.
  init(width: Int, height: Int, samples: [Double]) {
    precondition(samples.count == width * height, "a sample for each place")
    self.width = width
    self.height = height
    self.samples = samples
  }

  /// Changes the size as `cv2.resize` with `INTER_LINEAR` does: between the four samples that are nearest to a new one's middle,
  /// whatever lies between two new ones; columns first, then rows. (OpenCV, `modules/imgproc/src/resize.cpp`)
  mutating func resize(by taps: ResizeTaps) {
    precondition(taps.oldSize == PictureSize(width: width, height: height), "taps for this size")
    let newWidth = taps.columns.count
    var wide = [Double](repeating: 0, count: height * newWidth)
    for row in 0..<height {
      for column in 0..<newWidth {
        let tap = taps.columns[column]
        wide[row * newWidth + column] =
          samples[row * width + tap.first] * tap.before + samples[row * width + tap.second] * tap.behind
      }
    }
    var result = [Double](repeating: 0, count: taps.rows.count * newWidth)
    for row in taps.rows.indices {
      let tap = taps.rows[row]
      for column in 0..<newWidth {
        result[row * newWidth + column] =
          wide[tap.first * newWidth + column] * tap.before + wide[tap.second * newWidth + column] * tap.behind
      }
    }
    (width, height, samples) = (newWidth, taps.rows.count, result)
  }

  /// Shears rows against each other so that what is drawn stands upright, as WANN's experiments do: by `s = mu11 / mu02`, the
  /// central moments, about the middle row; unchanged where `|mu02| < 0.01`.
  ///
  /// As `cv2.warpAffine` of `[[1, s, -s · rows / 2], [0, 1, 0]]` in `float32` with `WARP_INVERSE_MAP | INTER_LINEAR`: places are
  /// rounded to 1/32 of a column, and what lies outside is 0. (OpenCV, `modules/imgproc/src/imgwarp.cpp`)
  mutating func deskew() {
    let moments = centralMoments
    guard abs(moments.mu02) >= 0.01 else { return }
    let slant = moments.mu11 / moments.mu02
    // The matrix is one of Float.
    let (step, start) = (Double(Float(slant)), Double(Float(-0.5 * Double(height) * slant)))
    guard step.isFinite, start.isFinite else { return }
    var result = [Double](repeating: 0, count: samples.count)
    for row in 0..<height {
      let first = Self.rounded((step * Double(row) + start) * 1024) + 16
      for column in 0..<width {
        let place = (first + column * 1024) >> 5
        let (whole, share) = (place >> 5, Double(Float(place & 31) / 32))
        result[row * width + column] = sample(row, whole) * (1 - share) + sample(row, whole + 1) * share
      }
    }
    samples = result
  }

  private func sample(_ row: Int, _ column: Int) -> Double {
    column >= 0 && column < width ? samples[row * width + column] : 0
  }

  /// The nearest whole number, of two the even one, within 32 bits.
  private static func rounded(_ value: Double) -> Int {
    Int(min(max(value, Double(Int32.min)), Double(Int32.max)).rounded(.toNearestOrEven))
  }

  /// The second central moments mu11 and mu02 as `cv2.moments` has them. (OpenCV, `modules/imgproc/src/moments.cpp`)
  private var centralMoments: (mu11: Double, mu02: Double) {
    var (m00, m10, m01, m11, m02) = (0.0, 0.0, 0.0, 0.0, 0.0)
    for row in 0..<height {
      var (sum, first) = (0.0, 0.0)
      for column in 0..<width {
        let sample = samples[row * width + column]
        sum += sample
        first += Double(column) * sample
      }
      let y = Double(row)
      m00 += sum
      m10 += first
      m01 += sum * y
      m11 += first * y
      m02 += sum * (y * y)
    }
    guard abs(m00) > .ulpOfOne else { return (m11, m02) }
    let inverse = 1 / m00
    let centre = (x: m10 * inverse, y: m01 * inverse)
    return (m11 - m10 * centre.y, m02 - m01 * centre.y)
  }
}

/// Which two old samples each new column and row of a plane lies between, and how much each counts.
struct ResizeTaps: Sendable {
  struct Tap: Sendable {
    let first: Int
    let second: Int
    let before: Double
    let behind: Double
  }

  let oldSize: PictureSize
  let columns: [Tap]
  let rows: [Tap]

  /// For planes of one size that get another.
  init(from old: PictureSize, to new: PictureSize) {
    oldSize = old
    columns = Self.taps(from: old.width, to: new.width)
    rows = Self.taps(from: old.height, to: new.height)
  }

  private static func taps(from old: Int, to new: Int) -> [Tap] {
    let scale = 1 / (Double(new) / Double(old))
    return (0..<new).map { place in
      let position = (Double(place) + 0.5) * scale - 0.5
      let first = Int(position.rounded(.down))
      let share = position - Double(first)
      if first < 0 { return Tap(first: 0, second: 0, before: 1, behind: 0) }
      if first >= old - 1 { return Tap(first: old - 1, second: old - 1, before: 1, behind: 0) }
      return Tap(first: first, second: first + 1, before: 1 - share, behind: share)
    }
  }
}
