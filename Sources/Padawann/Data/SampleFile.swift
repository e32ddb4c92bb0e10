import Foundation

/// Reads labelled images from a path of any format that is known, which its content tells and not its name, and changes
/// them.
struct SampleFile {
  let path: String
  let options: ReadingOptions
  var changes = PictureChanges()

  /// Reads a file or a folder.
  ///
  /// - Throws: ``PadawannError`` that names the file.
  func images() throws(PadawannError) -> LabelledImages {
    if try isFolder() {
      return try SampleFolder(path: path, options: options, changes: changes).images()
    }
    if path.lowercased().hasSuffix(".bin") {
      try refuseSplit()
      return try changed(cifarImages())
    }
    guard options.more.isEmpty, options.labelKind == nil else {
      throw PadawannError(.usage, "more and labels are for CIFAR files, which end in .bin", at: path)
    }
    return try images(in: FileFormat.of(path))
  }

  /// Whether the path leads to a folder.
  ///
  /// - Throws: ``PadawannError`` `missing` when it leads to nothing.
  func isFolder() throws(PadawannError) -> Bool {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw PadawannError(.missing, "there is no such file or folder", at: path, remedy: "Check the path")
    }
    return isFolder.boolValue
  }

  /// Whether the folder or the file has the part that is meant, as far as its names tell; not where it cannot be read.
  var hasItsPart: Bool {
    guard let split = options.split, let isFolder = try? isFolder() else { return false }
    guard !isFolder else {
      return SampleFolder(path: path, options: options, changes: changes).hasPart(split)
    }
    guard let format = try? FileFormat.of(path), [.npz, .hdf5, .tensors].contains(format) else {
      return false
    }
    return (try? ArrayArchive(path, format, split))?.hasItsPart ?? false
  }

  /// Whether there is nothing that tells labels: pictures in no folders of classes, an array alone.
  ///
  /// - Throws: ``PadawannError`` that names the file.
  func hasNoLabels() throws(PadawannError) -> Bool {
    if try isFolder() {
      if let split = options.split,
        SampleFolder(path: path, options: options, changes: changes).hasFiles(of: split)
      {
        return false
      }
      let folder = try SampleFolder(path: path, options: options, changes: changes).pictureFolder()
      return try PictureListing(folder: folder, classNames: options.classNames).classNames == nil
    }
    guard !path.lowercased().hasSuffix(".bin"), options.labelsFile == nil, options.labelsKey == nil else {
      return false
    }
    let format = try FileFormat.of(path)
    switch format {
    case .idx, .npy: return (try? labelPath()) == nil
    case .npz, .hdf5, .tensors:
      do throws(PadawannError) {
        return try !ArrayArchive(path, format, options.split).has(.labels)
      } catch {
        throw inside(error)
      }
    case .csv, .picture: return false
    }
  }

  private func images(in format: FileFormat) throws(PadawannError) -> LabelledImages {
    if ![.npz, .hdf5, .tensors].contains(format) { try refuseSplit() }
    switch format {
    case .csv: return try tableImages()
    case .idx, .npy: return try changed(pairedImages(format))
    case .npz, .hdf5, .tensors: return try changed(archivedImages(format))
    case .picture:
      throw PadawannError(
        .usage, "a picture alone has no label, which is needed here", at: path,
        remedy: "Put it into a folder with a sub-folder per class, or write a table of paths and labels")
    }
  }

  private func refuseSplit() throws(PadawannError) {
    guard options.split != nil else { return }
    throw PadawannError(
      .usage, "split is for folders and files of several arrays, and this is a file with one part", at: path,
      remedy: "Remove split=")
  }

  private func changed(_ read: LabelledImages) throws(PadawannError) -> LabelledImages {
    guard changes.ground == nil else {
      throw PadawannError(
        .usage, "ground is for pictures that can be seen through, and this is an array", at: path,
        remedy: "Remove ground=")
    }
    var images = read
    do { try images.change(by: changes) } catch { throw error.inside(path) }
    return images
  }

  private func tableImages() throws(PadawannError) -> LabelledImages {
    let bytes = try GzipFile.read(path)
    let pictures: PictureTable?
    do { pictures = try PictureTable(bytes) } catch { throw error.inside(path) }
    if let pictures { return try listedImages(pictures) }
    let table = CSVFile(labelColumn: options.labelColumn ?? .index(0), classNames: options.classNames)
    do {
      let (images, labels) = try table.images(bytes)
      let labelArray = try StoredArray(sizes: [labels.count], values: .integers(labels))
      return try changed(LabelledImages(images: images, labels: labelArray, layout: options.layout))
    } catch {
      throw inside(error)
    }
  }

  private func pairedImages(_ format: FileFormat) throws(PadawannError) -> LabelledImages {
    let images = try Self.array(path, format)
    let isLabelled = !options.isUnlabelled || options.labelsFile != nil || (try? labelPath()) != nil
    let labels = try isLabelled ? labelArray() : .zeros(images)
    do {
      var result = try LabelledImages(images: images, labels: labels, layout: options.layout)
      result.isLabelled = isLabelled
      return result
    } catch {
      throw inside(error)
    }
  }

  private func archivedImages(_ format: FileFormat) throws(PadawannError) -> LabelledImages {
    do {
      let archive = try ArrayArchive(path, format, options.split)
      let images = try archive.array(.images, key: options.imagesKey)
      let labels: StoredArray
      let isLabelled =
        !options.isUnlabelled || options.labelsFile != nil || options.labelsKey != nil || archive.has(.labels)
      if !isLabelled {
        labels = try .zeros(images)
      } else if let other = options.labelsFile {
        labels = try Self.array(other, FileFormat.of(other))
      } else {
        labels = try archive.array(.labels, key: options.labelsKey)
      }
      var layout = options.layout
      if layout.channels == nil, archive.isMedMNIST, images.sizes.count == 4 { layout.channels = .last }
      var result = try LabelledImages(images: images, labels: labels, layout: layout)
      result.isLabelled = isLabelled
      return result
    } catch {
      throw inside(error)
    }
  }

  private func labelArray() throws(PadawannError) -> StoredArray {
    let path = try labelPath()
    return try Self.array(path, FileFormat.of(path))
  }

  private func cifarImages() throws(PadawannError) -> LabelledImages {
    var all: LabelledImages?
    for file in [path] + options.more {
      do {
        let bytes = try GzipFile.read(file)
        let name = URL(fileURLWithPath: file).lastPathComponent
        let layout = try CIFARFile.layout(byteCount: bytes.count, name: name, kind: options.labelKind)
        let images = try CIFARFile.images(bytes, layout)
        if all == nil { all = images } else { try all?.append(images) }
      } catch {
        throw error.location?.hasPrefix(file) == true ? error : error.inside(file)
      }
    }
    guard let all else { throw PadawannError(.data, "there are no files", at: path) }
    return all
  }

  /// The label file that was named, or the one whose name belongs to an official image file.
  private func labelPath() throws(PadawannError) -> String {
    if let named = options.labelsFile { return named }
    let url = URL(fileURLWithPath: path)
    let name = url.lastPathComponent.replacingOccurrences(of: "images-idx3", with: "labels-idx1")
    guard name != url.lastPathComponent else {
      throw PadawannError(
        .usage, "this file has images and no labels", at: path,
        remedy: "Name the label file with labels-file=")
    }
    return url.deletingLastPathComponent().appendingPathComponent(name).path
  }

  /// Reads a file that holds one array.
  static func array(_ path: String, _ format: FileFormat) throws(PadawannError) -> StoredArray {
    let bytes = try GzipFile.read(path)
    let limit = ExpansionBudget.bytes(forFileAt: path)
    do throws(PadawannError) {
      switch format {
      case .idx: return try StoredArray(idx: bytes, limit: limit)
      case .npy: return try StoredArray(NumPyArray(npy: bytes), limit: limit)
      case .csv, .npz, .hdf5, .tensors, .picture:
        throw PadawannError(
          .data, "this is \(format.title), where an IDX or npy file with one array is expected")
      }
    } catch {
      throw error.inside(path)
    }
  }

  /// The error with this file's path, unless it names a file already.
  private func inside(_ error: PadawannError) -> PadawannError {
    let known = [path] + (options.labelsFile.map { [$0] } ?? [])
    return known.contains { error.location?.hasPrefix($0) == true } ? error : error.inside(path)
  }
}

extension StoredArray {
  /// A label for each image, none of which says anything.
  fileprivate static func zeros(_ images: StoredArray) throws(PadawannError) -> StoredArray {
    let count = images.sizes.first ?? 0
    return try StoredArray(sizes: [count], values: .bytes([UInt8](repeating: 0, count: count)))
  }
}
