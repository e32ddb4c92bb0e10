import Padawann

/// The datasets that have a name: `padawann.data.list/1`.
struct DataListReport: Encodable {
  let schema = "padawann.data.list/1"
  let folder: String
  let sets: [Entry]

  /// One of them.
  struct Entry: Encodable {
    let name: String
    let summary: String
    /// `yes`, `no`, `partly`, or `drawn` for a set that needs no files.
    let presence: String
    let files: [FileEntry]
    let bytes: Int
    let downloadBytes: Int?
    let licence: String?

    init(_ set: NamedSet, _ folder: DataFolder) {
      name = set.rawValue
      summary = set.summary
      let publication = set.publication
      files = publication.map { source in source.files.map { FileEntry($0, source, folder) } } ?? []
      bytes = files.compactMap(\.bytes).reduce(0, +)
      downloadBytes = publication?.downloads.compactMap(\.byteCount).reduce(0, +)
      licence = publication?.licence
      let present = files.count { $0.path != nil }
      presence =
        publication == nil ? "drawn" : present == files.count ? "yes" : present == 0 ? "no" : "partly"
    }

    fileprivate var row: [String] {
      let size: String
      switch presence {
      case "drawn": size = ""
      case "no": size = "(\(Format.size(downloadBytes ?? 0)) to get)"
      default: size = Format.size(bytes)
      }
      return [name, presence, size, summary]
    }
  }

  /// A file of a published set.
  struct FileEntry: Encodable {
    let name: String
    let path: String?
    let bytes: Int?

    init(_ file: PublishedFile, _ set: PublishedSet, _ folder: DataFolder) {
      name = file.name
      path = folder.location(of: file, in: set)
      bytes = path.flatMap { try? RandomAccessFile($0).byteCount }
    }
  }

  init(_ folder: DataFolder) {
    self.folder = folder.path
    sets = NamedSet.allCases.map { Entry($0, folder) }
  }

  var text: String {
    let licences = PublishedSet.all.map { [$0.name, $0.licence] }
    return "datasets in \(folder)\n" + Table.text([["name", "here", "size", "content"]] + sets.map(\.row))
      + "\n\nlicences\n" + Table.text(licences)
  }
}
