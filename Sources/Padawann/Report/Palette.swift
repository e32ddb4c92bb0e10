import Foundation

/// The colours of pictures, for a light and for a dark ground. Text has a contrast of at least 4.5 to what is behind it, lines and areas
/// that mean something of at least 3 (WCAG 2.2, 1.4.3 and 1.4.11).
package struct Palette: Sendable, Equatable {
  /// What is behind everything.
  package let ground: Colour
  /// Text, and the lines that matter most.
  package let ink: Colour
  /// Text that matters less.
  package let muted: Colour
  /// The lines of a grid.
  package let grid: Colour
  /// One for each of several things.
  package let series: [Colour]
  /// The colour of the largest share in a heat map.
  package let heat: Colour

  /// For paper and bright screens.
  package static let light = Palette(
    ground: 0xffffff, ink: 0x1b1f24, muted: 0x57606a, grid: 0xdfe3e8,
    series: [
      0x1f5fa8, 0xc24a00, 0x2a782a, 0xb3242b, 0x6f4aa8, 0x00727f, 0xb8368a, 0x7a5230, 0x667000, 0x4d5560,
    ], heat: 0x08306b)

  /// For dark screens.
  package static let dark = Palette(
    ground: 0x15181d, ink: 0xe9ecf0, muted: 0xa6aeb8, grid: 0x343a43,
    series: [
      0x7db8f0, 0xffa562, 0x79cf79, 0xff8f8f, 0xc3a6f5, 0x5fd3e3, 0xf39ad0, 0xd0a98a, 0xcdd163, 0xc2c7cf,
    ], heat: 0x9ecbff)

  /// How many steps of heat there are, 0 among them.
  static let heatSteps = 11

  /// The colour of a step of heat.
  package func heat(_ step: Int) -> Colour {
    ground.mixed(with: heat, share: Double(step) / Double(Self.heatSteps - 1))
  }

  /// The colour of text on a step of heat: black or white, whichever is told better from it.
  package func text(onHeat step: Int) -> Colour {
    let behind = heat(step)
    let (black, white): (Colour, Colour) = (0x000000, 0xffffff)
    return black.contrast(to: behind) >= white.contrast(to: behind) ? black : white
  }

  /// The rules of a style sheet by which drawings get these colours; drawings name classes alone.
  package func rules(under prefix: String) -> String {
    var rules = [
      ".ground{fill:\(ground)}", ".ink{fill:\(ink)}", ".muted{fill:\(muted)}", ".line{stroke:\(ink)}",
      ".axis{stroke:\(muted)}", ".grid{stroke:\(grid)}",
    ]
    for (index, colour) in series.enumerated() {
      rules += [".s\(index){stroke:\(colour)}", ".f\(index){fill:\(colour)}"]
    }
    for step in 0..<Self.heatSteps {
      rules += [".h\(step){fill:\(heat(step))}", ".t\(step){fill:\(text(onHeat: step))}"]
    }
    return rules.map { "\(prefix)\($0)" }.joined(separator: "\n")
  }
}

/// A colour of a screen (sRGB).
package struct Colour: Sendable, Equatable, ExpressibleByIntegerLiteral, CustomStringConvertible {
  /// Red, green and blue, from 0 to 255.
  let parts: [Double]

  package init(integerLiteral value: UInt32) {
    parts = [16, 8, 0].map { Double(value >> $0 & 0xff) }
  }

  private init(parts: [Double]) { self.parts = parts }

  package var description: String {
    "#" + parts.map { String(format: "%02x", Int($0.rounded())) }.joined()
  }

  /// A colour between two.
  func mixed(with other: Colour, share: Double) -> Colour {
    Colour(parts: zip(parts, other.parts).map { ($0 + ($1 - $0) * share).rounded() })
  }

  /// The ratio of the luminances, from 1 to 21 (WCAG 2.2).
  package func contrast(to other: Colour) -> Double {
    let both = [luminance, other.luminance].sorted()
    return (both[1] + 0.05) / (both[0] + 0.05)
  }

  private var luminance: Double {
    let linear = parts.map { part in
      let share = part / 255
      return share <= 0.04045 ? share / 12.92 : pow((share + 0.055) / 1.055, 2.4)
    }
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
  }
}
