/// Why there is no picture.
public enum PictureError: Error, Equatable, Sendable {
  /// The bytes end before the picture does; with the decoder's own words.
  case truncated(String)
  /// The bytes are not what the format allows; with the decoder's own words.
  case damaged(String)
  /// The picture has more pixels or takes more memory than the caller allows. Nothing was allocated for it.
  case tooLarge(width: Int, height: Int)
  /// It is a picture of a kind that is not read; with a reason.
  case unsupported(PictureKind, String)
  /// It does not begin as a picture does.
  case noPicture
  /// There is no memory for it.
  case outOfMemory
}
