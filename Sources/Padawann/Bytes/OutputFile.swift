import Foundation

/// The place of a file that will be written. What would forbid it is found before the work, not after.
package struct OutputFile: Sendable {
  /// The path as it was given.
  package let path: String
  /// The file that the path leads to.
  let target: String
  /// The folder of that file.
  let folder: String
  /// What is there now.
  let previous: FileStatus?

  /// Looks at a place.
  ///
  /// - Parameters:
  ///   - path: where the file shall be.
  ///   - followsLinks: whether the file that a symbolic link leads to is meant; otherwise a link is refused, which is right
  ///     for the files that belong into a folder and nowhere else.
  /// - Throws: ``PadawannError`` `cannotCreate` when the path is empty or too long, its folder does not exist, or what is
  ///   there is a folder, no plain file, or write-protected.
  package init(_ path: String, followsLinks: Bool = true) throws(PadawannError) {
    guard !path.isEmpty else {
      throw PadawannError(.cannotCreate, "the path of a file to write is empty", remedy: "Give it a name")
    }
    self.path = path
    let given = URL(fileURLWithPath: path)
    // A link stays one: the file that it leads to is written.
    let place = followsLinks ? given.resolvingSymlinksInPath() : given
    target = place.path
    folder = place.deletingLastPathComponent().path
    previous = FileStatus(path, followsLinks: followsLinks)
    let reason = errno
    if previous == nil, reason != ENOENT, reason != ENOTDIR {
      throw PadawannError(
        .cannotCreate, "no file can have this path: \(String(cString: strerror(reason)))", at: path,
        remedy: reason == ENAMETOOLONG ? "Choose a shorter name" : nil)
    }
    try checkKind()
    guard FileStatus(folder)?.kind == .folder else {
      throw PadawannError(
        .cannotCreate, "the folder \(folder) does not exist", at: path, remedy: "Make it first")
    }
    try checkProtection()
  }

  private func checkKind() throws(PadawannError) {
    switch previous?.kind {
    case .folder:
      throw PadawannError(.cannotCreate, "this is a folder; a file's path is needed", at: path)
    case .link:
      throw PadawannError(
        .cannotCreate, "this is a symbolic link where a plain file belongs", at: path,
        remedy: "Put the file itself there, or remove the link")
    case .other:
      throw PadawannError(
        .cannotCreate, "this is a device or a pipe, which a file cannot replace", at: path,
        remedy: "Give the path of a file")
    case .plain, nil:
      guard !path.hasSuffix("/") else {
        throw PadawannError(.cannotCreate, "this is a folder; a file's path is needed", at: path)
      }
    }
  }

  /// A new file could take the place of a protected one, because that is up to the folder; but its owner did not mean it.
  private func checkProtection() throws(PadawannError) {
    guard let previous else { return }
    // The superuser may write everything, so that only the bits tell what is meant.
    guard previous.permissions & 0o222 != 0, access(target, W_OK) == 0 else {
      throw PadawannError(
        .cannotCreate, "the file is write-protected", at: path,
        remedy: "Choose another name, or allow writing to it first")
    }
  }

  /// Checks all outputs of a piece of work before it begins.
  ///
  /// - Parameters:
  ///   - outputs: paths of the files that will be written.
  ///   - inputs: paths of the files that are read, whether they exist or not.
  /// - Throws: ``PadawannError`` `usage` when an output is also an input or another output, however it is spelled;
  ///   `cannotCreate` when it could not be written.
  package static func check(_ outputs: [String], inputs: [String]) throws(PadawannError) {
    for (index, output) in outputs.enumerated() {
      let place = try OutputFile(output)
      if let input = inputs.first(where: { isSame($0, output) }) {
        throw PadawannError(
          .usage, "the output is also an input\(input == output ? "" : ", \(input)")", at: output,
          remedy: "Choose another name for the output")
      }
      if let other = outputs[..<index].first(where: { isSame($0, output) }) {
        throw PadawannError(
          .usage, "two outputs are one file\(other == output ? "" : ", \(other)")", at: output,
          remedy: "Give each a name of its own")
      }
      // Only an attempt shows what the system forbids.
      try TemporaryFile(in: place.folder, for: output).remove()
    }
  }

  /// Whether two paths mean one file, by whatever links they lead to it. Files that do not exist are one where they have
  /// the same folder and names that differ at most in their case.
  package static func isSame(_ first: String, _ second: String) -> Bool {
    let found = [first, second].map { FileStatus($0)?.identity }
    guard found[0] == nil, found[1] == nil else { return found[0] == found[1] }
    let places = [first, second].map { URL(fileURLWithPath: $0).resolvingSymlinksInPath() }
    let folders = places.map { FileStatus($0.deletingLastPathComponent().path)?.identity }
    let names = places.map { $0.lastPathComponent.lowercased() }
    return names[0] == names[1] && folders[0] != nil && folders[0] == folders[1]
  }
}
