/// The kinds of picture files that are known by their first bytes, whatever a file is called.
public enum PictureKind: String, Sendable, CaseIterable {
  case png = "PNG"
  case jpeg = "JPEG"
  case gif = "GIF"
  case webP = "WebP"
  case bmp = "BMP"
  case tiff = "TIFF"
  case heic = "HEIC"
  case avif = "AVIF"
  case jpeg2000 = "JPEG 2000"
  case jpegXL = "JPEG XL"

  /// Whether such a file can be read.
  public var isReadable: Bool { self == .png || self == .jpeg }

  /// How many of a file's first bytes tell its kind.
  public static let signatureLength = 32

  /// Recognises a picture; `nil` when it is none.
  ///
  /// - Parameter start: a file's first ``signatureLength`` bytes, or all of them.
  public init?(_ start: some Collection<UInt8>) {
    let start = Array(start.prefix(Self.signatureLength))
    func has(_ text: String, at offset: Int = 0) -> Bool {
      start.dropFirst(offset).starts(with: text.utf8)
    }
    func has(_ bytes: [UInt8]) -> Bool { start.starts(with: bytes) }
    if has([0x89] + Array("PNG\r\n".utf8) + [0x1a, 0x0a]) {
      self = .png
    } else if has([0xff, 0xd8, 0xff]) {
      self = .jpeg
    } else if has("GIF87a") || has("GIF89a") {
      self = .gif
    } else if has("RIFF") && has("WEBP", at: 8) {
      self = .webP
    } else if has([0x49, 0x49, 0x2a, 0]) || has([0x4d, 0x4d, 0, 0x2a]) {
      self = .tiff
    } else if has([0, 0, 0, 12]) && has("jP  ", at: 4) || has([0xff, 0x4f, 0xff, 0x51]) {
      self = .jpeg2000
    } else if has([0, 0, 0, 12]) && has("JXL ", at: 4) || has([0xff, 0x0a]) {
      self = .jpegXL
    } else if has("ftyp", at: 4) {
      guard let kind = Self.brands.first(where: { has($0.brand, at: 8) })?.kind else { return nil }
      self = kind
    } else if has("BM"), Self.isBitmapHeader(start) {
      self = .bmp
    } else {
      return nil
    }
  }

  /// The brands of ISO base media files that are still pictures.
  private static let brands: [(brand: String, kind: PictureKind)] =
    ["avif", "avis"].map { ($0, .avif) }
    + ["heic", "heix", "hevc", "hevx", "heim", "heis", "mif1", "msf1"].map { ($0, .heic) }

  /// Two letters are too few to tell a bitmap from a text: four bytes are 0, and the next header has one of a few sizes.
  private static func isBitmapHeader(_ start: [UInt8]) -> Bool {
    start.count >= 18 && start[6..<10].allSatisfy { $0 == 0 }
      && [12, 40, 52, 56, 64, 108, 124].contains(start[14]) && start[15..<18].allSatisfy { $0 == 0 }
  }
}
