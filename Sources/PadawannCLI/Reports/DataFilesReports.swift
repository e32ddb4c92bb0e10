import Padawann

/// The datasets that `padawann data get` has put in place: `padawann.data.get/1`.
struct DataGetReport: Encodable {
  let schema = "padawann.data.get/1"
  let folder: String
  let sets: [Entry]

  /// One of them.
  struct Entry: Encodable {
    let name: String
    let folder: String
    let files: [String]
    let licence: String
  }

  init(_ folder: DataFolder, _ sets: [PublishedSet]) {
    self.folder = folder.path
    self.sets = sets.map { set in
      Entry(
        name: set.name, folder: folder.path(of: set),
        files: set.files.compactMap { folder.location(of: $0, in: set) }, licence: set.licence)
    }
  }

  var text: String {
    sets.map { "\($0.name): \($0.folder) (licence: \($0.licence))" }.joined(separator: "\n")
  }
}

/// The archive that `padawann data export` has written: `padawann.data.export/1`.
struct DataExportReport: Encodable {
  let schema = "padawann.data.export/1"
  let file: String
  let dataset: String
  let datasetSha256: String
  let images: Int
  let shape: [Int]

  init(_ path: String, _ dataset: Dataset) {
    file = path
    self.dataset = dataset.name
    datasetSha256 = dataset.digest.description
    images = dataset.count
    shape = dataset.shape.lengths
  }

  var text: String {
    "\(file.inOneLine): \(Format.count(images)) images of \(Format.shape(shape)), sha256 \(datasetSha256)"
  }
}

/// How the files of datasets compare with what was published: `padawann.data.verify/1`.
struct DataVerifyReport: Encodable {
  let schema = "padawann.data.verify/1"
  let folder: String
  let good: Bool
  let sets: [Entry]

  /// One dataset.
  struct Entry: Encodable {
    let name: String
    let files: [FileEntry]
  }

  /// One file.
  struct FileEntry: Encodable {
    let name: String
    let path: String?
    let bytes: Int?
    let md5: String?
    let sha256: String?
    let verdict: String
    let reason: String?

    init(_ file: SetVerification.File) {
      name = file.name
      path = file.path
      bytes = file.checksums?.byteCount
      md5 = file.checksums?.md5.description
      sha256 = file.checksums?.sha256.description
      verdict = file.verdict.rawValue
      reason = file.reason
    }
  }

  /// - Parameter missingIsBad: whether a file that is not there is a reason to complain.
  init(_ folder: DataFolder, _ verifications: [SetVerification], missingIsBad: Bool) {
    self.folder = folder.path
    sets = verifications.map { Entry(name: $0.set.name, files: $0.files.map(FileEntry.init)) }
    good = verifications.allSatisfy { verification in
      verification.files.allSatisfy { file in
        switch file.verdict {
        case .official, .plausible: true
        case .different, .damaged: false
        case .missing: !missingIsBad
        }
      }
    }
  }

  var text: String {
    guard !sets.isEmpty else { return "there are no datasets in \(folder)" }
    let rows = sets.flatMap { set in
      set.files.map { [set.name, $0.name, $0.verdict, $0.reason ?? ""] }
    }
    return "datasets in \(folder)\n" + Table.text([["dataset", "file", "verdict", "reason"]] + rows)
  }

  /// What to do about the files that are not good, one sentence for each dataset.
  var advice: [String] {
    sets.compactMap { set in
      let wrong = set.files.count { ["different", "damaged"].contains($0.verdict) }
      if wrong > 0 {
        return "\(set.name): \(wrong) of \(set.files.count) files are not what was published. "
          + "Run `padawann data get --replace \(set.name)` to get the published ones"
      }
      let missing = set.files.count { $0.verdict == "missing" }
      return missing == 0
        ? nil
        : "\(set.name): \(missing) of \(set.files.count) files are not there. Run `padawann data get \(set.name)`"
    }
  }
}
