import Foundation
import Testing

@testable import Padawann

@Suite("Datasets: changes in real numbers")
struct RealChangesTests {
  #if DEBUG
    private static let isFast = false
  #else
    private static let isFast = true
  #endif

  struct Golden: Decodable {
    let rows: Int
    let columns: Int
    let pixels: [Double]
    let newRows: Int
    let newColumns: Int
    let resized: [Double]
    let deskewed: [Double]
  }

  /// To the last bits of `Double`: OpenCV fuses multiplications with additions or does not, as the processor has it.
  @Test("numbers are OpenCV's")
  func openCV() throws {
    let url = try #require(Bundle.module.url(forResource: "Goldens/pictures/opencv", withExtension: "json"))
    let goldens = try JSONDecoder().decode([Golden].self, from: Data(contentsOf: url))
    #expect(goldens.count == 5)
    for golden in goldens {
      var plane = RealPlane(
        width: golden.columns, height: golden.rows, samples: golden.pixels.map { $0 / 255 })
      plane.resize(
        by: ResizeTaps(
          from: PictureSize(width: golden.columns, height: golden.rows),
          to: PictureSize(width: golden.newColumns, height: golden.newRows)))
      #expect(zip(plane.samples, golden.resized).allSatisfy { abs($0 - $1) < 1e-15 })
      plane.deskew()
      #expect(plane.samples.count == golden.deskewed.count)
      #expect(zip(plane.samples, golden.deskewed).allSatisfy { abs($0 - $1) < 1e-15 })
    }
    #expect(goldens.contains { $0.deskewed != $0.resized })
  }

  private func digest(_ spec: String) throws -> String {
    try DatasetSpec.parse(spec).load(from: SharedFiles.data).digest.description
  }

  /// SHA-256 of what numpy and OpenCV make of the same files; see Goldens/pictures/opencv.py.
  @Test(.enabled(if: SharedFiles.have("data/mnist"), SharedFiles.skipped))
  func someDigitsAreThoseOfOpenCV() throws {
    #expect(
      try digest("mnist:test,first=300,resize=16:bilinear,deskew")
        == "d69c1eecf2d299c5fda92deba6befdcff570a64e5d0c49535516988859324cf1")
  }

  @Test(
    .enabled(
      if: isFast && SharedFiles.have("data/mnist", "data/emnist-letters"),
      "skipped: ../shared is not there, or this is a debug build"))
  func allDigitsAndLettersAreThoseOfOpenCV() throws {
    let options = "resize=16:bilinear,deskew"
    #expect(
      try digest("mnist:test,\(options)")
        == "85656fbc32e94094f90b21f05708ea5c1fbb9736d84b60950a4dfde34c9aac77")
    #expect(
      try digest("mnist:train,\(options)")
        == "643a712f3c1d9eea2c3914fc62c2edb50b2ab29943ed6b105d8d75bdc66592ab")
    #expect(
      try digest("10letters:test,transpose,\(options)")
        == "18df2041eaf586984765e378b1e12e19f5c19d0313f913e2cc96b6a294607a8e")
  }

  @Test("they come after the other changes, are taken as 0 to 1, and real numbers as they are")
  func order() throws {
    let images = LabelledImages(
      shape: Shape(channels: 1, height: 2, width: 4), pixels: .bytes([0, 51, 102, 255, 0, 0, 0, 0]),
      labels: [0])
    var changed = images
    var changes = RealChanges()
    try changed.change(by: changes)
    #expect(changed.pixels == images.pixels)
    changes.resize = PictureSize(width: 2, height: 2)
    try changed.change(by: changes)
    #expect(changed.shape == Shape(channels: 1, height: 2, width: 2))
    #expect(changed.pixels == .floats([0.1, 0.7, 0, 0]))
    #expect(changed.pixels.scale == .unit)
    var real = LabelledImages(shape: images.shape, pixels: .floats([0, 2, 4, 5, 0, 0, 0, 0]), labels: [0])
    try real.change(by: changes)
    #expect(real.pixels == .floats([1, 4.5, 0, 0]))
  }

  @Test("each channel is treated on its own, and nothing is drawn in from its neighbour")
  func channels() throws {
    let slanted: [UInt8] = (0..<5).flatMap { row in (0..<5).map { $0 + row == 4 ? 255 : 0 } }
    let empty = [UInt8](repeating: 0, count: 25)
    var both = LabelledImages(
      shape: Shape(channels: 2, height: 5, width: 5), pixels: .bytes(empty + slanted), labels: [0])
    var one = LabelledImages(
      shape: Shape(channels: 1, height: 5, width: 5), pixels: .bytes(slanted), labels: [0])
    var changes = RealChanges()
    changes.deskew = true
    try both.change(by: changes)
    try one.change(by: changes)
    guard case .floats(let two) = both.pixels, case .floats(let alone) = one.pixels else {
      Issue.record("real numbers were expected")
      return
    }
    #expect(two == [Float](repeating: 0, count: 25) + alone)
    // The slanted stroke stands upright now.
    let columns = (0..<5).map { column in (0..<5).reduce(Float(0)) { $0 + alone[$1 * 5 + column] } }
    #expect(columns.max() == 5 || columns.sorted().suffix(2).reduce(0, +) > 3.9)
  }

  @Test("too many images for memory are refused before they are made")
  func limit() throws {
    var images = LabelledImages(
      shape: Shape(channels: 1, height: 1, width: 1), pixels: .bytes([0]), labels: [0])
    var changes = RealChanges()
    changes.resize = PictureSize(width: 65_536, height: 65_536)
    #expect(throws: PadawannError.self) { try images.change(by: changes) }
    #expect(images.shape.count == 1)
  }
}
