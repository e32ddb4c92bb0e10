import Foundation

/// Gets the files of a published set into a data folder.
package struct SetInstallation: Sendable {
  /// What is installed.
  package let set: PublishedSet
  /// Where to.
  package let folder: DataFolder
  /// Addresses that end in a slash, tried in this order.
  package let mirrors: [String]
  /// How patient to be.
  package let settings: Download.Settings
  /// Whether files that are there are fetched again.
  package let replaces: Bool
  /// Whether a downloaded archive stays after its files have been taken out.
  package let keepsArchive: Bool

  /// Prepares an installation; nothing is touched yet.
  ///
  /// - Parameters:
  ///   - set: what is installed.
  ///   - folder: where datasets are.
  ///   - mirrors: servers to use instead of the published ones; each is a folder's address.
  ///   - settings: how files are downloaded.
  ///   - replaces: whether files that are there are downloaded again.
  ///   - keepsArchive: whether a downloaded archive stays after its files have been taken out.
  package init(
    _ set: PublishedSet, into folder: DataFolder, mirrors: [String] = [],
    settings: Download.Settings = Download.Settings(), replaces: Bool = false, keepsArchive: Bool = false
  ) {
    self.set = set
    self.folder = folder
    self.mirrors = (mirrors.isEmpty ? set.mirrors : mirrors).map { $0.hasSuffix("/") ? $0 : $0 + "/" }
    self.settings = settings
    self.replaces = replaces
    self.keepsArchive = keepsArchive
  }

  /// Fetches what is not there.
  ///
  /// - Throws: ``PadawannError`` of ``Download/run(report:)``, or `data` when an archive does not have what it should.
  package func run(report: @escaping DownloadEvent.Receiver) async throws {
    if let archive = set.archive {
      try await installArchive(archive, report: report)
    } else {
      for file in set.files { try await install(file, report: report) }
    }
  }

  private func install(_ file: PublishedFile, report: @escaping DownloadEvent.Receiver) async throws {
    if !replaces, let path = folder.location(of: file, in: set) { return report(.present(path: path)) }
    try await download(file).run(report: report)
  }

  private func installArchive(_ archive: PublishedFile, report: @escaping DownloadEvent.Receiver) async throws
  {
    let present = set.files.compactMap { folder.location(of: $0, in: set) }
    if !replaces, present.count == set.files.count {
      for path in present { report(.present(path: path)) }
      return
    }
    let download = download(archive)
    if try isComplete(archive, at: download.target) {
      report(.present(path: download.target))
    } else {
      try await download.run(report: report)
    }
    report(.unpacking(archive: download.target))
    do {
      try unpack(archive, at: download.target)
    } catch let error as PadawannError {
      throw error.location?.hasPrefix(download.target) == true ? error : error.inside(download.target)
    }
    if !keepsArchive { try FileManager.default.removeItem(atPath: download.target) }
    for file in set.files { report(.present(path: "\(folder.path(of: set))/\(file.name)")) }
  }

  private func isComplete(_ archive: PublishedFile, at path: String) throws(PadawannError) -> Bool {
    guard FileManager.default.fileExists(atPath: path) else { return false }
    return archive.agrees(with: try Checksums(ofFile: path))
  }

  private func download(_ file: PublishedFile) -> Download {
    Download(file, from: mirrors.map { $0 + file.name }, into: folder.path(of: set), settings: settings)
  }

  private func unpack(_ archive: PublishedFile, at path: String) throws {
    let names = set.files.map(\.name)
    if archive.name.hasSuffix(".zip") {
      let zip = try ZipArchive(RandomAccessFile(path))
      for name in names { try place(name, try Self.file(named: name, in: zip)) }
    } else {
      let files = try TarArchive(GzipFile.read(path, limit: 1 << 30)).files(named: names)
      for name in names { try place(name, files[name] ?? []) }
    }
  }

  /// The content of a file of an archive, in whatever folder of it.
  private static func file(named name: String, in archive: ZipArchive) throws(PadawannError) -> [UInt8] {
    // Folders inside the archive do not matter: the names that are looked for are unique.
    guard
      let entry = archive.entries.last(where: { $0.name.split(separator: "/").last.map(String.init) == name })
    else {
      throw PadawannError(.data, "the archive has no file \(name)")
    }
    return try archive.content(of: entry, limit: 1 << 30)
  }

  private func place(_ name: String, _ content: [UInt8]) throws {
    if let expected = set.files.first(where: { $0.name == name })?.byteCount, expected != content.count {
      throw PadawannError(
        .data, "\(name) has \(content.count) bytes in the archive, and should have \(expected)")
    }
    try StoredFile.write(content, to: "\(folder.path(of: set))/\(name)")
  }
}
