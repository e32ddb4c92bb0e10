import Foundation
import Padawann
import PadawannCLI
import Testing

/// Examples of a dataset as a picture.
@Suite struct GridTests {
  /// A picture of colours, or of greys, in which every pixel is another one.
  private func raster(width: Int, height: Int, isGrey: Bool) -> Raster {
    var raster = Raster(width: width, height: height, grey: 0)
    for row in 0..<height {
      for column in 0..<width {
        let shade = UInt8((row * width + column) * 255 / (width * height))
        raster[row: row, column: column] =
          isGrey ? (shade, shade, shade) : (UInt8(255 * row / height), UInt8(255 * column / width), shade)
      }
    }
    return raster
  }

  @Test func aFileHasTheImagesInRowsOfTheirClasses() throws {
    let place = try Workplace()
    let report = try place.run(
      "data show strokes:test,per-class=3,classes=0-1 --grid --columns 2 -o grid.png --json"
    ).check().json()
    let picture = try #require(report["picture"] as? [String: Any])
    #expect(picture["rows"] as? Int == 2 && picture["columns"] as? Int == 2)
    #expect(picture["width"] as? Int == 2 * 56 + 2 && picture["height"] as? Int == 2 * 56 + 2)
    #expect(try place.bytes("grid.png").count == picture["bytes"] as? Int)
    try FileManager.default.createDirectory(
      at: place.folder.appendingPathComponent("all/one"), withIntermediateDirectories: true)
    try place.write(place.bytes("grid.png"), to: "all/one/grid.png")
    let data = DataFolder(path: "nowhere")
    let read = try DatasetSpec.parse("\(place.folder.path)/all/").load(from: data)
    let images = try DatasetSpec.parse("strokes:test,per-class=3,classes=0-1").load(from: data)
    guard case .bytes(let pixels) = read.pixels, case .bytes(let samples) = images.pixels else {
      Issue.record("no bytes")
      return
    }
    #expect(read.shape == Shape(channels: 1, height: 114, width: 114))
    for row in 0..<114 {
      for column in 0..<114 {
        let isGap = [56, 57].contains(row) || [56, 57].contains(column)
        // The first images of both classes, each pixel as a square of 2×2.
        let image = images.labels.indices.filter { images.labels[$0] == (row < 56 ? 0 : 1) }[
          column < 56 ? 0 : 1]
        let place = image * 784 + row % 58 / 2 * 28 + column % 58 / 2
        let expected = isGap ? 128 : samples[place]
        guard pixels[row * 114 + column] == expected else {
          Issue.record("row \(row), column \(column): \(pixels[row * 114 + column]), not \(expected)")
          return
        }
      }
    }
  }

  @Test func coloursAreKept() throws {
    let raster = raster(width: 9, height: 7, isGrey: false)
    let place = try Workplace()
    try place.write(Data(PNGFile.encoded(raster)), to: "all/one/picture.png")
    let read = try DatasetSpec.parse("\(place.folder.path)/all/").load(from: DataFolder(path: "nowhere"))
    #expect(read.shape == Shape(channels: 3, height: 7, width: 9))
    let planes = (0..<3).flatMap { channel in
      stride(from: channel, to: raster.samples.count, by: 3).map { raster.samples[$0] }
    }
    #expect(read.pixels == .bytes(planes))
    #expect(throws: PadawannError.self) { try PNGFile.encoded(Raster(width: 0, height: 3, grey: 0)) }
  }

  @Test(arguments: [false, true])
  func sixelsAreThePicture(isGrey: Bool) throws {
    let raster = raster(width: 23, height: 17, isGrey: isGrey)
    let shown = try Sixels(SixelEncoder(raster).text)
    #expect(shown.pixels.count == 17 && shown.pixels.allSatisfy { $0.count == 23 })
    for row in 0..<17 {
      for column in 0..<23 {
        let (red, green, blue) = raster[row: row, column: column]
        let percentages = try #require(shown.pixels[row][column])
        for (percent, sample) in zip(percentages, [red, green, blue]) {
          // Half a step of the cube, or of the greys, and of the rounding to percent.
          #expect(abs(Double(percent) - Double(sample) / 2.55) <= (isGrey ? 2.4 : 10.2))
        }
      }
    }
  }

  @Test func kittyGetsTheFileInPieces() throws {
    let raster = raster(width: 90, height: 80, isGrey: false)
    let pieces = try TerminalGraphics.kitty.text(of: raster).components(separatedBy: "\u{1B}\\").dropLast()
    #expect(pieces.count > 1)
    let contents = try pieces.map { try #require($0.split(separator: ";").last) }
    #expect(contents.allSatisfy { $0.count <= 4096 })
    #expect(pieces.map { $0.contains("m=0;") } == pieces.indices.map { $0 == pieces.count - 1 })
    #expect(Data(base64Encoded: contents.joined()) == Data(try PNGFile.encoded(raster)))
  }

  @Test func theTerminalSaysWhatItCanDo() {
    let kitty = "\u{1B}_Gi=31;OK\u{1B}\\\u{1B}[?62;c"
    #expect(TerminalQuery.graphics(answer: kitty) == .kitty)
    #expect(TerminalQuery.graphics(answer: "\u{1B}[?62;4;22c") == .sixel)
    for other in ["", "\u{1B}[?62;22c", "\u{1B}[?64c", "\u{1B}_Gi=31;ENOTSUP\u{1B}\\\u{1B}[?6c"] {
      #expect(TerminalQuery.graphics(answer: other) == .blocks)
    }
  }

  @Test func withoutATerminalThereAreNoControlSequences() throws {
    let place = try Workplace()
    let drawn = try place.run("data show strokes:test,per-class=9 --grid").check().output
    #expect(!drawn.contains("\u{1B}") && drawn.contains("█"))
    // 80 characters have room for 5 images of 14 and the gaps between them; 10 classes of 7 lines and 9 gaps of 1.
    let lines = drawn.split(separator: "\n").filter { $0.contains("█") || $0.contains("▒") }
    #expect(lines.allSatisfy { $0.count == 5 * 14 + 4 * 2 } && lines.count == 79)
    let coloured = try place.run("data show strokes:test,per-class=1 --grid --graphics blocks").check().output
    #expect(coloured.contains("\u{1B}[48;2;"))
  }

  @Test func whatCannotBeDrawnIsRefused() throws {
    let place = try Workplace()
    for (options, text) in [
      ("--output a.png", "belong to --grid"), ("--grid --json", "give --output too"),
      ("--grid --output a.png --graphics sixel", "give one of --output and --graphics"),
      ("--grid --columns 0", "a row of 0 images"),
    ] {
      let outcome = try place.run("data show strokes:test,per-class=1 \(options)")
      #expect(outcome.code == 64 && outcome.errors.contains(text), "\(options): \(outcome.errors)")
    }
    let nowhere = try place.run("data show strokes:test,per-class=1 --grid -o nowhere/a.png")
    #expect(nowhere.code == 73)
  }
}

/// A picture of sixels as a terminal draws it: the percentages of every pixel's colour.
private struct Sixels {
  private(set) var pixels: [[[Int]?]] = []

  init(_ text: String) throws {
    let match = try #require(text.wholeMatch(of: /\u{1B}Pq"1;1;(\d+);(\d+)(.*)\u{1B}\\/))
    let (width, height) = (try #require(Int(match.1)), try #require(Int(match.2)))
    pixels = [[[Int]?]](repeating: [[Int]?](repeating: nil, count: width), count: height)
    var colours: [Int: [Int]] = [:]
    var (top, column, colour) = (0, 0, 0)
    for token in match.3.matches(of: /#(\d+);2;(\d+);(\d+);(\d+)|#(\d+)|!(\d+)([?-~])|([?-~])|(\$)|(-)/) {
      let output = token.output
      if let number = output.1.flatMap({ Int($0) }) {
        colours[number] = [output.2, output.3, output.4].compactMap { $0.flatMap { Int($0) } }
      } else if let number = output.5.flatMap({ Int($0) }) {
        colour = number
      } else if output.9 != nil {
        column = 0
      } else if output.10 != nil {
        (column, top) = (0, top + 6)
      } else {
        let count = output.6.flatMap { Int($0) } ?? 1
        let bits = try #require((output.7 ?? output.8)?.utf8.first) - 63
        for place in column..<(column + count) {
          for bit in 0..<6 where bits >> UInt8(bit) & 1 == 1 { pixels[top + bit][place] = colours[colour] }
        }
        column += count
      }
    }
  }
}
