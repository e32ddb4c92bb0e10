import Foundation

/// Folders with the files of a published set, or of one's own under the same names, or with pictures.
struct SampleFolder {
  let path: String
  let options: ReadingOptions
  let changes: PictureChanges

  /// Reads the files under their official names, or pictures.
  ///
  /// - Throws: ``PadawannError`` that names the folder or the file.
  func images() throws(PadawannError) -> LabelledImages {
    if let split = options.split, let files = officialFiles(of: split) { return try read(files) }
    let folder = try pictureFolder()
    let names = if let given = options.classNames { given } else { try commonClassNames() }
    let listing = try PictureListing(folder: folder, classNames: names)
    guard listing.classNames != nil || options.isUnlabelled else {
      throw PadawannError(
        .usage, "these pictures have no labels, which are needed here", at: folder,
        remedy:
          "Put those of each class into a sub-folder with its name, or write a table of paths and labels; where labels are not needed, write unlabelled"
      )
    }
    return try LabelledImages(listing, changes, options, at: folder)
  }

  /// The folder whose pictures are meant: this one, or the one of the part.
  ///
  /// - Throws: ``PadawannError`` `usage` when the folder has parts and none is chosen, `missing` when it does not have the part.
  func pictureFolder() throws(PadawannError) -> String {
    let content = try FolderContent(path)
    guard let split = options.split else {
      try checkIsWhole(content)
      return path
    }
    let parts = split.folderNames.filter { content.folders.contains($0) }
    guard parts.count <= 1 else {
      throw PadawannError(
        .data, "the folders \(parts.joined(separator: " and ")) may both be meant", at: path,
        remedy: "Name the folder itself")
    }
    guard let part = parts.first else {
      throw PadawannError(
        .missing,
        "the folder has no \(split.rawValue) files under their official names, and no folder of that name",
        at: path, remedy: "Name the file itself")
    }
    return content.path(of: part)
  }

  /// Whether the folder has the files of a part under their official names.
  func hasFiles(of split: FileSplit) -> Bool { officialFiles(of: split) != nil }

  /// Whether the folder has files or pictures of a part.
  func hasPart(_ split: FileSplit) -> Bool {
    if officialFiles(of: split) != nil { return true }
    let parts = (try? FolderContent(path)).flatMap { try? Self.parts($0) }
    return parts?.contains(where: split.folderNames.contains) ?? false
  }

  /// Refuses a folder of which only a part can be meant.
  private func checkIsWhole(_ content: FolderContent) throws(PadawannError) {
    let parts = try Self.parts(content)
    guard parts.isEmpty else {
      throw PadawannError(
        .usage, "the folder has the parts \(parts.joined(separator: ", "))", at: path,
        remedy: "Write split=train, split=val or split=test")
    }
    guard content.folders.isEmpty else { return }
    guard try content.pictures().isEmpty else { return }
    throw PadawannError(
      .usage, "a folder of arrays has a training and a test part, and this one has no pictures either",
      at: path,
      remedy: "Write split=train or split=test")
  }

  /// The names of sub-folders that are parts: a folder with the name of a part that has folders in it. One with pictures in
  /// it is a class of that name.
  private static func parts(_ content: FolderContent) throws(PadawannError) -> [String] {
    var parts: [String] = []
    for name in FileSplit.allCases.flatMap(\.folderNames) where content.folders.contains(name) {
      if try !FolderContent(content.path(of: name)).folders.isEmpty { parts.append(name) }
    }
    return parts
  }

  /// The classes of all parts, so that a class has the same label in each, even where one has no picture of it; `nil` for a
  /// folder without parts.
  private func commonClassNames() throws(PadawannError) -> [String]? {
    guard options.split != nil else { return nil }
    var names: Set<String> = []
    let content = try FolderContent(path)
    for part in try Self.parts(content) {
      names.formUnion(try FolderContent(content.path(of: part)).folders)
    }
    return names.isEmpty ? nil : FileOrder.classes(Array(names))
  }

  private func officialFiles(of split: FileSplit) -> [String]? {
    if let names = Self.cifarFiles(split), let files = existing(names) { return files }
    for stem in split == .test ? ["t10k", "test"] : [split.rawValue] {
      for ending in ["", ".gz"] {
        if let files = existing(["\(stem)-images-idx3-ubyte\(ending)"]) { return files }
      }
    }
    return existing(["\(split.rawValue).bin"])
  }

  private func existing(_ names: [String]) -> [String]? {
    let paths = names.map { "\(path)/\($0)" }
    return paths.allSatisfy { FileManager.default.fileExists(atPath: $0) } ? paths : nil
  }

  private func read(_ files: [String]) throws(PadawannError) -> LabelledImages {
    var options = options
    options.split = nil
    options.more = Array(files.dropFirst())
    return try SampleFile(path: files[0], options: options, changes: changes).images()
  }

  private static func cifarFiles(_ split: FileSplit) -> [String]? {
    switch split {
    case .train: (1...5).map { "data_batch_\($0).bin" }
    case .val: nil
    case .test: ["test_batch.bin"]
    }
  }
}
