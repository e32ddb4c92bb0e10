import Padawann
import Testing
import Zlib

/// The pictures of `Goldens/pictures/make.py`, with the images that Pillow makes of them.
struct PictureGoldens: Sendable {
  /// A picture, options, and what has to come of it.
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    let options: String
    let file: [UInt8]
    let shape: [Int]
    let samples: [UInt8]
    var testDescription: String { options.isEmpty ? name : "\(name),\(options)" }
  }

  let cases: [Case]
  /// Pictures of kinds that are not read, by name.
  let refused: [(name: String, file: [UInt8])]

  init() throws {
    let archive = try NumPyArchive(Fixtures.bytes("pictures/pictures.npz"))
    cases = try archive.names.compactMap { name in
      let parts = name.split(separator: "|", omittingEmptySubsequences: false).map(String.init)
      guard parts.count == 2 else { return nil }
      let image = try archive.array(name)
      return try Case(
        name: parts[0], options: parts[1], file: archive.array("\(parts[0]).file").bytes, shape: image.shape,
        samples: image.bytes)
    }
    refused = try archive.names.filter { $0.hasSuffix(".refused") }.map { name in
      (String(name.dropLast(".refused".count)), try archive.array(name).bytes)
    }
  }

  /// The bytes of a picture.
  func file(_ name: String) throws -> [UInt8] {
    guard let found = cases.first(where: { $0.name == name }) else {
      throw PadawannError(.missing, "there is no golden", at: name)
    }
    return found.file
  }
}

extension DatasetSpec {
  /// A spec of some picture with options.
  static func picture(_ options: String) throws -> DatasetSpec {
    try DatasetSpec.parse("./picture.png" + (options.isEmpty ? "" : ",\(options)"))
  }
}

/// Makes small grey and coloured PNG files.
enum PictureFixture {
  /// A PNG file without compression.
  ///
  /// - Parameter samples: rows of pixels, whose channels are side by side.
  static func png(width: Int, height: Int, channels: Int, _ samples: [UInt8]) throws -> [UInt8] {
    var rows: [UInt8] = []
    for row in 0..<height {
      rows.append(0)
      rows += samples[(row * width * channels)..<((row + 1) * width * channels)]
    }
    let colour: UInt8 = [1: 0, 2: 4, 3: 2, 4: 6][channels] ?? 0
    let header = number(width) + number(height) + [8, colour, 0, 0, 0]
    let content = try deflate(rows, .zlib)
    return signature + chunk("IHDR", header) + chunk("IDAT", content) + chunk("IEND", [])
  }

  /// A grey PNG file of one value.
  static func grey(_ value: UInt8, width: Int = 4, height: Int = 4) throws -> [UInt8] {
    try png(
      width: width, height: height, channels: 1, [UInt8](repeating: value, count: width * height))
  }

  /// A PNG header that announces a size, and nothing else.
  static func header(width: Int, height: Int) -> [UInt8] {
    let header = number(width) + number(height) + [8, 2, 0, 0, 0]
    return signature + chunk("IHDR", header) + chunk("IDAT", [])
  }

  private static let signature: [UInt8] = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]

  private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
    let body = Array(name.utf8) + content
    return number(content.count) + body + number(Int(crc(body)))
  }

  private static func number(_ value: Int) -> [UInt8] {
    (0..<4).map { UInt8(truncatingIfNeeded: value >> (24 - 8 * $0)) }
  }

  private static func crc(_ bytes: [UInt8]) -> UInt32 {
    var sum = UInt32.max
    for byte in bytes {
      sum ^= UInt32(byte)
      for _ in 0..<8 {
        let isOdd = sum & 1 == 1
        sum >>= 1
        if isOdd { sum ^= 0xedb8_8320 }
      }
    }
    return ~sum
  }
}
