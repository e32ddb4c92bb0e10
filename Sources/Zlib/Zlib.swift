import CZlib

/// Why zlib refused to inflate or deflate something.
public enum ZlibError: Error, Equatable, Sendable {
  /// The compressed stream ends before its end marker.
  case truncated
  /// The stream is not valid; the text is zlib's own reason.
  case corrupt(String)
  /// The stream inflates to more than the caller allowed.
  case tooLarge(limit: Int)
  /// Whole streams are followed by bytes that belong to none.
  case trailingBytes(Int)
  /// zlib could not allocate or initialise its state.
  case unavailable(code: Int32)
}

/// What surrounds a deflate stream.
public enum ZlibContainer: Sendable {
  /// A bare deflate stream, as in a zip archive (RFC 1951).
  case raw
  /// Two bytes of header and an Adler-32 checksum (RFC 1950).
  case zlib
  /// A gzip file: one or more members, each with a CRC-32 (RFC 1952).
  case gzip

  fileprivate var windowBits: Int32 {
    switch self {
    case .raw: -15
    case .zlib: 15
    case .gzip: 31
    }
  }
}

/// Inflates a whole stream that is in memory.
///
/// - Parameters:
///   - bytes: the compressed stream; nothing may follow it (gzip: other than further members).
///   - limit: the largest size in bytes that the result may have; memory grows with what is really inflated, so a small
///     hostile stream cannot make this function allocate much more than the limit.
/// - Throws: ``ZlibError``.
public func inflate(_ bytes: ArraySlice<UInt8>, _ container: ZlibContainer, limit: Int) throws(ZlibError)
  -> [UInt8]
{
  var stream = z_stream()
  let status = padawann_inflate_init(&stream, container.windowBits)
  guard status == Z_OK else { throw .unavailable(code: status) }
  defer { inflateEnd(&stream) }

  var output: [UInt8] = []
  var consumed = 0
  var chunk = [UInt8](repeating: 0, count: 1 << 16)
  while true {
    let available = min(bytes.count - consumed, 1 << 30)
    let capacity = chunk.count
    var code: Int32 = Z_OK
    bytes.withUnsafeBufferPointer { input in
      chunk.withUnsafeMutableBufferPointer { room in
        if let base = input.baseAddress {
          stream.next_in = UnsafeMutablePointer(mutating: base + consumed)
        }
        stream.avail_in = UInt32(available)
        stream.next_out = room.baseAddress
        stream.avail_out = UInt32(capacity)
        code = zlibInflate(&stream)
      }
    }
    let taken = available - Int(stream.avail_in)
    let produced = capacity - Int(stream.avail_out)
    consumed += taken
    guard output.count + produced <= limit else { throw .tooLarge(limit: limit) }
    output.append(contentsOf: chunk[..<produced])

    switch code {
    case Z_OK where taken > 0 || produced > 0: continue
    case Z_STREAM_END:
      if consumed == bytes.count { return output }
      guard container == .gzip else { throw .trailingBytes(bytes.count - consumed) }
      guard bytes.dropFirst(consumed).first == 0x1f, inflateReset(&stream) == Z_OK else {
        throw .trailingBytes(bytes.count - consumed)
      }
    case Z_OK, Z_BUF_ERROR: throw .truncated
    default: throw .corrupt(stream.msg.map { String(cString: $0) } ?? "zlib error \(code)")
    }
  }
}

/// Inflates the first bytes of a stream, of which the end may be missing.
///
/// - Throws: ``ZlibError`` when it is damaged before that.
public func inflatePrefix(_ bytes: ArraySlice<UInt8>, _ container: ZlibContainer, count: Int)
  throws(ZlibError) -> [UInt8]
{
  var stream = z_stream()
  let status = padawann_inflate_init(&stream, container.windowBits)
  guard status == Z_OK else { throw .unavailable(code: status) }
  defer { inflateEnd(&stream) }
  var output = [UInt8](repeating: 0, count: count)
  var code: Int32 = Z_OK
  bytes.withUnsafeBufferPointer { input in
    output.withUnsafeMutableBufferPointer { room in
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.avail_in = UInt32(clamping: input.count)
      stream.next_out = room.baseAddress
      stream.avail_out = UInt32(clamping: room.count)
      code = zlibInflate(&stream)
    }
  }
  guard [Z_OK, Z_STREAM_END, Z_BUF_ERROR].contains(code) else {
    throw .corrupt(stream.msg.map { String(cString: $0) } ?? "zlib error \(code)")
  }
  output.removeLast(Int(stream.avail_out))
  return output
}

/// Deflates bytes at zlib's best level.
///
/// - Throws: ``ZlibError/unavailable(code:)`` when zlib has no memory.
public func deflate(_ bytes: [UInt8], _ container: ZlibContainer) throws(ZlibError) -> [UInt8] {
  var stream = z_stream()
  let status = padawann_deflate_init(&stream, 9, container.windowBits)
  guard status == Z_OK else { throw .unavailable(code: status) }
  defer { deflateEnd(&stream) }

  var output = [UInt8](repeating: 0, count: Int(deflateBound(&stream, UInt(bytes.count))))
  var code: Int32 = Z_OK
  bytes.withUnsafeBufferPointer { input in
    output.withUnsafeMutableBufferPointer { room in
      stream.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
      stream.avail_in = UInt32(input.count)
      stream.next_out = room.baseAddress
      stream.avail_out = UInt32(room.count)
      code = zlibDeflate(&stream)
    }
  }
  guard code == Z_STREAM_END else { throw .unavailable(code: code) }
  output.removeLast(Int(stream.avail_out))
  return output
}

/// The CRC-32 of bytes, as zip and gzip use it (polynomial 0xEDB88320).
public func crc32(_ bytes: ArraySlice<UInt8>) -> UInt32 {
  bytes.withUnsafeBufferPointer { UInt32(CZlib.crc32_z(0, $0.baseAddress, $0.count)) }
}

// The C functions have the names of ours.
private func zlibInflate(_ stream: inout z_stream) -> Int32 { CZlib.inflate(&stream, Z_NO_FLUSH) }
private func zlibDeflate(_ stream: inout z_stream) -> Int32 { CZlib.deflate(&stream, Z_FINISH) }
