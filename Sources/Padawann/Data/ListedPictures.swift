import Foundation

extension LabelledImages {
  /// Decodes the pictures of a listing whose classes are known, or not looked at.
  ///
  /// - Throws: ``PadawannError`` `usage` for options that are for arrays, and what ``PictureCollection`` throws.
  init(_ listing: PictureListing, _ changes: PictureChanges, _ options: ReadingOptions, at place: String)
    throws(PadawannError)
  {
    if let option = options.optionForArrays {
      throw PadawannError(
        .usage, "\(option) is for arrays, and these are pictures", at: place, remedy: "Remove \(option)=")
    }
    let collection = try PictureCollection(listing.entries.map(\.path), changes)
    guard let shape = collection.shape else {
      throw PadawannError(.data, "there are no pictures", at: place)
    }
    self.init(
      shape: shape, pixels: .bytes(collection.samples), labels: listing.entries.map { $0.label ?? 0 },
      classNames: listing.classNames)
    isLabelled = listing.entries.contains { $0.label != nil }
  }
}

extension ReadingOptions {
  /// The first option that is given and says how an array is read.
  var optionForArrays: String? {
    let given = [
      ("images-key", imagesKey != nil), ("labels-key", labelsKey != nil), ("labels-file", labelsFile != nil),
      ("more", !more.isEmpty), ("labels", labelKind != nil), ("shape", layout.shape != nil),
      ("channels", layout.channels != nil),
    ]
    return given.first { $0.1 }?.0
  }
}

extension SampleFile {
  /// The pictures of a table of paths.
  func listedImages(_ table: PictureTable) throws(PadawannError) -> LabelledImages {
    do {
      let (labels, names) = try table.labels(options.labelColumn, classNames: options.classNames)
      let entries = zip(table.paths(from: folder), labels).map { PictureListing.Entry(path: $0, label: $1) }
      let listing = PictureListing(entries: entries, classNames: names)
      return try LabelledImages(listing, changes, options, at: path)
    } catch {
      throw error.location?.hasPrefix(path) == true ? error : error.inside(path)
    }
  }

  /// The files of the pictures that the path leads to, labelled or not.
  ///
  /// - Throws: ``PadawannError`` that names the file.
  func pictures() throws(PadawannError) -> [String] {
    if try isFolder() {
      let folder = try SampleFolder(path: path, options: options, changes: changes).pictureFolder()
      return try PictureListing(folder: folder).entries.map(\.path)
    }
    switch try FileFormat.of(path) {
    case .picture: return [path]
    case .csv:
      do {
        if let table = try PictureTable(GzipFile.read(path)) { return table.paths(from: folder) }
      } catch {
        throw error.location?.hasPrefix(path) == true ? error : error.inside(path)
      }
      fallthrough
    default: throw PadawannError(.usage, "this is no picture", at: path, remedy: "Name a PNG or JPEG file")
    }
  }

  private var folder: String {
    let folder = NSString(string: path).deletingLastPathComponent
    return folder.isEmpty ? "." : folder
  }
}
