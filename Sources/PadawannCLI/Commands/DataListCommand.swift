import ArgumentParser
import Padawann

/// `padawann data list`
struct DataListCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "List the datasets that have a name, and which of them are there.")

  @OptionGroup var options: DataOptions

  func run() async throws {
    let folder = try options.folder()
    let entries = NamedSet.allCases.map { Entry($0, folder) }
    if options.json {
      try options.printJSON(Report(folder: folder.path, sets: entries))
    } else {
      print("Datasets in \(folder.path)\n")
      print(DataTable.text([["NAME", "HERE", "SIZE", "CONTENT"]] + entries.map(\.row)))
      let licences = PublishedSet.all.map { [$0.name, $0.licence] }
      print("\nLicences\n" + DataTable.text(licences))
    }
  }

  private struct Report: Encodable {
    let schema = "padawann.data.list/1"
    let folder: String
    let sets: [Entry]
  }

  private struct Entry: Encodable {
    let name: String
    let summary: String
    /// `yes`, `no`, `partly`, or `drawn` for a set that needs no files.
    let presence: String
    let files: [File]
    let byteCount: Int
    let downloadByteCount: Int?
    let licence: String?

    init(_ set: NamedSet, _ folder: DataFolder) {
      name = set.rawValue
      summary = set.summary
      let publication = set.publication
      files = publication.map { source in source.files.map { File($0, source, folder) } } ?? []
      byteCount = files.compactMap(\.byteCount).reduce(0, +)
      downloadByteCount = publication?.downloads.compactMap(\.byteCount).reduce(0, +)
      licence = publication?.licence
      let present = files.count { $0.path != nil }
      presence =
        publication == nil ? "drawn" : present == files.count ? "yes" : present == 0 ? "no" : "partly"
    }

    var row: [String] {
      let size: String
      switch presence {
      case "drawn": size = "-"
      case "no": size = "(\(DataTable.size(downloadByteCount ?? 0)) to get)"
      default: size = DataTable.size(byteCount)
      }
      return [name, presence, size, summary]
    }
  }

  private struct File: Encodable {
    let name: String
    let path: String?
    let byteCount: Int?

    init(_ file: PublishedFile, _ set: PublishedSet, _ folder: DataFolder) {
      name = file.name
      path = folder.location(of: file, in: set)
      byteCount = path.flatMap { try? RandomAccessFile($0).byteCount }
    }
  }
}
