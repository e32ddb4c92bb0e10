extension Strokes {
  /// How one image is written: everything that is random about it but its skeleton.
  ///
  /// A point of the skeleton is first pushed by a field of small displacements, then scaled, slanted and rotated about the
  /// middle of the box, and placed on the image.
  struct Hand {
    /// Half the width of the line, in pixels.
    let radius: Float
    private let displacements: [Point]
    private let scale: Point
    private let slant: Float
    private let cosine: Float
    private let sine: Float
    private let centre: Point

    /// The displacement field has 4 × 4 nodes over the box. It is a function of position, so that strokes that meet in a
    /// point still meet after it.
    private static let nodes = 4

    /// Draws a hand from `random`.
    init(_ random: inout KeyedGenerator) {
      func draw(_ middle: Float, _ spread: Float) -> Float { middle + spread * Self.bell(&random) }
      radius = draw(1.3, 0.65)
      scale = Point(x: draw(0.88, 0.3), y: draw(0.93, 0.24))
      slant = draw(0.1, 0.45)
      // The tangent of half the angle gives sine and cosine without a transcendental function.
      let half = draw(0, 0.17)
      cosine = (1 - half * half) / (1 + half * half)
      sine = 2 * half / (1 + half * half)
      centre = Point(x: draw(Float(Pen.size) / 2, 3.1), y: draw(Float(Pen.size) / 2, 3.1))
      displacements = (0..<Self.nodes * Self.nodes).map { _ in Point(x: draw(0, 2.4), y: draw(0, 2.4)) }
    }

    /// A number in (-1, 1), near 0 more often than near the ends: the mean of two uniform ones.
    private static func bell(_ random: inout KeyedGenerator) -> Float {
      random.uniform() + random.uniform() - 1
    }

    /// The polylines that the pen follows, in pixels.
    func write(_ skeleton: Skeleton) -> [[Point]] {
      skeleton.strokes.map { stroke in
        let points = stroke.points.map(placed)
        return stroke.isSmooth ? Self.smooth(points) : points
      }
    }

    private func placed(_ point: Point) -> Point {
      let push = displacement(point)
      let x = (point.x + push.x - Skeleton.box / 2) * scale.x
      let y = (point.y + push.y - Skeleton.box / 2) * scale.y
      let slanted = x - slant * y
      return Point(
        x: centre.x + cosine * slanted - sine * y,
        y: centre.y + sine * slanted + cosine * y)
    }

    /// The field at a point: bilinear between the four nodes around it.
    private func displacement(_ point: Point) -> Point {
      let last = Float(Self.nodes - 1)
      let across = min(max(point.x / Skeleton.box, 0), 1) * last
      let down = min(max(point.y / Skeleton.box, 0), 1) * last
      let column = min(Int(across), Self.nodes - 2)
      let row = min(Int(down), Self.nodes - 2)
      let (u, v) = (across - Float(column), down - Float(row))
      func between(_ axis: KeyPath<Point, Float>) -> Float {
        let upper = row * Self.nodes + column
        let lower = upper + Self.nodes
        let top = displacements[upper][keyPath: axis] * (1 - u) + displacements[upper + 1][keyPath: axis] * u
        let bottom =
          displacements[lower][keyPath: axis] * (1 - u) + displacements[lower + 1][keyPath: axis] * u
        return top * (1 - v) + bottom * v
      }
      return Point(x: between(\.x), y: between(\.y))
    }

    /// Samples the Catmull–Rom spline through `points` (Catmull and Rom, 1974), closed when the ends coincide.
    private static func smooth(_ points: [Point]) -> [Point] {
      guard let first = points.first, let last = points.last, points.count > 2 else { return points }
      let closes = first == last
      let before = closes ? points[points.count - 2] : first
      let after = closes ? points[1] : last
      let padded = [before] + points + [after]
      var samples = [first]
      for index in 1..<points.count {
        for step in 1...stepsPerSpan {
          samples.append(spline(padded[(index - 1)...(index + 2)], at: Float(step) / Float(stepsPerSpan)))
        }
      }
      return samples
    }

    private static let stepsPerSpan = 6

    /// The spline between the second and the third of four neighbours, `t` of the way.
    private static func spline(_ neighbours: ArraySlice<Point>, at t: Float) -> Point {
      let first = neighbours.startIndex
      func along(_ axis: KeyPath<Point, Float>) -> Float {
        let p = (0..<4).map { neighbours[first + $0][keyPath: axis] }
        let linear = p[2] - p[0]
        let quadratic = 2 * p[0] - 5 * p[1] + 4 * p[2] - p[3]
        let cubic = 3 * p[1] - p[0] - 3 * p[2] + p[3]
        return p[1] + 0.5 * t * (linear + t * (quadratic + t * cubic))
      }
      return Point(x: along(\.x), y: along(\.y))
    }
  }
}
