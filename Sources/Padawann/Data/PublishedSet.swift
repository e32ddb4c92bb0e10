/// A file as its publisher offers it.
package struct PublishedFile: Hashable, Sendable {
  /// The official file name.
  package let name: String
  /// The size in bytes; `nil` when it is not known.
  package let byteCount: Int?
  /// The publisher's MD5; `nil` when there is none.
  package let md5: MD5Digest?
  /// The SHA-256; `nil` when it is not known.
  package let sha256: Digest?
  /// The MD5 of the inflated content, for those who keep it inflated; `nil` when it is not known or nothing is inflated.
  package let inflatedMD5: MD5Digest?

  /// Describes a file; whatever is `nil` is not checked.
  package init(
    name: String, byteCount: Int? = nil, md5: MD5Digest? = nil, sha256: Digest? = nil,
    inflatedMD5: MD5Digest? = nil
  ) {
    self.name = name
    self.byteCount = byteCount
    self.md5 = md5
    self.sha256 = sha256
    self.inflatedMD5 = inflatedMD5
  }

  init(
    _ name: String, _ byteCount: Int? = nil, md5: String? = nil, sha256: String? = nil,
    inflated: String? = nil
  ) {
    self.init(
      name: name, byteCount: byteCount, md5: md5.flatMap { MD5Digest(hex: $0) },
      sha256: sha256.flatMap { Digest(hex: $0) }, inflatedMD5: inflated.flatMap { MD5Digest(hex: $0) })
  }

  /// The name without `.gz`.
  package var inflatedName: String { name.hasSuffix(".gz") ? String(name.dropLast(3)) : name }

  /// Whether checksums are those of this file; a checksum that nobody published cannot disagree.
  package func agrees(with checksums: Checksums) -> Bool {
    (byteCount.map { $0 == checksums.byteCount } ?? true) && (md5.map { $0 == checksums.md5 } ?? true)
      && (sha256.map { $0 == checksums.sha256 } ?? true)
  }
}

/// The files of a published dataset, where they are, and what their licence is.
package struct PublishedSet: Hashable, Sendable {
  /// How the files are stored.
  package enum Format: Hashable, Sendable {
    /// Images and labels of the training and of the test split, in this order, as IDX files.
    case idx
    /// Batches of CIFAR records.
    case cifar
  }

  /// The name of the named set that has all of it.
  package let name: String
  /// Its folder inside a data folder.
  package let folder: String
  /// How the files are stored.
  package let format: Format
  /// The files in the folder.
  package let files: [PublishedFile]
  /// The archive that is downloaded to get the files; `nil` when the files are offered one by one.
  package let archive: PublishedFile?
  /// Addresses that end in a slash, the most reliable first; the name of a file or of the archive follows.
  package let mirrors: [String]
  /// The licence and whom to thank, in a line.
  package let licence: String
  /// The number of images: training, test.
  package let imageCounts: [Int]

  /// Describes a set; the catalogue has the well-known ones.
  package init(
    name: String, folder: String, format: Format, files: [PublishedFile], archive: PublishedFile?,
    mirrors: [String],
    licence: String, imageCounts: [Int]
  ) {
    self.name = name
    self.folder = folder
    self.format = format
    self.files = files
    self.archive = archive
    self.mirrors = mirrors
    self.licence = licence
    self.imageCounts = imageCounts
  }

  /// All of them.
  package static let all = [mnist, fashionMNIST, emnistLetters, kmnist, cifar10, cifar100]

  /// What has to be downloaded.
  package var downloads: [PublishedFile] { archive.map { [$0] } ?? files }

  /// The files of one split.
  package func files(of split: DatasetSplit) -> [PublishedFile] {
    switch format {
    case .idx: split == .train ? Array(files[..<2]) : Array(files[2...])
    case .cifar: files.filter { $0.name.hasPrefix("test") == (split == .test) }
    }
  }
}
