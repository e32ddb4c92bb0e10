import Zlib

/// Files that may be gzip-compressed, whatever their name says.
enum GzipFile {
  private static let magic: [UInt8] = [0x1f, 0x8b]

  /// Reads a whole file and inflates it when it starts as a gzip file does.
  ///
  /// - Parameter limit: the largest content that is accepted, compressed or not; see also ``ExpansionBudget``.
  /// - Throws: ``PadawannError`` with the path as its location.
  static func read(_ path: String, limit: Int = ExpansionBudget.most) throws(PadawannError) -> [UInt8] {
    let stored = try StoredFile.read(path, limit: limit)
    do { return try content(of: stored, limit: limit) } catch { throw error.inside(path) }
  }

  /// The content of a file that is in memory, inflated when it starts as a gzip file does.
  static func content(of stored: [UInt8], limit: Int = ExpansionBudget.most) throws(PadawannError) -> [UInt8]
  {
    guard stored.starts(with: magic) else { return stored }
    do {
      return try inflate(
        stored[...], .gzip, limit: min(limit, ExpansionBudget.bytes(forFileOf: stored.count)))
    } catch {
      throw problem(error, stored.count)
    }
  }

  /// The first bytes of a file's content; no more of it is inflated.
  static func prefix(_ path: String, _ count: Int) throws(PadawannError) -> [UInt8] {
    // Any name and comment in a gzip file's header are before its content.
    let stored = try RandomAccessFile(path).prefix(1 << 18)
    guard stored.starts(with: magic) else { return Array(stored.prefix(count)) }
    do {
      return try inflatePrefix(stored[...], .gzip, count: count)
    } catch {
      throw problem(error, stored.count).inside(path)
    }
  }

  private static func problem(_ error: ZlibError, _ byteCount: Int) -> PadawannError {
    let remedy = "Get the file again"
    switch error {
    case .truncated:
      return PadawannError(.data, "the gzip file ends too early", remedy: remedy)
    case .corrupt(let reason):
      return PadawannError(.data, "the gzip file is damaged (\(reason))", remedy: remedy)
    case .tooLarge(let limit):
      return PadawannError(
        .data, "the gzip file of \(byteCount) bytes inflates to more than the limit of \(limit)",
        remedy: "Decompress it with gunzip first, if this is no attack")
    case .trailingBytes(let count):
      return PadawannError(.data, "\(count) bytes follow the end of the gzip data", remedy: remedy)
    case .unavailable(let code):
      return PadawannError(.inputOutput, "zlib has no memory (code \(code))")
    }
  }
}
