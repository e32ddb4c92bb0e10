/// Compares the files of a published set with what was published.
package struct SetVerification: Sendable {
  /// What a file turned out to be.
  package enum Verdict: String, Hashable, Sendable, CaseIterable {
    /// Its checksum is the publisher's.
    case official
    /// It can be read and has as many images as was published; no checksum of it is known.
    case plausible
    /// It can be read but is not what was published.
    case different
    /// It cannot be read.
    case damaged
    /// It is not there.
    case missing
  }

  /// A file and what it turned out to be.
  package struct File: Sendable {
    /// The official name.
    package let name: String
    /// Where it is, if it is there.
    package let path: String?
    /// Its size, MD5 and SHA-256, if it is there and can be opened.
    package let checksums: Checksums?
    /// What it turned out to be.
    package let verdict: Verdict
    /// The reason of a verdict other than `official`.
    package let reason: String?
  }

  /// The set.
  package let set: PublishedSet
  /// Every file of the set.
  package let files: [File]

  /// Reads every file that is there, twice: as bytes and as images.
  package init(_ set: PublishedSet, in folder: DataFolder) {
    self.set = set
    files = DatasetSplit.allCases.flatMap { split in
      let reading = Self.reading(set, split, folder)
      return set.files(of: split).map { Self.file($0, set, folder, reading) }
    }
  }

  /// `nil` when a split has as many images as was published, and otherwise what is wrong with it.
  private static func reading(_ set: PublishedSet, _ split: DatasetSplit, _ folder: DataFolder)
    -> (Verdict, String)?
  {
    guard let named = NamedSet(rawValue: set.name) else { return nil }
    do {
      let count = try DatasetSpec(.named(named, split)).load(from: folder).count
      let expected = set.imageCounts[split == .train ? 0 : 1]
      return count == expected ? nil : (.different, "\(count) images; \(expected) were published")
    } catch {
      // A file alone says nothing about the one that belongs to it.
      return error.kind == .missing
        ? (.plausible, "the file that belongs to it is not there") : (.damaged, error.description)
    }
  }

  private static func file(
    _ file: PublishedFile, _ set: PublishedSet, _ folder: DataFolder, _ reading: (Verdict, String)?
  ) -> File {
    guard let path = folder.location(of: file, in: set) else {
      return File(name: file.name, path: nil, checksums: nil, verdict: .missing, reason: "not there")
    }
    do {
      let checksums = try Checksums(ofFile: path)
      let (verdict, reason) = judge(file, checksums, isInflated: !path.hasSuffix(file.name), reading)
      return File(name: file.name, path: path, checksums: checksums, verdict: verdict, reason: reason)
    } catch {
      return File(name: file.name, path: path, checksums: nil, verdict: .damaged, reason: error.description)
    }
  }

  private static func judge(
    _ file: PublishedFile, _ checksums: Checksums, isInflated: Bool, _ reading: (Verdict, String)?
  ) -> (Verdict, String?) {
    let published = isInflated ? file.inflatedMD5 : file.md5
    if let published, published == checksums.md5, isInflated || file.agrees(with: checksums) {
      return (.official, nil)
    }
    if let (verdict, reason) = reading { return (verdict, reason) }
    if let published { return (.different, "its MD5 is \(checksums.md5); \(published) was published") }
    return (.plausible, "no checksum of this file is known")
  }
}
