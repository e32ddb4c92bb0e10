extension Dataset {
  /// Writes the images as they are stored and the labels as an npz archive for other tools.
  ///
  /// `images` is samples × rows × columns for one channel, samples × channels × rows × columns for more, samples × values
  /// for vectors, of `uint8` or `float32`; `labels` is one `int64` per image. ``DatasetSpec`` reads the same images and
  /// labels from it.
  ///
  /// - Throws: ``PadawannError`` `cannotCreate` or `inputOutput`.
  public func export(to path: String) throws {
    let sizes: [Int]
    if shape.height == 1, shape.width == 1 {
      sizes = [count, shape.channels]
    } else if shape.channels == 1 {
      sizes = [count, shape.height, shape.width]
    } else {
      sizes = [count, shape.channels, shape.height, shape.width]
    }
    let images: NumPyArray
    switch pixels {
    case .bytes(let values): images = try NumPyArray(shape: sizes, bytes: values)
    case .floats(let values): images = try NumPyArray(shape: sizes, floats: values)
    }
    let items = [
      NumPyArchive.Item(name: "images", array: images),
      NumPyArchive.Item(name: "labels", array: try NumPyArray(shape: [count], integers: labels)),
    ]
    try StoredFile.write(try NumPyArchive.file(of: items), to: path)
  }
}
