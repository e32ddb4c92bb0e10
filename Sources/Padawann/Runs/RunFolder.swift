import Foundation

/// A folder that one run works in, and nobody else at the same time.
package final class RunFolder: Sendable {
  static let configuration = "configuration.json"
  static let log = "log.jsonl"
  /// The log as a table, see ``FlatLog``.
  static let table = "log.csv"
  /// The log as TensorBoard reads it; files are its by the word `tfevents` in their names.
  static let events = "events.out.tfevents.padawann"
  static let checkpoint = "checkpoint.h5"
  static let report = "report.json"
  private static let lockFile = ".lock"

  /// The model that a run starts from, by its number from 0.
  static func parent(_ index: Int) -> String { "parent-\(index + 1).h5" }

  /// The path of the folder.
  package let path: String
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
  package init(_ path: String, creates: Bool, patience: Duration = .zero) throws(PadawannError) {
    guard creates || FileManager.default.fileExists(atPath: path) else {
      throw PadawannError(.missing, "there is no such folder", at: path)
    }
    try Self.make(path)
    let descriptor = open("\(path)/\(Self.lockFile)", O_RDWR | O_CREAT | O_CLOEXEC, 0o666)
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

  /// Makes a folder where there is none.
  ///
  /// - Throws: ``PadawannError`` `cannotCreate`.
  package static func make(_ path: String) throws(PadawannError) {
    var isFolder: ObjCBool = false
    guard !FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      guard isFolder.boolValue else {
        throw PadawannError(.cannotCreate, "this is a file where a folder is expected", at: path)
      }
      return
    }
    do {
      try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    } catch {
      throw PadawannError(.cannotCreate, "the folder cannot be made: \(systemReason(of: error))", at: path)
    }
  }

  /// Whether a path is that of a folder in which a run was begun.
  package static func isRun(_ path: String) -> Bool { has(configuration, in: path) }

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

  /// Refuses a folder in which a run was begun, or which has a file of a name that a run writes.
  ///
  /// - Throws: ``PadawannError`` `cannotCreate`.
  package func checkIsUnused() throws(PadawannError) {
    let own =
      [
        Self.configuration, "settings.json", Self.log, Self.table, Self.events, Self.checkpoint, Self.report,
      ]
      + Set(RunKind.allCases.map(\.resultFile)).sorted()
    guard let taken = own.first(where: has) else { return }
    throw PadawannError(
      .cannotCreate, "the folder has a run in it already (\(taken))", at: path,
      remedy: "Choose another folder, or go on with that run", choice: .resumption)
  }
}
