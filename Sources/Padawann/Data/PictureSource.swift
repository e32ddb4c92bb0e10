import Foundation

extension DatasetSpec {
  /// Whether it has no options but those that make sense for single pictures whose class is not known.
  package var isOfSinglePictures: Bool {
    reading == ReadingOptions() && classes == nil && selection == nil && !dropLast
  }

  /// What is done with each picture, as a spec has it.
  package var pictureOptions: String {
    (changes.texts + (transpose ? ["transpose"] : []) + realChanges.texts).joined(separator: ",")
  }

  /// Decodes one picture file that is in memory, and does with it what the spec does with every image: `ground`, `colour`,
  /// `resize`, `crop`, `invert` and `transpose`.
  ///
  /// - Returns: channels × rows × columns of 8-bit pixels.
  /// - Throws: ``PadawannError`` `data` when it is damaged, cut short, too large or no picture; `unsupported` for another kind
  ///   of picture than PNG and JPEG; `usage` when it cannot be changed so.
  package func picture(decoding file: [UInt8]) throws(PadawannError) -> (shape: Shape, pixels: Pixels) {
    transposed(try PictureFile.image(decoding: file, changes))
  }

  /// The same with a file on disk, which may be gzip-compressed.
  ///
  /// - Throws: the same with the path as its location; `missing` when it is not there.
  package func picture(at path: String) throws(PadawannError) -> (shape: Shape, pixels: Pixels) {
    transposed(try PictureFile.image(at: path, changes))
  }

  private func transposed(_ image: ByteImage) -> (shape: Shape, pixels: Pixels) {
    var images = LabelledImages(shape: image.shape, pixels: .bytes(image.samples), labels: [0])
    if transpose { images.transpose() }
    return (images.shape, images.pixels)
  }

  /// What the spec does with such pictures in the end: `resize=…:bilinear` and `deskew`.
  ///
  /// - Throws: ``PadawannError`` `usage` when one cannot be changed so.
  package func prepared(_ picture: (shape: Shape, pixels: Pixels)) throws(PadawannError) -> (
    shape: Shape, pixels: Pixels
  ) {
    var images = LabelledImages(shape: picture.shape, pixels: picture.pixels, labels: [0])
    try images.change(by: realChanges)
    return (images.shape, images.pixels)
  }
}
