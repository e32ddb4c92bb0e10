import Foundation

/// A folder that one run works in, and nobody else at the same time.
package final class RunFolder: Sendable {
  static let configuration = "configuration.json"
  static let log = "log.jsonl"
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
      [Self.configuration, "settings.json", Self.log, Self.checkpoint, Self.report]
      + Set(RunKind.allCases.map(\.resultFile)).sorted()
    guard let taken = own.first(where: has) else { return }
    throw PadawannError(
      .cannotCreate, "the folder has a run in it already (\(taken))", at: path,
      remedy: "Choose another folder, or go on with --resume")
  }

  /// Writes what a run begins with; the configuration last, because it makes a folder a run's.
  ///
  /// - Throws: ``PadawannError`` `cannotCreate` when a file of a parent's name is there that is not the same model; whatever writing
  ///   throws.
  func write<Settings>(_ parents: [Model], _ configuration: RunConfiguration<Settings>) throws {
    // What stands there is of a beginning that was ended, or somebody else's.
    for parent in configuration.parents where has(parent.file) {
      guard let stored = try? ModelFile.read(file(parent.file), followsLinks: false),
        stored.digest.description == parent.sha256
      else {
        throw PadawannError(
          .cannotCreate, "a file of this name, which a run needs, is in the folder already",
          at: file(parent.file), remedy: "Choose another folder")
      }
    }
    for (parent, model) in zip(configuration.parents, parents) where !has(parent.file) {
      try ModelFile.write(model, to: file(parent.file), followsLinks: false)
    }
    try write(RunJSON.bytes(configuration, isPretty: true), to: Self.configuration)
  }

  // MARK: - what a run has stored

  /// The last checkpoint; `nil` when not even the first step was done.
  ///
  /// - Throws: ``PadawannError`` `missing` when there must have been one, `data` when it is damaged or of another run.
  func checkpoint(_ kind: RunKind, _ configuration: Digest) throws(PadawannError) -> RunCheckpoint? {
    try Self.checkpoint(kind, configuration, in: path)
  }

  /// The same of a folder that somebody else may work in.
  static func checkpoint(_ kind: RunKind, _ configuration: Digest, in path: String) throws(PadawannError)
    -> RunCheckpoint?
  {
    let place = "\(path)/\(checkpoint)"
    guard has(checkpoint, in: path) else {
      guard !has(log, in: path) else {
        throw PadawannError(
          .missing, "the checkpoint is gone, although the log has steps", at: place,
          remedy: "Put it back, or begin anew in another folder")
      }
      return nil
    }
    do throws(PadawannError) {
      let stored = try RunCheckpoint(
        StoredFile.read(place, limit: RunCheckpoint.sizeLimit, followsLinks: false), kind)
      guard stored.configuration == configuration else {
        throw PadawannError(
          .data, "the checkpoint belongs to another configuration",
          remedy: "Put back the \(Self.configuration) of the run")
      }
      return stored
    } catch {
      throw error.location == place ? error : error.inside(place)
    }
  }

  /// The log up to a checkpoint's line, each line with its line feed; what stands after it was not reached.
  ///
  /// - Throws: ``PadawannError`` `data` when it has not a line for each step, or is not the one that was written.
  func log<Line: Decodable>(of checkpoint: RunCheckpoint, steps: Int, _: Line.Type) throws(PadawannError)
    -> [UInt8]
  {
    _ = try RunJSON.value(Line.self, checkpoint.logLine, at: "\(file(Self.checkpoint)): log_line")
    let place = file(Self.log)
    let lines = (try read(Self.log, limit: 1 << 30) ?? [])
      .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast().prefix(steps - 1)
    guard lines.count == steps - 1 else {
      throw PadawannError(
        .data, "the log has \(lines.count) lines of \(steps - 1) before the checkpoint's", at: place,
        remedy: "Put back the log of the run")
    }
    let log = lines.flatMap { $0 + [UInt8(ascii: "\n")] } + checkpoint.logLine
    guard Digest(of: log) == checkpoint.log else {
      throw PadawannError(
        .data, "the log is not the one that was written: it was changed or is damaged", at: place,
        remedy: "Put back the log of the run")
    }
    return log
  }

  /// The report that was stored, if it can be read; otherwise it is made again.
  func report<Outcome>(_: Outcome.Type) -> RunReport<Outcome>? {
    guard let bytes = try? read(Self.report, limit: 1 << 28) else { return nil }
    return try? RunJSON.value(RunReport<Outcome>.self, bytes, at: Self.report)
  }

  /// The path of the model that a path means: the result of a run's folder, or the path itself.
  ///
  /// - Throws: ``PadawannError`` `missing` when a run has no result yet, or the folder has several runs.
  package static func model(at path: String) throws(PadawannError) -> String {
    guard isRun(path) else { return path }
    let file = try RunHeader.read(in: path).header.kind.resultFile
    guard has(file, in: path) else {
      throw PadawannError(
        .missing, "the run in this folder has no result (\(file))", at: path,
        remedy: "Wait for its end, or name the folder of one of its runs")
    }
    return "\(path)/\(file)"
  }
}
