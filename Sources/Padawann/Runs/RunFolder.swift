import Foundation

/// A folder that one run works in, and nobody else at the same time.
public final class RunFolder: Sendable {
  /// The path of the folder.
  public let path: String
  /// Held as long as the folder is; the system lets go of it whatever way the process ends.
  private let lock: FileHandle

  /// Takes a folder for itself.
  ///
  /// - Parameters:
  ///   - path: where it is.
  ///   - creates: whether to make it where there is none.
  ///   - patience: how long to wait for another process.
  /// - Throws: ``PadawannError`` `missing` when there is none, `cannotCreate` when it cannot be made or written to, or
  ///   another process works in it.
  public init(_ path: String, creates: Bool, patience: Duration = .zero) throws(PadawannError) {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    guard !exists || isFolder.boolValue else {
      throw PadawannError(.cannotCreate, "this is a file where a folder is expected", at: path)
    }
    if !exists {
      guard creates else { throw PadawannError(.missing, "there is no such folder", at: path) }
      do {
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
      } catch {
        throw PadawannError(
          .cannotCreate, "the folder cannot be made: \(error.localizedDescription)", at: path)
      }
    }
    let descriptor = open("\(path)/\(RunFile.lock)", O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw PadawannError(
        .cannotCreate, "the folder cannot be written to: \(String(cString: strerror(errno)))", at: path)
    }
    lock = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    let deadline = ContinuousClock.now + patience
    while flock(descriptor, LOCK_EX | LOCK_NB) != 0 {
      let reason = errno
      guard reason == EWOULDBLOCK else {
        throw PadawannError(
          .cannotCreate, "the folder cannot be locked: \(String(cString: strerror(reason)))", at: path,
          remedy: "Choose a folder on another file system")
      }
      guard ContinuousClock.now < deadline else {
        throw PadawannError(
          .cannotCreate, "another process works in this folder", at: path,
          remedy: "Wait for it, or choose another folder")
      }
      usleep(20_000)
    }
    self.path = path
    TemporaryFile.removeDead(in: path)
  }

  /// Whether a path is that of a folder in which a run was begun.
  static func isRun(_ path: String) -> Bool { has(RunFile.settings, in: path) }

  /// Whether a file is in a folder.
  static func has(_ name: String, in path: String) -> Bool {
    FileManager.default.fileExists(atPath: "\(path)/\(name)")
  }

  /// The path of one of its files.
  func file(_ name: String) -> String { "\(path)/\(name)" }

  /// Whether a file is there.
  func has(_ name: String) -> Bool { Self.has(name, in: path) }

  /// The content of a file; `nil` when it is not there.
  func read(_ name: String, limit: Int) throws(PadawannError) -> [UInt8]? {
    has(name) ? try StoredFile.read(file(name), limit: limit, followsLinks: false) : nil
  }

  /// Writes a file as a whole.
  ///
  /// A link is never followed: what it leads to is not the run's.
  func write(_ bytes: [UInt8], to name: String) throws {
    try StoredFile.write(bytes, to: file(name), followsLinks: false)
  }

  /// Refuses a folder in which a run was begun.
  ///
  /// - Throws: ``PadawannError`` `cannotCreate`.
  public func checkIsUnused() throws(PadawannError) {
    let own = [
      RunFile.settings, RunFile.log, RunFile.champion, RunFile.checkpoint, RunFile.learned, RunFile.report,
    ]
    guard let taken = own.first(where: has) else { return }
    throw PadawannError(
      .cannotCreate, "the folder has a run in it already (\(taken))", at: path,
      remedy: "Choose another folder, or go on with --resume")
  }

  /// Writes the models that a run starts from.
  ///
  /// - Throws: ``PadawannError`` `cannotCreate` when a file of such a name is there that is not the same model; whatever writing
  ///   throws.
  func write(parents: [Model], as files: [RunParent]) throws {
    // What stands there is of a beginning that was ended, or somebody else's.
    for parent in files where has(parent.file) {
      guard let stored = try? ModelFile.read(file(parent.file), followsLinks: false),
        stored.digest.description == parent.sha256
      else {
        throw PadawannError(
          .cannotCreate, "a file of this name, which a run needs, is in the folder already",
          at: file(parent.file), remedy: "Choose another folder")
      }
    }
    for (parent, model) in zip(files, parents) {
      try ModelFile.write(model, to: file(parent.file), followsLinks: false)
    }
  }
}
