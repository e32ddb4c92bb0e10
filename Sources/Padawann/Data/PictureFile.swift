import Pictures

/// PNG and JPEG files.
package enum PictureFile {
  /// Whether a file's first bytes are those of a picture, of a kind that can be read or not. A file may be gzip-compressed.
  ///
  /// - Throws: ``PadawannError`` `missing` when it is not there or is no regular file.
  package static func isPicture(_ path: String) throws(PadawannError) -> Bool {
    PictureKind(try GzipFile.prefix(path, PictureKind.signatureLength)) != nil
  }

  /// Whether a name ends as those of pictures do.
  static func hasPictureName(_ name: String) -> Bool {
    endings.contains { name.lowercased().hasSuffix($0) }
  }

  /// The endings of pictures, of kinds that can be read or not.
  static let endings = [
    ".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".heic", ".heif", ".avif", ".jp2",
    ".jxl",
  ]

  /// Decodes a file, sets it upright, lays it on the ground, and changes it.
  ///
  /// - Throws: ``PadawannError`` with the path as its location.
  static func image(at path: String, _ changes: PictureChanges) throws(PadawannError) -> ByteImage {
    do { return try image(decoding: GzipFile.read(path), changes) } catch {
      throw error.location?.hasPrefix(path) == true ? error : error.inside(path)
    }
  }

  /// The same with a file that is in memory.
  ///
  /// - Throws: ``PadawannError`` `data` when it is damaged, cut short, too large or no picture, `unsupported` when it is a
  ///   picture of another kind; what ``PictureChanges`` throw.
  static func image(decoding file: [UInt8], _ changes: PictureChanges) throws(PadawannError) -> ByteImage {
    let limit = ExpansionBudget.bytes(forFileOf: file.count)
    let picture: Picture
    do { picture = try Picture(decoding: file, pixels: limit, bytes: limit) } catch {
      throw problem(error, limit)
    }
    var image = ByteImage(
      shape: Shape(channels: picture.channels, height: picture.height, width: picture.width),
      samples: picture.samples)
    if picture.hasOpacity { try image.lay(on: changes.ground ?? .white) }
    try changes.apply(to: &image)
    return image
  }

  /// Refuses a picture of a kind that is not read, by its first bytes.
  static func check(_ kind: PictureKind) throws(PadawannError) {
    guard kind.isReadable else { throw unsupported(kind) }
  }

  private static func unsupported(_ kind: PictureKind) -> PadawannError {
    PadawannError(
      .unsupported, "this is a \(kind.rawValue) picture; PNG and JPEG can be read",
      remedy: "Save it as PNG, for example with “magick OLD NEW.png” or “python3 -c 'from PIL import Image; "
        + "Image.open(\"OLD\").save(\"NEW.png\")'”")
  }

  private static func problem(_ error: PictureError, _ limit: Int) -> PadawannError {
    switch error {
    case .truncated(let reason):
      return PadawannError(
        .data, "a part of the picture is missing (\(reason.inWords))", remedy: "Get the file again")
    case .damaged(let reason):
      return PadawannError(
        .data, "the picture is damaged (\(reason.inWords))", remedy: "Get the file again")
    case .tooLarge(let width, let height):
      return PadawannError(
        .data, "its \(width)×\(height) pixels take more than the limit of \(limit) bytes",
        remedy: "Make the picture smaller, if this is no attack")
    case .unsupported(let kind, _) where !kind.isReadable: return unsupported(kind)
    case .unsupported(let kind, let reason):
      return PadawannError(
        .unsupported, "this \(kind.rawValue) picture cannot be read: \(reason.inWords)",
        remedy: "Save it as an RGB picture, for example with “magick OLD -colorspace sRGB NEW.png”")
    case .noPicture:
      return PadawannError(
        .data, "this is no picture", remedy: "Take the file out of the folder, or get the picture again")
    case .outOfMemory: return PadawannError(.inputOutput, "there is no memory for the picture")
    }
  }
}

extension String {
  /// A library's sentence inside one of ours: no full stop, nothing that a terminal could take for a command.
  fileprivate var inWords: String {
    let text = unicodeScalars.map { $0.value < 0x20 || $0.value == 0x7f ? " " : String($0) }.joined()
    return text.hasSuffix(".") ? String(text.dropLast()) : text
  }
}
