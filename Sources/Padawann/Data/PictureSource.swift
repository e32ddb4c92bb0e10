import Foundation

extension DatasetSpec {
  /// Pictures that a network is asked about, which need no labels.
  package struct Question: Sendable {
    /// The pictures as a dataset of the given classes, whose labels are all 0 and mean nothing.
    package let dataset: Dataset
    /// The file of each picture.
    package let paths: [String]
  }

  /// Reads the pictures that the path leads to: one file, a folder of pictures, a folder with a sub-folder per class, or a
  /// table of paths. What the spec does with images is done with them; its `classes`, `map` and selections are not for
  /// pictures whose class is asked for.
  ///
  /// - Parameters:
  ///   - classNames: what the network's outputs mean.
  ///   - other: a folder from which relative paths lead where they do not lead from the present one.
  /// - Throws: ``PadawannError`` as ``load(from:relativeTo:)``; `usage` for a named set, an array, or options that need labels.
  package func question(to classNames: [String], relativeTo other: String? = nil) throws(PadawannError)
    -> Question
  {
    let place = other.map(located) ?? self
    do throws(PadawannError) {
      guard case .path(let path) = place.source else {
        throw PadawannError(
          .usage, "this is a dataset of its own, not a picture", remedy: "Name a file or a folder of pictures"
        )
      }
      guard classes == nil, selection == nil, !dropLast, reading.classCount == nil, reading.classNames == nil
      else {
        throw PadawannError(
          .usage, "options that choose images or classes are for datasets whose labels are known",
          remedy: "Name the pictures that are meant")
      }
      let paths = try SampleFile(path: path, options: place.reading, changes: changes).pictures()
      return Question(dataset: try dataset(of: paths, classNames), paths: paths)
    } catch {
      throw error.location == nil ? error.inside(description) : error
    }
  }

  private func dataset(of paths: [String], _ classNames: [String]) throws(PadawannError) -> Dataset {
    let collection = try PictureCollection(paths, changes)
    guard let shape = collection.shape else { throw PadawannError(.data, "there are no pictures") }
    var images = LabelledImages(
      shape: shape, pixels: .bytes(collection.samples), labels: [Int](repeating: 0, count: paths.count),
      classNames: classNames)
    if transpose { images.transpose() }
    let choice = normalisation ?? .standard(for: images)
    return try Dataset(
      name: description, shape: images.shape, pixels: images.pixels, labels: images.labels,
      classNames: classNames, normalisation: choice.normalisation(of: images))
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
}
