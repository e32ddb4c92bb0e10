import Foundation
package import Padawann

/// How a picture is shown on a terminal.
package enum TerminalGraphics: String, CaseIterable, Sendable {
  /// The graphics protocol of kitty, Ghostty, WezTerm and Konsole.
  case kitty
  /// DEC's sixels, which xterm, foot, mlterm and others show.
  case sixel
  /// Half blocks in 24-bit colours.
  case blocks
  /// Shades of grey as characters, without any control sequence.
  case shades

  /// The control sequences, or the lines, that show a picture.
  ///
  /// - Throws: ``PadawannError`` as ``PNGFile``.
  package func text(of raster: Raster) throws(PadawannError) -> String {
    switch self {
    case .kitty: Self.kittyText(Data(try PNGFile.encoded(raster)).base64EncodedString())
    case .sixel: SixelEncoder(raster).text
    case .blocks: Self.blocks(raster)
    case .shades: Self.shades(raster)
    }
  }

  /// The file in pieces of at most 4,096 characters.
  private static func kittyText(_ file: String) -> String {
    var rest = Substring(file)
    var text = ""
    var keys = "a=T,f=100,"
    repeat {
      let piece = rest.prefix(4096)
      rest = rest.dropFirst(4096)
      text += "\u{1B}_G\(keys)m=\(rest.isEmpty ? 0 : 1);\(piece)\u{1B}\\"
      keys = ""
    } while !rest.isEmpty
    return text
  }

  /// Two rows of pixels on a line: the upper as the colour of a half block, the lower as that behind it.
  private static func blocks(_ raster: Raster) -> String {
    stride(from: 0, to: raster.height, by: 2).map { row in
      (0..<raster.width).map { column in
        let (red, green, blue) = raster[row: row, column: column]
        let upper = "\u{1B}[38;2;\(red);\(green);\(blue)m"
        guard row + 1 < raster.height else { return "\(upper)▀" }
        let lower = raster[row: row + 1, column: column]
        return "\(upper)\u{1B}[48;2;\(lower.0);\(lower.1);\(lower.2)m▀"
      }.joined() + "\u{1B}[0m"
    }.joined(separator: "\n")
  }

  /// Two rows of pixels on a line, as their mean.
  private static func shades(_ raster: Raster) -> String {
    let characters = Array(" ░▒▓█")
    return stride(from: 0, to: raster.height, by: 2).map { row in
      String(
        (0..<raster.width).map { column in
          let rows = [row, min(row + 1, raster.height - 1)]
          let sum = rows.reduce(0) { sum, row in
            let (red, green, blue) = raster[row: row, column: column]
            return sum + Int(red) + Int(green) + Int(blue)
          }
          return characters[(sum * (characters.count - 1) + 765) / 1530]
        })
    }.joined(separator: "\n")
  }
}

/// A picture as sixels: bands of six rows, and in each band every colour once. Colours are those of a cube of 6×6×6, and
/// 38 greys for a picture without colours.
package struct SixelEncoder {
  private let raster: Raster
  private let isGrey: Bool
  private static let greys = 38

  package init(_ raster: Raster) {
    self.raster = raster
    isGrey = raster.isGrey
  }

  package var text: String {
    var text = "\u{1B}Pq\"1;1;\(raster.width);\(raster.height)"
    let used = Set((0..<raster.height).flatMap { row in (0..<raster.width).map { colour(row, $0) } }).sorted()
    for colour in used {
      text += "#\(colour);2;" + percentages(colour).map(String.init).joined(separator: ";")
    }
    for top in stride(from: 0, to: raster.height, by: 6) { text += band(top) }
    return text + "\u{1B}\\"
  }

  private func band(_ top: Int) -> String {
    let rows = top..<min(top + 6, raster.height)
    var bits: [Int: [UInt8]] = [:]
    for row in rows {
      for column in 0..<raster.width {
        bits[colour(row, column), default: [UInt8](repeating: 0, count: raster.width)][column] |=
          1 << (row - top)
      }
    }
    return bits.sorted { $0.key < $1.key }.map { "#\($0.key)" + Self.runs($0.value) }.joined(separator: "$")
      + "-"
  }

  /// Sixels, equal ones that follow each other as a number and one.
  private static func runs(_ sixels: [UInt8]) -> String {
    var text = ""
    var place = 0
    while place < sixels.count {
      let end = sixels[place...].firstIndex { $0 != sixels[place] } ?? sixels.count
      let character = String(UnicodeScalar(63 + sixels[place]))
      text +=
        end - place > 3 ? "!\(end - place)\(character)" : String(repeating: character, count: end - place)
      place = end
    }
    return text
  }

  private func colour(_ row: Int, _ column: Int) -> Int {
    let (red, green, blue) = raster[row: row, column: column]
    guard !isGrey else { return (Int(red) * (Self.greys - 1) + 127) / 255 }
    let steps = [red, green, blue].map { (Int($0) * 5 + 127) / 255 }
    return steps[0] * 36 + steps[1] * 6 + steps[2]
  }

  /// What a register's colour is made of, in percent.
  private func percentages(_ colour: Int) -> [Int] {
    guard !isGrey else { return [Int](repeating: colour * 100 / (Self.greys - 1), count: 3) }
    return [colour / 36, colour / 6 % 6, colour % 6].map { $0 * 20 }
  }
}
