import Zlib

/// Files that may be gzip-compressed, whatever their name says.
enum GzipFile {
  /// The largest content that is accepted, compressed or not.
  static let limit = 8 << 30

  /// Reads a whole file and inflates it when it starts as a gzip file does.
  ///
  /// - Throws: ``PadawannError`` with the path as its location.
  static func read(_ path: String, limit: Int = limit) throws(PadawannError) -> [UInt8] {
    let stored = try StoredFile.read(path, limit: limit)
    return try inflated(stored, limit: limit, at: path)
  }

  /// The content of gzip-compressed bytes; other bytes as they are.
  static func inflated(_ stored: [UInt8], limit: Int = limit, at path: String) throws(PadawannError)
    -> [UInt8]
  {
    guard stored.starts(with: [0x1f, 0x8b]) else { return stored }
    do {
      return try inflate(stored[...], .gzip, limit: limit)
    } catch {
      throw problem(error).inside(path)
    }
  }

  private static func problem(_ error: ZlibError) -> PadawannError {
    let remedy = "Get the file again"
    switch error {
    case .truncated:
      return PadawannError(.data, "the gzip file ends too early", remedy: remedy)
    case .corrupt(let reason):
      return PadawannError(.data, "the gzip file is damaged (\(reason))", remedy: remedy)
    case .tooLarge(let limit):
      return PadawannError(.data, "the gzip file inflates to more than \(limit) bytes")
    case .trailingBytes(let count):
      return PadawannError(.data, "\(count) bytes follow the end of the gzip data", remedy: remedy)
    case .unavailable(let code):
      return PadawannError(.inputOutput, "zlib has no memory (code \(code))")
    }
  }
}
