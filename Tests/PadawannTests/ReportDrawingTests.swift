import Foundation
import Testing

@testable import Padawann

#if canImport(FoundationXML)
  import FoundationXML
#endif

/// The parts of a report's page: markup, colours, axes, charts, pictures.
@Suite struct ReportDrawingTests {
  // MARK: - markup

  @Test func textIsEscapedAndEveryElementEnds() {
    let markup = Markup.element(
      "p", ["title": "a\"<b"], [.text("1 < 2 & \u{1}\u{1b}[31m"), .element("br"), .element("span")])
    #expect(
      markup.rendered
        == "<p title=\"a&quot;&lt;b\">1 &lt; 2 &amp; \u{fffd}\u{fffd}[31m<br><span></span></p>")
  }

  // MARK: - colours

  @Test(arguments: [Palette.light, .dark])
  func everythingIsToldFromWhatIsBehindIt(palette: Palette) {
    for text in [palette.ink, palette.muted, palette.series[0]] {
      #expect(text.contrast(to: palette.ground) >= 4.5, "\(text)")
    }
    for line in palette.series { #expect(line.contrast(to: palette.ground) >= 3, "\(line)") }
    for step in 0..<Palette.heatSteps {
      #expect(palette.text(onHeat: step).contrast(to: palette.heat(step)) >= 4.5, "step \(step)")
    }
    #expect(Set(palette.series.map(\.description)).count == 10)
  }

  @Test func contrastIsThatOfTheGuidelines() {
    // WCAG 2.2: black and white have 21; #767676 is the lightest grey with 4.5 on white.
    #expect(abs(Colour(integerLiteral: 0).contrast(to: 0xffffff) - 21) < 1e-9)
    #expect(Colour(integerLiteral: 0x767676).contrast(to: 0xffffff) >= 4.5)
    #expect(Colour(integerLiteral: 0x777777).contrast(to: 0xffffff) < 4.5)
  }

  // MARK: - axes

  @Test(arguments: [
    ([0.0, 51], Quantity.count, ["0", "20", "40", "60"]),
    ([0.931, 0.9771], .share, ["93%", "94%", "95%", "96%", "97%", "98%"]),
    ([530_000, 1_199_648], .count, ["400k", "600k", "800k", "1.0M", "1.2M"]),
    ([1.1, 1.45], .number, ["1.1", "1.2", "1.3", "1.4", "1.5"]),
    ([-0.02, 0.03], .number, ["-0.02", "-0.01", "0.00", "0.01", "0.02", "0.03"]),
    ([7, 7, .infinity, .nan], .count, ["6", "7", "8"]),
    ([1e-300, 2e-300], .number, ["-0.6", "-0.4", "-0.2", "0.0", "0.2", "0.4", "0.6"]),
    ([-1.7e308, 1.7e308], .share, ["0%", "20%", "40%", "60%", "80%", "100%"]),
    ([1, 1], .share, ["50%", "60%", "70%", "80%", "90%", "100%"]),
  ])
  func ticksAreRound(values: [Double], quantity: Quantity, labels: [String]) {
    let axis = Axis(values, quantity)
    #expect(axis.ticks.map(\.label) == labels)
    #expect(values.allSatisfy { abs($0) > 1e300 || $0.isNaN || axis.range.contains($0) })
  }

  @Test func axisOfNothingIsOneAllTheSame() { #expect(Axis([], .number).range == 0...1) }

  // MARK: - charts

  private static func chart(_ points: [LineChart.Point]) -> LineChart {
    LineChart(
      name: "c", title: "T", caption: "", xTitle: "x", quantity: .number,
      curves: [.init(points: points, colour: "s0")])
  }

  /// The places of a curve's points.
  private static func path(_ figure: Figure) throws -> [[Double]] {
    let curve = try #require(figure.content.last?.rendered.firstMatch(of: #/ d="M([^"]*)"/#)?.1)
    return curve.split(separator: "L").map { $0.split(separator: " ").compactMap { Double($0) } }
  }

  @Test func aTitleThatIsTooLongIsShortenedInTheDrawingAlone() throws {
    var chart = Self.chart([.init(x: 0, y: 0), .init(x: 1, y: 5)])
    chart.title = "Accuracy by shared weight, 10letters:test,transpose,resize=16:bilinear,deskew"
    let figure = chart.figure
    let drawn = try #require(
      figure.content.map(\.rendered).first { $0.contains("Accuracy by shared weight") })
    #expect(drawn.contains("…<") && !drawn.contains("deskew"), "\(drawn)")
    #expect(figure.title == chart.title)
    #expect(Self.chart([.init(x: 0, y: 0)]).figure.content.contains { $0.rendered.contains(">T<") })
  }

  @Test func curveGoesThroughItsPoints() throws {
    let figure = Self.chart([.init(x: 0, y: 0), .init(x: 1, y: 5), .init(x: 2, y: 10)]).figure
    #expect(try Self.path(figure) == [[56, 240], [251, 135], [446, 30]])
  }

  @Test func curveStopsWhereANumberIsInfinite() throws {
    let figure = Self.chart(
      [.init(x: 0, y: 0), .init(x: 1, y: 1), .init(x: 2, y: .infinity), .init(x: 3, y: 1), .init(x: 4, y: 0)]
    ).figure
    let curve = try #require(figure.content.last?.rendered)
    #expect(curve.split(separator: "M").count == 3)
    #expect(!curve.contains("inf") && !curve.contains("nan"))
  }

  @Test func longCurvesAreThinnedAndKeepTheirEnds() throws {
    let points = (0..<4096).map { LineChart.Point(x: Double($0), y: Double($0 % 7)) }
    let path = try Self.path(Self.chart(points).figure)
    #expect((200...242).contains(path.count))
    #expect(path.first?[0] == 56)
    #expect(path.last?[0] == 446)
  }

  @Test func meanIsOfStepsThatAllRunsHave() {
    let curves = [[1.0, 2, 3], [3, 6]].map { run in
      run.enumerated().map { LineChart.Point(x: Double($0), y: $1) }
    }
    let spreads = CurveCharts.spreads(curves)
    #expect(spreads.map(\.x) == [0, 1])
    #expect(spreads.map(\.spread.mean) == [2, 4])
    #expect(spreads.map(\.spread.deviation) == [1.4142135623730951, 2.8284271247461903])
  }

  @Test func confusionHasEveryCountAndTheColourOfItsShare() {
    let map = HeatMap(
      name: "m", title: "T", caption: "C", counts: [[3, 1], [0, 1234]], classes: ["a", "b"]
    ).figure.content.map(\.rendered).joined()
    #expect(map.components(separatedBy: "<rect").count == 4)
    #expect(map.contains(/class="h8" x="40.8" y="62"/))
    for text in [/class="t8"[^>]*>3</, /class="t3"[^>]*>1</, /class="t10"[^>]*>1234</] {
      #expect(map.contains(text))
    }
    #expect(!map.contains(">0<"))
  }

  // MARK: - pictures

  @Test func pictureReadsBackAsPNG() throws {
    let grey = GreyPicture(width: 3, height: 2, channels: 1, pixels: [0, 1, 2, 253, 254, 255])
    let colour = GreyPicture(width: 1, height: 2, channels: 3, pixels: [1, 2, 3, 4, 5, 6])
    for picture in [grey, colour] {
      let place = try PicturePlace()
      try StoredFile.write(picture.png(), to: place.path)
      let read = try DatasetSpec.parse("\(place.folder.path)").load(from: DataFolder(path: "/nonexistent"))
      #expect(read.shape == Shape(channels: picture.channels, height: picture.height, width: picture.width))
      #expect(GreyPicture(read, 0) == picture)
    }
  }

  /// A folder with a class of one picture.
  private struct PicturePlace: ~Copyable {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "padawann-picture-\(UUID().uuidString)")
    var path: String { folder.appendingPathComponent("a/1.png").path }
    init() throws {
      try FileManager.default.createDirectory(
        at: folder.appendingPathComponent("a"), withIntermediateDirectories: true)
    }
    deinit { try? FileManager.default.removeItem(at: folder) }
  }

  @Test func maskIsDarkWhereEdgesAreLeft() throws {
    // Two outputs, two inputs, kernels of 1×2: the second output has nothing but its first input's second weight.
    let mask = Bitmask([true, true, true, true, false, true, false, false])
    let weights = try EdgeWeights(
      shape: [2, 2, 1, 2], mask: mask, values: .signs(Bitmask(repeating: false, count: 8)))
    let picture = MaskPicture(.init(index: 0, name: "conv", weights: weights, bias: nil))
    #expect(picture.picture.width == 4)
    #expect(picture.picture.pixels == [20, 20, 20, 20, 245, 20, 245, 245])
    #expect(picture.scale == "a pixel is an edge")
    #expect(picture.density == 5.0 / 8)
  }

  @Test func largeMaskIsAPictureOfShares() throws {
    var mask = Bitmask(repeating: false, count: 10 * 1000)
    for edge in 0..<1000 { mask[edge] = true }
    let weights = try EdgeWeights(
      shape: [10, 1000], mask: mask, values: .signs(Bitmask(repeating: false, count: 10_000)))
    let picture = MaskPicture(.init(index: 0, name: "fc", weights: weights, bias: nil))
    #expect(picture.block == (1, 4))
    #expect(
      picture.picture.pixels == [UInt8](repeating: 20, count: 250) + [UInt8](repeating: 245, count: 2250))
  }

  // MARK: - tables

  private static let table = ReportTable(
    name: "t", title: "A & B", note: "50% of $x_1$", columns: ["model", "accuracy", "edges", "p"],
    rows: [
      [
        .text("one_1, \"x\""), .init(content: .spread(93.67, deviation: 0.54, decimals: 2), isBest: true),
        .count(1_199_648), .text("< 1e-300"),
      ],
      [.text("two"), .number(7.5, 2), .count(nil), .number(nil, 2)],
    ])

  @Test func csvHasAllDigitsAndDeviationsOfTheirOwn() {
    #expect(
      String(decoding: Self.table.csv, as: UTF8.self).split(separator: "\n") == [
        "model,accuracy,\"accuracy, sd\",edges,p",
        "\"one_1, \"\"x\"\"\",93.67,0.54,1199648,< 1e-300", "two,7.5,,,",
      ])
  }

  @Test func latexHasColumnsOfNumbers() {
    let text = String(decoding: Self.table.latex, as: UTF8.self)
    #expect(text.contains("\\begin{tabular}{lS[table-format=2.2(2)]S[table-format=7.0]l}"))
    #expect(text.contains("\\caption{A \\& B. 50\\% of \\$x\\_1\\$}"))
    #expect(text.contains("one\\_1, \"x\" & \\bfseries 93.67(54) & 1199648 & \\textless{} 1e-300 \\\\"))
    #expect(text.contains("two & 7.50 & {--} & -- \\\\"))
  }

  @Test func htmlTableHasHeadersOfRowsAndColumns() {
    let text = Self.table.markup.rendered
    #expect(text.contains("<caption>A &amp; B</caption>"))
    #expect(text.components(separatedBy: "scope=\"col\"").count == 5)
    #expect(text.components(separatedBy: "scope=\"row\"").count == 3)
    #expect(text.contains("<td class=\"n best\">93.67 ± 0.54</td>"))
    #expect(text.contains("<td class=\"n\">1,199,648</td>"))
  }
}
