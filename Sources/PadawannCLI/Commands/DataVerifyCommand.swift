import ArgumentParser
import Padawann

/// `padawann data verify`
struct DataVerifyCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "verify", abstract: "Compare datasets on disk with what was published.",
    discussion: """
      official: the checksum is the publisher's. plausible: readable and complete, but no checksum is known. \
      different: readable, but not what was published. damaged: not readable. The command fails when a file is \
      different or damaged, or when one of a dataset that was named is missing.
      """)

  @Argument(help: "The names of the datasets; all that are there when none is given.")
  var names: [String] = []

  @OptionGroup var options: DataOptions

  func run() async throws {
    let folder = try options.folder()
    let sets = names.isEmpty ? Self.present(in: folder) : try DataSetNames.sets(names)
    let verifications = sets.map { SetVerification($0, in: folder) }
    try report(verifications, folder)
    try judge(verifications.flatMap(\.files), folder)
  }

  private static func present(in folder: DataFolder) -> [PublishedSet] {
    PublishedSet.all.filter { set in set.files.contains { folder.location(of: $0, in: set) != nil } }
  }

  private func report(_ verifications: [SetVerification], _ folder: DataFolder) throws {
    if options.json {
      let sets = verifications.map { Entry(name: $0.set.name, files: $0.files.map(File.init)) }
      return try options.printJSON(Report(folder: folder.path, sets: sets))
    }
    if verifications.isEmpty { print("There are no datasets in \(folder.path)") }
    let rows = verifications.flatMap { verification in
      verification.files.map { [verification.set.name, $0.name, $0.verdict.rawValue, $0.reason ?? ""] }
    }
    if !rows.isEmpty { print(DataTable.text(rows)) }
  }

  private func judge(_ files: [SetVerification.File], _ folder: DataFolder) throws(PadawannError) {
    let bad = files.count { $0.verdict == .damaged || $0.verdict == .different }
    if bad > 0 {
      throw PadawannError(
        .data, "\(bad) of \(files.count) files are not what was published", at: folder.path,
        remedy: "Run `padawann data get --replace NAME` to get the published ones")
    }
    let missing = files.count { $0.verdict == .missing }
    if missing > 0, !names.isEmpty {
      throw PadawannError(
        .missing, "\(missing) of \(files.count) files are not there", at: folder.path,
        remedy: "Run `padawann data get NAME`")
    }
  }

  private struct Report: Encodable {
    let schema = "padawann.data.verify/1"
    let folder: String
    let sets: [Entry]
  }

  private struct Entry: Encodable {
    let name: String
    let files: [File]
  }

  private struct File: Encodable {
    let name: String
    let path: String?
    let byteCount: Int?
    let md5: String?
    let sha256: String?
    let verdict: String
    let reason: String?

    init(_ file: SetVerification.File) {
      name = file.name
      path = file.path
      byteCount = file.checksums?.byteCount
      md5 = file.checksums?.md5.description
      sha256 = file.checksums?.sha256.description
      verdict = file.verdict.rawValue
      reason = file.reason
    }
  }
}
