import Testing

@testable import Padawann

@Suite struct PixelScaleTests {
  @Test func numbersTellTheirScale() {
    #expect(Pixels.bytes([0, 1]).scale == .bytes)
    #expect(Pixels.floats([0, 0.5, 1]).scale == .unit)
    #expect(Pixels.floats([0, 1]).scale == .unit)
    #expect(Pixels.floats([0, 3, 255]).scale == .bytes)
    #expect(Pixels.floats([0, 0.5, 2]).scale == .other)
    #expect(Pixels.floats([-0.1, 1]).scale == .other)
    #expect(Pixels.floats([0, 256]).scale == .other)
  }

  /// The same picture as bytes, as bytes divided by 255, and as whole real numbers.
  @Test(arguments: [
    "", ",normalise=none", ",normalise=raw", ",normalise=mnist", ",normalise=0.5/0.25", ",normalise=own",
  ])
  func aPictureGivesTheSameInputsInEveryForm(options: String) throws {
    let bytes = (0..<784).map { UInt8(truncatingIfNeeded: $0 * 7) }
    let folder = try TemporaryFolder()
    var inputs: [[Float]] = []
    for (name, image) in [
      ("bytes", try NumPyArray(shape: [1, 28, 28], bytes: bytes)),
      ("unit", try NumPyArray(shape: [1, 28, 28], floats: bytes.map { Float($0) / 255 })),
      ("whole", try NumPyArray(shape: [1, 28, 28], floats: bytes.map(Float.init))),
    ] {
      let path = try folder.write(
        NumPyArchive.file(of: [
          .init(name: "images", array: image),
          .init(name: "labels", array: try .init(shape: [1], integers: [0])),
        ]), to: "\(name).npz")
      inputs.append(try DataFixture.load(path + options).input(0))
    }
    for other in inputs.dropFirst() {
      for (first, second) in zip(inputs[0], other) {
        #expect(abs(first - second) <= 1e-4 * max(1, abs(first)))
      }
    }
  }

  @Test func aModelSaysHowPicturesAreRead() throws {
    let stated = Normalisation(mean: [0.5], deviation: [0.25])
    let folder = DataFolder(path: "nowhere")
    let spec = try DatasetSpec.parse("strokes:test,per-class=1")
    #expect(try spec.load(from: folder).normalisation == .mnist)
    #expect(try spec.load(from: folder, normalisedAs: stated).normalisation == stated)
    let told = try DatasetSpec.parse("strokes:test,per-class=1,normalise=none")
    #expect(try told.load(from: folder, normalisedAs: stated).normalisation == .none(divisor: 255))
    #expect(stated.adapted(to: .unit) == Normalisation(divisor: 1, mean: [0.5], deviation: [0.25]))
    #expect(stated.adapted(to: .other) == .none(divisor: 1))
  }
}
