/// A tar archive in memory (POSIX ustar; pax headers are skipped). Only regular files are read.
struct TarArchive {
  private var files: [String: Range<Int>] = [:]
  private let bytes: [UInt8]

  /// Whether bytes begin like a tar archive.
  static func begins(_ bytes: [UInt8]) -> Bool {
    bytes.count >= 512 && bytes[257..<262].elementsEqual("ustar".utf8)
  }

  /// Reads all headers.
  ///
  /// - Throws: ``PadawannError`` `data` when a header's checksum or size is wrong, a name appears twice or the archive
  ///   does not end with zeros; `unsupported` for links and devices.
  init(_ bytes: [UInt8]) throws(PadawannError) {
    self.bytes = bytes
    var reader = ByteReader(bytes)
    while true {
      let place = "byte \(reader.position)"
      let header = try reader.take(512)
      if header.allSatisfy({ $0 == 0 }) { break }
      do { try append(header, &reader) } catch { throw error.inside(place) }
    }
    guard try reader.take(reader.remaining).allSatisfy({ $0 == 0 }) else {
      throw PadawannError(.data, "the tar archive has content after its end")
    }
  }

  private mutating func append(_ header: ArraySlice<UInt8>, _ reader: inout ByteReader) throws(PadawannError)
  {
    let start = header.startIndex
    // The checksum counts its own eight bytes as blanks.
    let sum = header.enumerated().reduce(0) { $0 + ((148..<156).contains($1.offset) ? 32 : Int($1.element)) }
    guard Self.octal(header[(start + 148)..<(start + 156)]) == sum else {
      throw PadawannError(.data, "a header of the tar archive is damaged")
    }
    guard let size = Self.octal(header[(start + 124)..<(start + 136)]), size <= reader.remaining else {
      throw PadawannError(
        .data, "a file of the tar archive has a wrong size; the archive is truncated or damaged")
    }
    let name = String(decoding: header[start..<(start + 100)].prefix { $0 != 0 }, as: UTF8.self)
    let begin = reader.position
    try reader.skip(size)
    try reader.skip(min(reader.remaining, (512 - size % 512) % 512))
    switch header[start + 156] {
    case 0, UInt8(ascii: "0"):
      guard files.updateValue(begin..<(begin + size), forKey: name) == nil else {
        throw PadawannError(.data, "two files of the tar archive have the same name")
      }
    case UInt8(ascii: "x"), UInt8(ascii: "g"), UInt8(ascii: "5"): break
    default: throw PadawannError(.unsupported, "the tar archive has a link or a device")
    }
  }

  /// The paths of all files, ascending.
  var paths: [String] { files.keys.sorted() }

  /// A reader of one file's content, whose offsets count from the archive's start.
  func file(_ name: String) throws(PadawannError) -> ByteReader {
    guard let range = files[name] else {
      throw PadawannError(.data, "the tar archive has no file named \(name)")
    }
    var reader = try ByteReader(bytes).part(at: range.lowerBound, count: range.count)
    try reader.move(to: range.lowerBound)
    return reader
  }

  /// Whether there is a file of this name.
  func has(_ name: String) -> Bool { files[name] != nil }

  private static func octal(_ field: ArraySlice<UInt8>) -> Int? {
    let digits = field.drop { $0 == 0x20 }.prefix { $0 != 0 && $0 != 0x20 }
    return digits.count > 12 ? nil : Int(String(decoding: digits, as: UTF8.self), radix: 8)
  }
}

extension TarArchive {
  /// The files whose last path component is one of `names`, by that component.
  ///
  /// - Throws: ``PadawannError`` `data` when one is not there.
  func files(named names: [String]) throws(PadawannError) -> [String: [UInt8]] {
    var found: [String: [UInt8]] = [:]
    for name in names {
      guard let path = paths.first(where: { $0.split(separator: "/").last.map(String.init) == name }) else {
        throw PadawannError(.data, "the archive has no file \(name)")
      }
      var reader = try file(path)
      found[name] = Array(try reader.take(reader.remaining))
    }
    return found
  }
}
