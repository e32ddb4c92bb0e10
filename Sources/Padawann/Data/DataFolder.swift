import Foundation

/// Where datasets are kept: one folder per published set, with the official file names.
public struct DataFolder: Hashable, Sendable {
  /// The path of the folder, which need not exist.
  public let path: String

  /// A folder that the user named.
  public init(path: String) { self.path = path }

  /// The folder that the environment asks for: `PADAWANN_DATA`, or `padawann` in `XDG_CACHE_HOME`, or
  /// `.cache/padawann` in `HOME`.
  ///
  /// - Throws: ``PadawannError`` `usage` when the environment has none of them.
  public init(environment: [String: String]) throws(PadawannError) {
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    if let named = value("PADAWANN_DATA") {
      path = named
    } else if let cache = value("XDG_CACHE_HOME"), cache.hasPrefix("/") {
      path = cache + "/padawann"
    } else if let home = value("HOME") {
      path = home + "/.cache/padawann"
    } else {
      throw PadawannError(
        .usage, "there is no home folder to keep datasets in",
        remedy: "Name a folder", choice: .dataFolder)
    }
  }

  /// The folder of a published set, which need not exist.
  package func path(of set: PublishedSet) -> String { "\(path)/\(set.folder)" }

  /// Where a file of a set is: under its official name, inflated, or in the folder that an archive unpacks to; `nil` when
  /// it is not there.
  package func location(of file: PublishedFile, in set: PublishedSet) -> String? {
    let unpacked = ["", "/cifar-10-batches-bin", "/cifar-100-binary", "/gzip"]
    for folder in unpacked.map({ path(of: set) + $0 }) {
      for name in [file.name, file.inflatedName]
      where FileManager.default.fileExists(atPath: "\(folder)/\(name)") {
        return "\(folder)/\(name)"
      }
    }
    return nil
  }

  /// Where a file of a set is.
  ///
  /// - Throws: ``PadawannError`` `missing` that tells where to get it and where to put it.
  package func existingLocation(of file: PublishedFile, in set: PublishedSet) throws(PadawannError) -> String
  {
    if let location = location(of: file, in: set) { return location }
    let download = set.archive ?? file
    let checksum = download.md5.map { ", MD5 \($0)" } ?? ""
    let size = download.byteCount.map { "\($0) bytes" } ?? "size unknown"
    let unpacking = set.archive == nil ? "" : ", from \(download.name)"
    throw PadawannError(
      .missing, "the file \(file.name) of \(set.name) is not there", at: path(of: set),
      remedy: "Download the set, or put \(file.name)\(unpacking) there: "
        + "\(set.mirrors.first ?? "")\(download.name) (\(size)\(checksum))", choice: .download(set.name))
  }
}
