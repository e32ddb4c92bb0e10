/// How a camera was held: which way the stored rows and columns of a picture lie (EXIF 2.32, tag 0x0112).
///
/// Each case says how the stored picture lies.
public enum Orientation: Int, Sendable, CaseIterable {
  case upright = 1
  case mirrored = 2
  case upsideDown = 3
  case upsideDownMirrored = 4
  case transposed = 5
  case turnedLeft = 6
  case transverse = 7
  case turnedRight = 8

  /// Whether the stored rows are the columns of the picture.
  var exchangesAxes: Bool { rawValue >= 5 }

  /// How stored pixels are walked through to see them upright: the place of the first, and what is added to a place to get
  /// one row down and one column to the right.
  ///
  /// - Parameters:
  ///   - width: the stored number of columns.
  ///   - height: the stored number of rows.
  func walk(width: Int, height: Int) -> (first: Int, down: Int, right: Int) {
    let fromLastRow = [.upsideDown, .upsideDownMirrored, .turnedLeft, .transverse].contains(self)
    let fromLastColumn = [.mirrored, .upsideDown, .transverse, .turnedRight].contains(self)
    let first = (fromLastRow ? (height - 1) * width : 0) + (fromLastColumn ? width - 1 : 0)
    let (row, column) = (fromLastRow ? -width : width, fromLastColumn ? -1 : 1)
    return exchangesAxes ? (first, column, row) : (first, row, column)
  }

  /// The orientation that a picture file states; upright where it states none, or none that makes sense, because what is not
  /// a picture's samples must not make it unreadable.
  init(of kind: PictureKind, _ file: [UInt8]) {
    let block = kind == .jpeg ? Self.jpegBlock(file) : kind == .png ? Self.pngBlock(file) : nil
    self = block.flatMap { Self.stated(in: $0) } ?? .upright
  }

  /// The EXIF block of a JPEG file: the first segment APP1 that begins with `Exif`, before the first scan.
  private static func jpegBlock(_ file: [UInt8]) -> ArraySlice<UInt8>? {
    var position = 2
    while let marker = nextMarker(file, &position), marker != 0xda, marker != 0xd9 {
      // Markers without a segment.
      if marker == 1 || (0xd0...0xd8).contains(marker) { continue }
      guard let length = number(file[...], position, 2, bigEndian: true), length >= 2,
        length <= file.count - position
      else { return nil }
      let content = file[(position + 2)..<(position + length)]
      if marker == 0xe1, content.starts(with: Array("Exif".utf8) + [0, 0]) { return content.dropFirst(6) }
      position += length
    }
    return nil
  }

  /// The byte after the next run of 0xff; anything between two segments is passed over.
  private static func nextMarker(_ file: [UInt8], _ position: inout Int) -> UInt8? {
    while position < file.count, file[position] != 0xff { position += 1 }
    while position < file.count, file[position] == 0xff { position += 1 }
    guard position < file.count else { return nil }
    position += 1
    return file[position - 1]
  }

  /// The EXIF block of a PNG file: the first chunk `eXIf`.
  private static func pngBlock(_ file: [UInt8]) -> ArraySlice<UInt8>? {
    var position = 8
    while let length = number(file[...], position, 4, bigEndian: true), length <= file.count - position - 12 {
      let name = file[(position + 4)..<(position + 8)]
      if name.elementsEqual("eXIf".utf8) { return file[(position + 8)..<(position + 8 + length)] }
      position += length + 12
    }
    return nil
  }

  /// The orientation in the first directory of a TIFF structure.
  private static func stated(in block: ArraySlice<UInt8>) -> Orientation? {
    let bigEndian: Bool
    switch Array(block.prefix(4)) {
    case [0x49, 0x49, 0x2a, 0]: bigEndian = false
    case [0x4d, 0x4d, 0, 0x2a]: bigEndian = true
    default: return nil
    }
    guard let directory = number(block, 4, 4, bigEndian: bigEndian),
      let count = number(block, directory, 2, bigEndian: bigEndian)
    else { return nil }
    for entry in 0..<count {
      let place = directory + 2 + 12 * entry
      guard let tag = number(block, place, 2, bigEndian: bigEndian) else { return nil }
      guard tag == 0x0112 else { continue }
      guard let type = number(block, place + 2, 2, bigEndian: bigEndian), type == 3 || type == 4 else {
        return nil
      }
      let value = number(block, place + 8, type == 3 ? 2 : 4, bigEndian: bigEndian)
      return value.flatMap { Orientation(rawValue: $0) }
    }
    return nil
  }

  /// An unsigned number of `size` bytes at an offset from the start of the bytes; `nil` where it is not inside.
  private static func number(_ bytes: ArraySlice<UInt8>, _ offset: Int, _ size: Int, bigEndian: Bool) -> Int?
  {
    guard offset >= 0, offset <= bytes.count - size else { return nil }
    let field = bytes.dropFirst(offset).prefix(size)
    return (bigEndian ? Array(field) : field.reversed()).reduce(0) { $0 << 8 | Int($1) }
  }
}
