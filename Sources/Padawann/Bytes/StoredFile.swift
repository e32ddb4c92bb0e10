import Foundation

/// Whole files in and out of memory: reading with a cap, writing so that nothing is ever half there.
public enum StoredFile {
  /// Reads a whole regular file.
  ///
  /// - Parameters:
  ///   - path: the path of the file.
  ///   - limit: the largest size in bytes that is accepted; it is checked before anything is allocated.
  /// - Throws: ``PadawannError`` `missing` when it is not there, is a folder or cannot be opened, `data` when it is too
  ///   large, `inputOutput` when reading fails.
  public static func read(_ path: String, limit: Int = 8 << 30) throws(PadawannError) -> [UInt8] {
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: path, isDirectory: &isFolder) else {
      throw PadawannError(.missing, "there is no such file", at: path, remedy: "Check the path")
    }
    guard !isFolder.boolValue else {
      throw PadawannError(.missing, "this is a folder where a file is expected", at: path)
    }
    let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard descriptor >= 0 else {
      throw PadawannError(.missing, "the file cannot be opened: \(reason(errno))", at: path)
    }
    let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: true)
    var status = stat()
    guard fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG else {
      throw PadawannError(.missing, "this is not a regular file", at: path)
    }
    guard Int(status.st_size) <= limit else {
      throw PadawannError(
        .data, "the file has \(status.st_size) bytes, more than the \(limit) that are accepted here", at: path
      )
    }
    do {
      let content = try handle.readToEnd().map { [UInt8]($0) } ?? []
      guard content.count <= limit else {
        throw PadawannError(.data, "the file grew beyond \(limit) bytes while it was read", at: path)
      }
      return content
    } catch let error as PadawannError {
      throw error
    } catch {
      throw PadawannError(.inputOutput, "reading failed: \(error.localizedDescription)", at: path)
    }
  }

  /// Writes a file as a whole: a temporary sibling is written, synced and renamed into place, and the folder is synced,
  /// so that whoever looks sees the old file or the new one and never anything between.
  ///
  /// - Parameters:
  ///   - bytes: the whole content.
  ///   - path: where the file shall be.
  ///   - check: called with the temporary file's path before the rename; an error that it throws leaves the
  ///     target as it was.
  /// - Throws: ``PadawannError`` `cannotCreate` or `inputOutput`; whatever `check` throws.
  public static func write(_ bytes: [UInt8], to path: String, check: (String) throws -> Void = { _ in })
    throws
  {
    // A link stays one: the file that it leads to is written.
    let target = URL(fileURLWithPath: path).resolvingSymlinksInPath()
    let folder = target.deletingLastPathComponent().path
    try checkTarget(path, in: folder)
    // Not made from the target's name, which may be as long as a name can be.
    let sibling =
      "\(folder)/\(temporaryPrefix)\(getpid()).\(UInt32.random(in: 0 ... .max))\(temporarySuffix)"
    let descriptor = open(sibling, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
    guard descriptor >= 0 else {
      throw PadawannError(
        .cannotCreate, "no file can be created in \(folder): \(reason(errno))", at: path,
        remedy: "Choose a folder that you may write to")
    }
    do {
      let handle = FileHandle(fileDescriptor: descriptor, closeOnDealloc: false)
      do {
        defer { close(descriptor) }
        try handle.write(contentsOf: bytes)
        try handle.synchronize()
      } catch {
        throw PadawannError(
          .inputOutput, "writing failed: \(reason(of: error))", at: path,
          remedy: "Free some space; the previous file, if any, is untouched")
      }
      try check(sibling)
      guard rename(sibling, target.path) == 0 else {
        throw PadawannError(.cannotCreate, "the new file cannot be put in place: \(reason(errno))", at: path)
      }
      synchronize(folder: folder)
    } catch {
      unlink(sibling)
      throw error
    }
  }

  private static let temporaryPrefix = ".padawann."
  private static let temporarySuffix = ".tmp"

  /// Whether a file's name is that of a temporary one, which is left where a process was ended while it wrote.
  static func isTemporary(_ name: String) -> Bool {
    name.hasPrefix(temporaryPrefix) && name.hasSuffix(temporarySuffix)
  }

  private static func checkTarget(_ path: String, in folder: String) throws(PadawannError) {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
    if exists && isFolder.boolValue || path.hasSuffix("/") {
      throw PadawannError(.cannotCreate, "this is a folder; a file's path is needed", at: path)
    }
    var status = stat()
    guard stat(path, &status) != 0 || status.st_mode & S_IFMT == S_IFREG else {
      throw PadawannError(
        .cannotCreate, "this is a device or a pipe, which a file cannot replace", at: path,
        remedy: "Give the path of a file")
    }
    guard FileManager.default.fileExists(atPath: folder, isDirectory: &isFolder), isFolder.boolValue else {
      throw PadawannError(
        .cannotCreate, "the folder \(folder) does not exist", at: path, remedy: "Make it first")
    }
  }

  /// Asks the system to store a folder's entries. Some file systems cannot; the rename has happened all the same.
  private static func synchronize(folder: String) {
    let descriptor = open(folder, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else { return }
    fsync(descriptor)
    close(descriptor)
  }

  private static func reason(_ code: Int32) -> String { String(cString: strerror(code)) }

  private static func reason(of error: any Error) -> String {
    let underlying = (error as NSError).userInfo[NSUnderlyingErrorKey] as? NSError
    let posix = [underlying, error as NSError].compactMap { $0 }.first { $0.domain == NSPOSIXErrorDomain }
    return posix.map { reason(Int32($0.code)) } ?? error.localizedDescription
  }
}
