import Foundation
import Padawann
import Testing

@Suite struct NamedSetsTests {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func lettersAreCutAndRelabelled() throws {
    let labels = (1...26).flatMap { [UInt8($0), UInt8($0)] }
    try DataFixture.writeSet(folder, "emnist-letters", stem: "emnist-letters-test", labels: labels)
    let ten = try DataFixture.load("10letters", folder: folder.path)
    #expect(ten.labels == (0..<10).flatMap { [$0, $0] })
    #expect(ten.classNames.joined() == "abcdefghij")
    let another = try DataFixture.load("another10", folder: folder.path)
    #expect(another.labels == ten.labels)
    #expect(another.classNames.joined() == "klmnopqrst")
    let all = try DataFixture.load("emnist-letters", folder: folder.path)
    #expect(all.labels == labels.map { Int($0) - 1 })
    guard case .bytes(let pixels) = all.pixels, case .bytes(let own) = another.pixels else {
      Issue.record("the pixels are no bytes")
      return
    }
    #expect(Array(pixels[(20 * 784)..<(40 * 784)]) == own)
    #expect(try DataFixture.load("10letters,drop-last", folder: folder.path).count == 19)
  }

  @Test(arguments: [true, false]) func acceptsInflatedFiles(_ compressed: Bool) throws {
    try DataFixture.writeSet(folder, "fashion-mnist", stem: "train", labels: [9, 0], compressed: compressed)
    let dataset = try DataFixture.load("fashion-mnist:train", folder: folder.path)
    #expect(dataset.labels == [9, 0])
    #expect(dataset.classNames[9] == "Ankle boot")
    #expect(dataset.normalisation == .mnist)
  }

  @Test func refusesLabelsOfAnotherSet() throws {
    try DataFixture.writeSet(folder, "emnist-letters", stem: "emnist-letters-test", labels: [0, 1])
    let letters = try #require(DataFixture.error { try DataFixture.load("10letters", folder: folder.path) })
    #expect(letters.message.contains("label 0 of image 0"))
    try DataFixture.writeSet(folder, "kmnist", stem: "t10k", labels: [10])
    #expect(DataFixture.error { try DataFixture.load("kmnist", folder: folder.path) }?.kind == .data)
  }

  @Test(arguments: NamedSet.allCases) func saysHowToGetWhatIsMissing(_ set: NamedSet) throws {
    guard let publication = set.publication else {
      #expect(try DataFixture.load("\(set.rawValue),per-class=1").count == 10)
      return
    }
    let error = try #require(DataFixture.error { try DataFixture.load(set.rawValue, folder: folder.path) })
    #expect(error.kind == .missing)
    #expect(error.location == "\(folder.path)/\(publication.folder)")
    let remedy = try #require(error.remedy)
    #expect(error.choice == .download(publication.name))
    let download = try #require(publication.archive ?? publication.files(of: .test).first)
    #expect(remedy.contains(publication.mirrors[0] + download.name))
    #expect(remedy.contains(try #require(download.md5).description))
  }

  @Test func strokesTakeASeedAndACount() throws {
    let first = try DataFixture.load("strokes:train,per-class=3,seed=7")
    #expect(first.count == 30)
    #expect(first.name == "strokes:train,seed=7,per-class=3")
    #expect(try DataFixture.load("strokes:train,per-class=3,seed=7").digest == first.digest)
    #expect(try DataFixture.load("strokes:train,per-class=3").digest != first.digest)
    #expect(try DataFixture.load("strokes:test,per-class=3,seed=7").digest != first.digest)
    // What is left of more.
    let (some, rest) = (
      try DataFixture.load("strokes:train,per-class=2"), try DataFixture.load("strokes:train,per-class=3-3")
    )
    let all = try DataFixture.load("strokes:train,per-class=3")
    #expect(some.count == 20 && rest.count == 10 && all.count == 30)
    func images(_ dataset: Dataset) -> Set<[UInt8]> {
      guard case .bytes(let pixels) = dataset.pixels else {
        Issue.record("the pixels are no bytes")
        return []
      }
      return Set((0..<dataset.count).map { Array(pixels[($0 * 784)..<(($0 + 1) * 784)]) })
    }
    #expect(images(some).isDisjoint(with: images(rest)))
    #expect(images(some).union(images(rest)) == images(all))
    let letters = try DataFixture.load("strokes-letters:test,per-class=1")
    #expect(letters.classNames.joined() == "abcdefghij")
  }

  @Test func theCatalogueIsComplete() {
    for set in PublishedSet.all {
      #expect(NamedSet(rawValue: set.name)?.publication == set)
      for download in set.downloads {
        #expect(download.md5 != nil && download.sha256 != nil && download.byteCount != nil)
      }
      #expect(set.mirrors.allSatisfy { $0.hasPrefix("http") && $0.hasSuffix("/") })
      #expect(set.files(of: .train).count + set.files(of: .test).count == set.files.count)
    }
  }

  @Test func theFolderComesFromTheEnvironment() throws {
    let home = ["HOME": "/home/a", "XDG_CACHE_HOME": "", "PADAWANN_DATA": ""]
    #expect(try DataFolder(environment: home).path == "/home/a/.cache/padawann")
    #expect(try DataFolder(environment: home.merging(["XDG_CACHE_HOME": "/c"]) { $1 }).path == "/c/padawann")
    #expect(
      try DataFolder(environment: home.merging(["XDG_CACHE_HOME": "c"]) { $1 }).path
        == "/home/a/.cache/padawann")
    #expect(try DataFolder(environment: ["PADAWANN_DATA": "d", "XDG_CACHE_HOME": "/c"]).path == "d")
    #expect(DataFixture.error { try DataFolder(environment: [:]) }?.kind == .usage)
  }

  @Test func digestsAreKnown() {
    #expect(MD5Digest(of: []).description == "d41d8cd98f00b204e9800998ecf8427e")
    #expect(MD5Digest(of: Array("abc".utf8)) == MD5Digest(hex: "900150983CD24FB0D6963F7D28E17F72"))
    #expect(MD5Digest(hex: "900150983cd24fb0d6963f7d28e17f7") == nil)
    #expect(MD5Digest(hex: "g00150983cd24fb0d6963f7d28e17f72") == nil)
  }

  @Test func verificationTellsFilesApart() throws {
    try DataFixture.writeSet(folder, "mnist", stem: "t10k", labels: [1, 2])
    try DataFixture.writeSet(folder, "mnist", stem: "train", labels: [1, 2])
    try folder.write([0, 0, 8], to: "mnist/train-images-idx3-ubyte.gz")
    let verdicts = SetVerification(.mnist, in: DataFolder(path: folder.path)).files.map(\.verdict)
    #expect(verdicts == [.damaged, .damaged, .different, .different])
    let empty = SetVerification(.kmnist, in: DataFolder(path: folder.path)).files.map(\.verdict)
    #expect(empty == [.missing, .missing, .missing, .missing])
  }
}

/// The real sets, when they lie beside the package.
@Suite(
  .enabled(
    if: SharedFiles.have("data/mnist", "data/fashion-mnist", "data/emnist-letters"), SharedFiles.skipped))
struct RealSetsTests {
  @Test(arguments: [
    ("mnist:train", [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]),
    ("mnist:test", [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]),
    ("mnist:train,per-class=700", [Int](repeating: 700, count: 10)),
    ("fashion-mnist:test", [Int](repeating: 1000, count: 10)),
    ("10letters:test", [Int](repeating: 800, count: 10)),
    ("another10:test", [Int](repeating: 800, count: 10)),
    ("10letters:test,drop-last", [Int](repeating: 800, count: 9) + [799]),
  ])
  func hasAsManyImagesPerClassAsPublished(_ spec: String, _ counts: [Int]) throws {
    let dataset = try DatasetSpec.parse(spec).load(from: SharedFiles.data)
    #expect(counts == (0..<10).map { label in dataset.labels.count { $0 == label } })
    #expect(dataset.normalisation == .mnist)
  }

  @Test func areOfficial() throws {
    for set in [PublishedSet.mnist, .fashionMNIST] {
      #expect(
        SetVerification(set, in: SharedFiles.data).files.map(\.verdict) == [
          .official, .official, .official, .official,
        ])
    }
  }

  @Test func ownStatisticsOfMNISTAreTheKnownOnes() throws {
    let own = try DatasetSpec.parse("mnist:train,normalise=own,first=1").load(from: SharedFiles.data)
      .normalisation
    #expect(abs(own.mean[0] - 0.1307) < 0.00005)
    #expect(abs(own.deviation[0] - 0.3081) < 0.00005)
    let fashion = try DatasetSpec.parse("fashion-mnist:train,normalise=own,first=1").load(
      from: SharedFiles.data
    )
    .normalisation
    #expect(abs(fashion.mean[0] - 0.2860) < 0.0001)
    #expect(abs(fashion.deviation[0] - 0.3530) < 0.0001)
  }
}
