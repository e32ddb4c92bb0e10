import CPictures

#if canImport(Darwin)
  import Darwin
#elseif canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#endif

/// A decoded picture of 8 bits per sample, upright.
public struct Picture: Equatable, Sendable {
  /// 1: grey, 2: grey and opacity, 3: red, green and blue, 4: those and opacity.
  public let channels: Int
  /// Rows.
  public let height: Int
  /// Columns.
  public let width: Int
  /// Channels × rows × columns.
  public let samples: [UInt8]

  /// Whether the last channel says how opaque each pixel is; the others are not multiplied by it.
  public var hasOpacity: Bool { channels == 2 || channels == 4 }

  /// Decodes a PNG or JPEG file and sets it upright, as its EXIF orientation says.
  ///
  /// - Parameters:
  ///   - file: the whole file.
  ///   - pixels: the most pixels that are accepted; checked before anything is allocated for them.
  ///   - bytes: the most bytes that the samples may take; for a moment they are in memory twice.
  /// - Throws: ``PictureError``, also when only a part of the picture is there.
  public init(decoding file: [UInt8], pixels: Int, bytes: Int) throws(PictureError) {
    guard let kind = PictureKind(file) else { throw .noPicture }
    let limits = padawann_picture_limits(pixels: UInt64(clamping: pixels), bytes: UInt64(clamping: bytes))
    var stored = padawann_picture()
    let status: padawann_picture_status
    switch kind {
    case .png: status = padawann_read_png(file, file.count, limits, &stored)
    case .jpeg: status = padawann_read_jpeg(file, file.count, limits, &stored)
    default: throw .unsupported(kind, "such files are not read")
    }
    guard status == padawann_picture_read, let samples = stored.samples else {
      throw Self.problem(status, kind, stored)
    }
    defer { free(samples) }
    self.init(stored, samples, Orientation(of: kind, file))
  }

  /// Sets stored rows of pixels upright, and the channels apart.
  private init(_ stored: padawann_picture, _ source: UnsafePointer<UInt8>, _ orientation: Orientation) {
    let (storedWidth, storedHeight) = (Int(stored.width), Int(stored.height))
    let channels = Int(stored.channels)
    let (height, width) =
      orientation.exchangesAxes ? (storedWidth, storedHeight) : (storedHeight, storedWidth)
    let plane = height * width
    let walk = orientation.walk(width: storedWidth, height: storedHeight)
    samples = [UInt8](unsafeUninitializedCapacity: plane * channels) { target, count in
      for row in 0..<height {
        for column in 0..<width {
          let first = (walk.first + row * walk.down + column * walk.right) * channels
          for channel in 0..<channels {
            target[channel * plane + row * width + column] = source[first + channel]
          }
        }
      }
      count = plane * channels
    }
    self.channels = channels
    self.height = height
    self.width = width
  }

  private static func problem(
    _ status: padawann_picture_status, _ kind: PictureKind, _ stored: padawann_picture
  ) -> PictureError {
    let reason = withUnsafeBytes(of: stored.reason) { text in
      String(decoding: text.prefix { $0 != 0 }, as: UTF8.self)
    }
    switch status {
    case padawann_picture_truncated: return .truncated(reason)
    case padawann_picture_too_large: return .tooLarge(width: Int(stored.width), height: Int(stored.height))
    case padawann_picture_unsupported: return .unsupported(kind, reason)
    case padawann_picture_no_memory: return .outOfMemory
    default: return .damaged(reason)
    }
  }
}
