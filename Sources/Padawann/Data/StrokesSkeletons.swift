extension Strokes {
  /// A point of the writing plane; x grows to the right and y downwards.
  struct Point: Equatable, Sendable {
    var x: Float
    var y: Float
  }

  /// One movement of the pen through given points.
  struct Stroke: Sendable {
    /// The points it passes, in order. A smooth stroke that ends where it began closes without a corner.
    var points: [Point]
    /// Whether the stroke rounds its inner points or has a corner at each.
    var isSmooth: Bool
  }

  /// One way of writing one character, in a box of 20 × 20 units.
  struct Skeleton: Sendable {
    var strokes: [Stroke]

    init(_ strokes: Stroke...) { self.strokes = strokes }

    /// The side of the box in which skeletons are written.
    static let box: Float = 20
  }
}

extension Strokes.Skeleton {
  /// The forms of the digits 0 to 9.
  static let digits: [[Self]] = [
    [
      Self(curve(10, 0, 6, 2, 4, 7, 4, 13, 6, 18, 10, 20, 14, 18, 16, 13, 16, 7, 14, 2, 10, 0)),
      Self(
        curve(12, 0.5, 7.5, 1, 4.5, 5.5, 4, 12, 6, 18, 10, 20, 14.5, 17, 16, 10.5, 15, 4, 11, 0.5, 8, 1.5)),
    ],
    [
      Self(line(10, 0, 10, 20)),
      Self(line(6, 5, 10.5, 0, 10.5, 20)),
      Self(line(6.5, 4, 10.5, 0, 10.5, 20), line(6, 20, 15, 20)),
    ],
    [
      Self(
        curve(4.5, 5, 6, 1.5, 10, 0, 14.5, 1.5, 15.5, 5.5, 13, 10.5, 8.5, 15.5, 4, 20), line(4, 20, 16.5, 20)),
      Self(
        curve(4, 3.5, 8, 0.3, 13, 1, 15, 5, 13, 10, 9, 15, 4, 19.5),
        curve(4, 19.5, 8, 18.5, 12, 19.5, 17, 18.8)),
      Self(
        curve(
          4.5, 4, 8, 0.5, 12.5, 0.5, 15, 4, 13.5, 9.5, 10, 15, 6, 19, 3.5, 18.5, 4.5, 16, 8, 16.5, 12, 19, 17,
          19)),
    ],
    [
      Self(
        curve(4.5, 2.5, 9.5, 0, 14.5, 3, 13.5, 7.5, 8.5, 9.5),
        curve(8.5, 9.5, 14, 11.5, 16, 15, 13.5, 19, 9, 20, 4, 17.5)),
      Self(
        curve(5, 2, 10, 0, 14.5, 2.5, 14, 7, 10, 9.3),
        curve(10, 9.3, 14.5, 11, 15.5, 15.5, 12, 19.7, 7.5, 20, 4, 18.5)),
      Self(
        line(5, 0.5, 15, 0.5, 9.5, 8.5), curve(9.5, 8.5, 13.5, 9.7, 16, 14, 13.5, 18.8, 9, 20, 4.5, 18)),
    ],
    [
      Self(line(6.5, 0, 4, 12, 16.5, 12), line(13.5, 4.5, 12.5, 20)),
      Self(line(12.5, 20, 12.5, 0, 3.5, 13.5, 17, 13.5)),
      Self(curve(5.5, 0.5, 4.5, 8, 7, 11, 14, 9.5), line(14.5, 0.5, 13, 20)),
    ],
    [
      Self(
        line(15.5, 0.5, 6.5, 0.5, 5.5, 9),
        curve(5.5, 9, 10, 7.5, 14.5, 9.5, 16, 14, 13.5, 18.5, 8.5, 20, 4, 18)),
      Self(
        line(7, 1, 5.5, 8.5), curve(5.5, 8.5, 11, 8.5, 15, 12, 14.5, 17, 10, 20, 4.5, 19), line(7, 1, 16.5, 0)
      ),
    ],
    [
      Self(
        curve(13.5, 0.5, 8.5, 4, 5, 10, 4.8, 15, 7.5, 19.5, 12, 19.5, 15, 16, 13.5, 12, 9.5, 10.8, 5.5, 14)),
      Self(
        curve(10, 0, 6.5, 6, 4.5, 13, 6, 18.5, 10, 20, 14, 18, 14.5, 13.5, 10.5, 11.5, 6.5, 13.5, 5, 16)),
    ],
    [
      Self(line(4, 0.5, 16, 0.5, 8.5, 20)),
      Self(line(4.5, 0.5, 16, 0.5, 9, 20), line(7, 10, 16, 10)),
      Self(line(4, 4, 4.5, 0.8, 16, 0.5), curve(16, 0.5, 12.5, 7, 10, 13.5, 9, 20)),
    ],
    [
      Self(
        curve(
          14.5, 3, 10, 0, 5.5, 2.8, 6.3, 7, 10.5, 10, 14.7, 13, 15, 17.5, 10, 20, 5, 17.5, 5.3, 13, 9.5, 10,
          13.7, 7,
          14.5, 3)),
      Self(
        curve(10, 0, 6, 1.8, 6, 7, 10, 9.2, 14, 7, 14, 1.8, 10, 0),
        curve(10, 9.2, 5.5, 11.5, 5, 17, 10, 20, 15, 17, 14.5, 11.5, 10, 9.2)),
      Self(
        curve(
          15, 1.5, 9.5, 0, 5.5, 3.5, 8, 7.5, 13, 11, 14.5, 16, 10.5, 20, 6, 18, 6.5, 13, 11, 8.5, 15.5, 3.5)),
    ],
    [
      Self(
        curve(14.5, 4.5, 12, 0.7, 8, 0.5, 5, 4, 5.8, 8.5, 9.5, 10.2, 13, 8.5, 14.5, 4.5),
        line(14.5, 4.5, 13, 20)),
      Self(
        curve(14.5, 4.5, 12, 0.7, 8, 0.5, 5, 4, 5.8, 8.5, 9.5, 10.2, 13, 8.5, 14.5, 4.5),
        curve(14.5, 4.5, 14.8, 10, 13.5, 16, 10.5, 19.5, 6, 19)),
      Self(
        curve(15, 3, 11, 0.3, 6.5, 2, 5, 6.5, 8, 9.5, 12.5, 7.5, 15, 3),
        curve(15, 3, 13.5, 9.5, 11, 15.5, 8.5, 20)),
    ],
  ]

  /// The forms of the lower-case letters a to j.
  static let letters: [[Self]] = [
    [
      Self(
        curve(15, 6, 11, 2.8, 6.5, 4.5, 4.3, 10, 6, 16, 10, 17, 13.5, 13, 15, 6),
        curve(15.3, 3, 14.8, 9, 15, 15, 17.5, 17)),
      Self(
        curve(5, 5.5, 9, 2.5, 13.5, 4, 14.5, 9, 14.5, 17.5),
        curve(14.5, 10, 9, 9.8, 5, 13, 6.5, 17, 10.5, 17, 14.5, 13.5)),
    ],
    [
      Self(
        line(5.5, 0, 5.5, 19.5), curve(5.5, 12, 9, 8.8, 13, 9.5, 15, 14, 13, 18.5, 9, 19.8, 5.5, 17.5)),
      Self(curve(6.5, 0, 5, 7, 4.8, 14, 6.5, 19, 11, 19.8, 15, 16.5, 14, 11.5, 10, 10, 5.2, 13)),
    ],
    [
      Self(curve(15.5, 6, 11, 2.8, 6.5, 5, 4.3, 10.5, 6.5, 16, 11.5, 17.5, 16, 14.5)),
      Self(curve(14, 4, 9, 4, 5.5, 8.5, 5, 13.5, 8.5, 17.5, 15.5, 16)),
    ],
    [
      Self(
        line(14.5, 0, 14.5, 19.5), curve(14.5, 12, 11, 8.8, 7, 9.5, 5, 14, 7, 18.5, 11, 19.8, 14.5, 17.5)),
      Self(
        curve(14.5, 12, 10.5, 9, 6, 10.5, 4.5, 15, 7, 19, 11, 18.5, 14.5, 12),
        curve(15, 0, 14.5, 7, 14.5, 15, 17.5, 19.5)),
    ],
    [
      Self(
        line(5, 10.8, 15.5, 10), curve(15.5, 10, 14, 5, 10, 2.8, 6, 5.5, 4.6, 11, 7, 16, 11.5, 17.5, 16, 14.8)
      ),
      Self(curve(5.5, 12, 11, 10.5, 14.5, 7, 12, 3, 7.5, 4, 5, 9.5, 6.5, 15, 11, 17.5, 16.5, 14.5)),
    ],
    [
      Self(curve(15.5, 2.5, 12.5, 0, 9.8, 2.5, 9.2, 8, 9, 20), line(4.5, 8.5, 14.5, 8.5)),
      Self(curve(15, 1, 11.5, 0.8, 10, 5, 9.5, 12, 8.5, 17.5, 5, 20), line(5, 9.5, 14.5, 8.5)),
    ],
    [
      Self(
        curve(14.5, 4.5, 11.5, 1, 7.5, 1.5, 5.2, 5.5, 7, 10, 11, 10.3, 14.5, 4.5),
        curve(14.8, 1, 14.5, 8, 14, 15, 11, 19.5, 7, 20, 4, 17.5)),
      Self(
        curve(14.5, 4, 10.5, 0.5, 6, 2.5, 5, 7, 9, 10, 13.5, 7, 14.5, 4),
        curve(14.5, 4, 14.5, 12, 12, 18.5, 7.5, 20, 5, 17.5, 8.5, 15, 16.5, 12)),
    ],
    [
      Self(line(5.5, 0, 5.5, 20), curve(5.5, 12.5, 8, 9, 12, 8.5, 14.5, 12, 14.5, 20)),
      Self(curve(7, 0, 5.5, 8, 5, 20), curve(5.3, 14, 9, 9.3, 13, 10, 13.5, 15, 14, 19, 17, 19.5)),
    ],
    [
      Self(line(10, 7.5, 10, 20), line(10, 2, 10, 2.5)),
      Self(curve(10, 7.5, 9.5, 13, 10, 18.5, 13.5, 19.5), line(10.5, 2, 10.5, 2.5)),
      Self(line(6.5, 8, 10.5, 8, 10.5, 20), line(6, 20, 15, 20), line(10.5, 2, 10.5, 2.8)),
    ],
    [
      Self(curve(12.5, 6.5, 12.5, 13, 11.5, 18, 8, 20, 4.5, 17.5), line(12.5, 1, 12.5, 1.5)),
      Self(
        line(8, 6.5, 13, 6.5), curve(13, 6.5, 13, 13, 11.5, 18.5, 7.5, 20, 4.5, 18), line(13, 1, 13, 1.5)),
    ],
  ]

  /// A smooth stroke through x, y, x, y, ….
  private static func curve(_ coordinates: Float...) -> Strokes.Stroke {
    Strokes.Stroke(points: points(coordinates), isSmooth: true)
  }

  /// A stroke of straight lines with corners at x, y, x, y, ….
  private static func line(_ coordinates: Float...) -> Strokes.Stroke {
    Strokes.Stroke(points: points(coordinates), isSmooth: false)
  }

  private static func points(_ coordinates: [Float]) -> [Strokes.Point] {
    stride(from: 0, to: coordinates.count - 1, by: 2).map {
      Strokes.Point(x: coordinates[$0], y: coordinates[$0 + 1])
    }
  }
}
