import Testing

@testable import Padawann

/// Versions of images.
@Suite struct AugmentationTests {
  private static func dataset(_ count: Int = 3, bytes: Bool = true) throws -> Dataset {
    let shape = Shape(channels: 2, height: 4, width: 5)
    let values = (0..<(count * shape.count)).map { UInt8($0 * 7 % 251) }
    return try Dataset(
      name: "some", shape: shape, pixels: bytes ? .bytes(values) : .floats(values.map { Float($0) }),
      labels: (0..<count).map { $0 % 2 }, classNames: ["a", "b"], normalisation: .none(divisor: 255))
  }

  private static func bytes(_ dataset: Dataset) -> [UInt8] {
    if case .bytes(let bytes) = dataset.pixels { bytes } else { [] }
  }

  @Test func theFirstVersionIsTheImageItself() throws {
    let dataset = try Self.dataset()
    let augmentation = Augmentation(shift: 2, mirrors: true, crop: 0.5, views: 4)
    #expect(try augmentation.view(0, of: dataset, seed: 1).pixels == dataset.pixels)
    #expect(try augmentation.view(4, of: dataset, seed: 1).pixels == dataset.pixels)
    #expect(try augmentation.view(1, of: dataset, seed: 1).pixels != dataset.pixels)
    #expect(try Augmentation().view(1, of: dataset, seed: 1).pixels == dataset.pixels)
  }

  /// Every version is one of all shifts, mirrored or not, with the edge repeated.
  @Test func shiftedAndMirroredAsByHand() throws {
    let dataset = try Self.dataset(20)
    let shape = dataset.shape
    let view = Self.bytes(try Augmentation(shift: 1, mirrors: true).view(3, of: dataset, seed: 5))
    let original = Self.bytes(dataset)
    var seen: Set<[Int]> = []
    for image in 0..<dataset.count {
      var matches: [[Int]] = []
      for down in -1...1 {
        for right in -1...1 {
          for mirror in 0...1 {
            var expected: [UInt8] = []
            for channel in 0..<2 {
              for row in 0..<4 {
                for column in 0..<5 {
                  let place = mirror == 1 ? 4 - column : column
                  let (y, x) = (min(max(row - down, 0), 3), min(max(place - right, 0), 4))
                  expected.append(original[((image * 2 + channel) * 4 + y) * 5 + x])
                }
              }
            }
            let range = (image * shape.count)..<((image + 1) * shape.count)
            if Array(view[range]) == expected { matches.append([down, right, mirror]) }
          }
        }
      }
      #expect(matches.count == 1)
      seen.formUnion(matches)
    }
    #expect(seen.count > 6)
  }

  @Test func croppedNumbersLieBetweenTheirNeighbours() throws {
    let augmentation = Augmentation(crop: 0.5)
    let floats = try Self.dataset(bytes: false)
    let view = try augmentation.view(1, of: floats, seed: 2)
    guard case .floats(let numbers) = view.pixels, case .floats(let before) = floats.pixels else {
      Issue.record("floats stay floats")
      return
    }
    #expect(numbers != before)
    let size = floats.shape.count
    for image in 0..<floats.count {
      let (old, new) = (
        before[(image * size)..<((image + 1) * size)], numbers[(image * size)..<((image + 1) * size)]
      )
      #expect((new.min() ?? 0) >= (old.min() ?? 1) && (new.max() ?? 1) <= (old.max() ?? 0))
    }
    // Bytes are the same numbers, rounded.
    let bytes = Self.bytes(try augmentation.view(1, of: Self.dataset(), seed: 2))
    #expect(zip(bytes, numbers).allSatisfy { abs(Float($0) - $1) <= 0.5 })
  }

  @Test func aVersionIsAFunctionOfItsKeys() throws {
    let augmentation = Augmentation(shift: 2, mirrors: true)
    let (few, many) = (try Self.dataset(3), try Self.dataset(9))
    let all = Self.bytes(try augmentation.view(2, of: many, seed: 1))
    #expect(Self.bytes(try augmentation.view(2, of: few, seed: 1)) == Array(all.prefix(3 * 40)))
    #expect(Self.bytes(try augmentation.view(2, of: many, seed: 2)) != all)
    #expect(Self.bytes(try augmentation.view(3, of: many, seed: 1)) != all)
  }

  @Test(arguments: [
    Augmentation(shift: -1), Augmentation(shift: 65), Augmentation(crop: 0), Augmentation(crop: 1.5),
    Augmentation(crop: .nan), Augmentation(views: 0),
  ])
  func whatMakesNoSenseIsRefused(_ augmentation: Augmentation) {
    #expect(throws: PadawannError.self) { try augmentation.validate() }
  }
}
