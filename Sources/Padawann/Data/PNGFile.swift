import Zlib

/// Writes pictures as PNG (ISO/IEC 15948): 8 bits per sample, grey where there are no colours, no filter, no gamma.
package enum PNGFile {
  /// The bytes of the file; they depend on the picture alone.
  ///
  /// - Throws: ``PadawannError`` `data` for a picture without pixels; `inputOutput` when there is no memory.
  package static func encoded(_ raster: Raster) throws(PadawannError) -> [UInt8] {
    guard raster.width > 0, raster.height > 0, raster.width <= 1 << 20, raster.height <= 1 << 20 else {
      throw PadawannError(.data, "a picture of \(raster.width)×\(raster.height) pixels cannot be written")
    }
    let isGrey = raster.isGrey
    let step = isGrey ? 3 : 1
    var rows: [UInt8] = []
    rows.reserveCapacity(raster.height * (raster.width * 3 / step + 1))
    for row in 0..<raster.height {
      // The number of the row's filter: none.
      rows.append(0)
      let start = row * raster.width * 3
      for place in stride(from: start, to: start + raster.width * 3, by: step) {
        rows.append(raster.samples[place])
      }
    }
    let pixels: [UInt8]
    do {
      pixels = try deflate(rows, .zlib)
    } catch {
      throw PadawannError(.inputOutput, "the picture cannot be compressed: there is no memory")
    }
    let header = bigEndian(raster.width) + bigEndian(raster.height) + [8, isGrey ? 0 : 2, 0, 0, 0]
    return [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a] + chunk("IHDR", header) + chunk("IDAT", pixels)
      + chunk("IEND", [])
  }

  private static func chunk(_ kind: String, _ content: [UInt8]) -> [UInt8] {
    let checked = Array(kind.utf8) + content
    return bigEndian(content.count) + checked + bigEndian(Int(crc32(checked[...])))
  }

  private static func bigEndian(_ number: Int) -> [UInt8] {
    stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
  }
}
