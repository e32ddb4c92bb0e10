import Foundation

/// Reads labelled images from a path of any format that is known, which its content tells and not its name.
struct SampleFile {
  let path: String
  let options: ReadingOptions

  /// Reads a file or a folder.
  ///
  /// - Throws: ``PadawannError`` that names the file.
  func images() throws(PadawannError) -> LabelledImages {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw PadawannError(.missing, "there is no such file or folder", at: path, remedy: "Check the path")
    }
    if isFolder.boolValue { return try SampleFolder(path: path, options: options).images() }
    if options.split != nil {
      throw PadawannError(
        .usage, "split is for folders, and this is a file", at: path, remedy: "Remove split=")
    }
    if path.lowercased().hasSuffix(".bin") { return try cifarImages() }
    guard options.more.isEmpty, options.labelKind == nil else {
      throw PadawannError(.usage, "more and labels are for CIFAR files, which end in .bin", at: path)
    }
    return try images(in: FileFormat.of(path))
  }

  private func images(in format: FileFormat) throws(PadawannError) -> LabelledImages {
    switch format {
    case .csv: return try tableImages()
    case .idx, .npy: return try pairedImages(format)
    case .npz, .hdf5: return try archivedImages(format)
    }
  }

  private func tableImages() throws(PadawannError) -> LabelledImages {
    let table = CSVFile(labelColumn: options.labelColumn ?? .index(0), classNames: options.classNames)
    do {
      let (images, labels) = try table.images(GzipFile.read(path))
      let labelArray = try StoredArray(sizes: [labels.count], values: .integers(labels))
      return try LabelledImages(images: images, labels: labelArray, layout: options.layout)
    } catch {
      throw inside(error)
    }
  }

  private func pairedImages(_ format: FileFormat) throws(PadawannError) -> LabelledImages {
    let labelPath = try self.labelPath()
    let images = try Self.array(path, format)
    let labels = try Self.array(labelPath, FileFormat.of(labelPath))
    do {
      return try LabelledImages(images: images, labels: labels, layout: options.layout)
    } catch {
      throw inside(error)
    }
  }

  private func archivedImages(_ format: FileFormat) throws(PadawannError) -> LabelledImages {
    do {
      let archive = try ArrayArchive(path, format)
      let images = try archive.array(.images, key: options.imagesKey)
      let labels: StoredArray
      if let other = options.labelsFile {
        labels = try Self.array(other, FileFormat.of(other))
      } else {
        labels = try archive.array(.labels, key: options.labelsKey)
      }
      return try LabelledImages(images: images, labels: labels, layout: options.layout)
    } catch {
      throw inside(error)
    }
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
      case .csv, .npz, .hdf5:
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

/// Folders with the files of a published set, or of one's own under the same names.
struct SampleFolder {
  let path: String
  let options: ReadingOptions

  func images() throws(PadawannError) -> LabelledImages {
    guard let split = options.split else {
      throw PadawannError(
        .usage, "a folder has a training and a test part", at: path, remedy: "Write split=train or split=test"
      )
    }
    if let files = existing(Self.cifarFiles(split)) { return try read(files) }
    for stem in split == .train ? ["train"] : ["t10k", "test"] {
      for ending in ["", ".gz"] {
        if let files = existing(["\(stem)-images-idx3-ubyte\(ending)"]) { return try read(files) }
      }
    }
    for single in split == .train ? ["train.bin"] : ["test.bin"] {
      if let files = existing([single]) { return try read(files) }
    }
    throw PadawannError(
      .missing, "the folder has no \(split.rawValue) files under their official names", at: path,
      remedy: "Name the file itself")
  }

  private func existing(_ names: [String]) -> [String]? {
    let paths = names.map { "\(path)/\($0)" }
    return paths.allSatisfy { FileManager.default.fileExists(atPath: $0) } ? paths : nil
  }

  private func read(_ files: [String]) throws(PadawannError) -> LabelledImages {
    var options = options
    options.split = nil
    options.more = Array(files.dropFirst())
    return try SampleFile(path: files[0], options: options).images()
  }

  private static func cifarFiles(_ split: DatasetSplit) -> [String] {
    split == .train ? (1...5).map { "data_batch_\($0).bin" } : ["test_batch.bin"]
  }
}
