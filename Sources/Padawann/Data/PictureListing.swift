import Foundation

/// The picture files that a dataset or a question is made of, in order.
package struct PictureListing: Sendable {
  /// One file.
  package struct Entry: Hashable, Sendable {
    /// The path of the file.
    package let path: String
    /// Its class; `nil` where nobody says it.
    package let label: Int?
  }

  /// The files: class after class, and in each class in the order of their names.
  package let entries: [Entry]
  /// The names of the classes; `nil` where the files have none.
  package let classNames: [String]?

  init(entries: [Entry], classNames: [String]?) {
    self.entries = entries
    self.classNames = classNames
  }

  /// Lists a folder: with a sub-folder per class, whose name is the class's, or with pictures alone.
  ///
  /// Hidden files are left alone, and in the folder itself those that are no pictures.
  ///
  /// - Parameters:
  ///   - folder: the path of the folder.
  ///   - classNames: the classes in the order of their labels, if it is not that of their names.
  /// - Throws: ``PadawannError`` `data` when pictures lie beside the sub-folders, when a sub-folder has folders or no name of
  ///   a class, or when there is no picture; `missing` when a folder cannot be read.
  package init(folder: String, classNames: [String]? = nil) throws(PadawannError) {
    let content = try FolderContent(folder)
    let pictures = try content.pictures()
    guard !content.folders.isEmpty else {
      guard !pictures.isEmpty else { throw Self.empty(folder) }
      entries = pictures.map { Entry(path: content.path(of: $0), label: nil) }
      self.classNames = nil
      return
    }
    if let stray = pictures.first {
      throw PadawannError(
        .data, "this picture lies beside the folders of the classes", at: content.path(of: stray),
        remedy: "Move it into the folder of its class")
    }
    let names = classNames ?? FileOrder.classes(content.folders)
    var entries: [Entry] = []
    for (label, name) in names.enumerated() where content.folders.contains(name) {
      let files = try Self.files(ofClass: content.path(of: name))
      entries += files.map { Entry(path: $0, label: label) }
    }
    if let other = FileOrder.classes(content.folders).first(where: { !names.contains($0) }) {
      throw PadawannError(
        .data, "the name of this folder is not one of the \(names.count) classes",
        at: content.path(of: other),
        remedy: "Correct class-names=, or move the folder away")
    }
    guard !entries.isEmpty else { throw Self.empty(folder) }
    self.entries = entries
    self.classNames = names
  }

  private static func empty(_ folder: String) -> PadawannError {
    PadawannError(
      .data, "the folder has no pictures", at: folder,
      remedy: "Put the pictures of each class into a sub-folder with its name")
  }

  /// Every file of a class's folder; one that is no picture is refused when it is read.
  private static func files(ofClass folder: String) throws(PadawannError) -> [String] {
    let content = try FolderContent(folder)
    if let inner = content.folders.first {
      throw PadawannError(
        .data, "this is a folder inside the folder of a class", at: content.path(of: inner),
        remedy:
          "A folder of pictures has one sub-folder per class and no others; for parts, name them train, val and test "
          + "and write split=")
    }
    return content.files.map(content.path)
  }
}

/// What is in a folder, without what is hidden and what systems leave behind.
struct FolderContent {
  /// The names of its folders, in no particular order.
  let folders: [String]
  /// The names of its files, in order.
  let files: [String]
  private let path: String

  /// - Throws: ``PadawannError`` `missing` when it cannot be read.
  init(_ path: String) throws(PadawannError) {
    let names: [String]
    do { names = try FileManager.default.contentsOfDirectory(atPath: path) } catch {
      throw PadawannError(.missing, "the folder cannot be read: \(systemReason(of: error))", at: path)
    }
    let visible = names.filter { !$0.hasPrefix(".") && !Self.leftBehind.contains($0) }
    let folders = Set(visible.filter { FileStatus(Self.path(of: $0, in: path))?.kind == .folder })
    self.folders = Array(folders)
    files = FileOrder.files(visible.filter { !folders.contains($0) })
    self.path = path
  }

  /// What Windows leaves in folders of pictures.
  private static let leftBehind: Set<String> = ["Thumbs.db", "desktop.ini"]

  /// The path of one of its files or folders.
  func path(of name: String) -> String { Self.path(of: name, in: path) }

  private static func path(of name: String, in folder: String) -> String {
    folder.hasSuffix("/") ? folder + name : "\(folder)/\(name)"
  }

  /// The names of the files that begin as pictures do.
  func pictures() throws(PadawannError) -> [String] {
    var pictures: [String] = []
    for name in files where try PictureFile.isPicture(self.path(of: name)) { pictures.append(name) }
    return pictures
  }
}
