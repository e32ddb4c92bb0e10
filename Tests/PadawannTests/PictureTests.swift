import Foundation
import Padawann
import Testing

/// PNG and JPEG files against Pillow.
@Suite struct PictureTests {
  static let goldens = Result { try PictureGoldens() }

  @Test(arguments: try goldens.get().cases)
  func agreesWithPillow(golden: PictureGoldens.Case) throws {
    let image = try DatasetSpec.picture(golden.options).picture(decoding: golden.file)
    #expect([image.shape.channels, image.shape.height, image.shape.width] == golden.shape)
    #expect(image.pixels == .bytes(golden.samples))
  }

  @Test func goldensHaveEveryKind() throws {
    let names = try Set(Self.goldens.get().cases.map(\.name))
    for kind in ["grey 1 interlaced", "palette and opacity 2", "RGB and opacity 16", "JPEG orientation 8"] {
      #expect(names.contains(kind))
    }
    #expect(names.count > 80)
  }

  @Test func refusesOtherKindsByName() throws {
    let names = [
      "GIF": "GIF", "WEBP": "WebP", "BMP": "BMP", "TIFF": "TIFF", "JPEG2000": "JPEG 2000", "AVIF": "AVIF",
      "CMYK": "CMYK",
    ]
    let refused = try Self.goldens.get().refused
    #expect(refused.count == names.count)
    let folder = try TemporaryFolder()
    for (name, file) in refused {
      let error = try #require(DataFixture.error { try DatasetSpec.picture("").picture(decoding: file) })
      #expect(error.kind == .unsupported)
      #expect(error.message.contains(try #require(names[name])), "\(error)")
      #expect(error.remedy?.contains("magick") == true)
      // As a dataset, a file is told by its content too, and not taken for a table.
      let path = try folder.write(file, to: "\(name).csv")
      #expect(try PictureFile.isPicture(path))
      let whole = try #require(DataFixture.error { try DataFixture.load(path) })
      #expect(name == "CMYK" ? whole.kind == .usage : whole.kind == .unsupported, "\(whole)")
    }
  }

  @Test(arguments: ["BMI,age\n1,2\n", "", "B", "RIFF", "\u{89}PNG", "P5 1 1 255 x"])
  func takesNothingElseForAPicture(text: String) throws {
    let error = try #require(
      DataFixture.error { try DatasetSpec.picture("").picture(decoding: Array(text.utf8)) })
    #expect(error.kind == .data)
    #expect(error.message == "this is no picture")
  }

  /// A part of a picture is none: no decoder may fill it up.
  @Test(arguments: [
    "RGB 8", "palette and opacity 4 interlaced", "JPEG default", "JPEG progressive", "JPEG 1x1",
  ])
  func refusesEveryTruncation(name: String) throws {
    let file = try Self.goldens.get().file(name)
    let spec = try DatasetSpec.picture("")
    for count in 0..<file.count {
      let error = DataFixture.error { try spec.picture(decoding: Array(file[..<count])) }
      #expect(error?.kind == .data, "\(count) of \(file.count) bytes: \(String(describing: error))")
    }
  }

  /// PNG has checksums, so that no damage passes.
  @Test(arguments: ["grey 8", "palette and opacity 4 interlaced", "PNG orientation 5"])
  func refusesEveryChangedByteOfPNG(name: String) throws {
    let file = try Self.goldens.get().file(name)
    let spec = try DatasetSpec.picture("")
    for place in file.indices {
      for change: UInt8 in [0x01, 0x80, 0xff] {
        var damaged = file
        damaged[place] ^= change
        let error = DataFixture.error { try spec.picture(decoding: damaged) }
        #expect(error?.kind == .data || error?.kind == .unsupported, "byte \(place)")
      }
    }
  }

  /// JPEG has none: what still makes sense is another picture, and everything else an error.
  @Test(arguments: ["JPEG default", "JPEG progressive", "JPEG restarts", "JPEG orientation 6", "JPEG grey"])
  func survivesEveryChangedByteOfJPEG(name: String) throws {
    let file = try Self.goldens.get().file(name)
    let spec = try DatasetSpec.picture("")
    var errors = 0
    for place in file.indices {
      for change: UInt8 in [0x01, 0x10, 0x80, 0xff] {
        var damaged = file
        damaged[place] ^= change
        do {
          let image = try spec.picture(decoding: damaged)
          #expect(image.pixels.count == image.shape.count)
        } catch {
          #expect(error.kind == .data || error.kind == .unsupported)
          errors += 1
        }
      }
    }
    #expect(errors > 100)
  }

  @Test func refusesSizesBeforeMemoryIsTaken() throws {
    let spec = try DatasetSpec.picture("")
    for (width, height) in [(1 << 20, 1 << 20), (0x7fff_ffff, 0x7fff_ffff), (20_000, 20_000)] {
      let file = PictureFixture.header(width: width, height: height)
      let error = try #require(DataFixture.error { try spec.picture(decoding: file) })
      #expect(error.kind == .data)
      #expect(error.message.contains("\(width)×\(height) pixels"), "\(error)")
    }
    var jpeg = try Self.goldens.get().file("JPEG default")
    let frame = try #require(jpeg.indices.first { jpeg[$0...].starts(with: [0xff, 0xc0]) })
    jpeg.replaceSubrange((frame + 5)..<(frame + 9), with: [0xff, 0xdc, 0xff, 0xdc])
    let error = try #require(DataFixture.error { try spec.picture(decoding: jpeg) })
    #expect(error.message.contains("65500×65500"), "\(error)")
  }

  /// Every scan goes through all pixels, so that a small file with thousands of them would take for ever;
  /// `Goldens/pictures/many_scans.py` makes it.
  @Test func refusesThousandsOfScans() throws {
    let file = try Fixtures.bytes("pictures/many-scans.jpg")
    let error = try #require(DataFixture.error { try DatasetSpec.picture("").picture(decoding: file) })
    #expect(error.kind == .data)
    #expect(error.message.contains("too many scans"), "\(error)")
  }

  @Test func readsPicturesWithBytesBehindThem() throws {
    for name in ["RGB 8", "JPEG default"] {
      let file = try Self.goldens.get().file(name)
      let spec = try DatasetSpec.picture("")
      let plain = try spec.picture(decoding: file)
      #expect(try spec.picture(decoding: file + [1, 2, 3]).pixels == plain.pixels)
    }
  }

  @Test func readsAFileThatIsCompressed() throws {
    let file = try Self.goldens.get().file("RGB 8")
    let path = try TemporaryFolder().path + ".png.gz"
    try StoredFile.write(DataFixture.gzip(file), to: path)
    defer { try? FileManager.default.removeItem(atPath: path) }
    let spec = try DatasetSpec.picture("")
    #expect(try spec.picture(at: path).pixels == spec.picture(decoding: file).pixels)
    let error = try #require(DataFixture.error { try spec.picture(at: "/nowhere/a.png") })
    #expect(error.kind == .missing)
  }

  @Test func refusesToCutOutMoreThanThereIs() throws {
    let file = try Self.goldens.get().file("RGB 8")
    let error = try #require(
      DataFixture.error { try DatasetSpec.picture("crop=14x9").picture(decoding: file) })
    #expect(error.kind == .usage)
    #expect(error.message == "14×9 cannot be cut out of 13×9")
    let large = try #require(
      DataFixture.error { try DatasetSpec.picture("resize=65536").picture(decoding: file) })
    #expect(large.kind == .usage)
  }
}
