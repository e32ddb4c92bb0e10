import Foundation
import Padawann
import Testing
import Zlib

/// A folder that exists as long as a test.
final class TemporaryFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/padawann-data-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  /// Writes a file, making folders on its way, and gives its path.
  @discardableResult
  func write(_ bytes: [UInt8], to name: String) throws -> String {
    let file = "\(path)/\(name)"
    let folder = URL(fileURLWithPath: file).deletingLastPathComponent().path
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try StoredFile.write(bytes, to: file)
    return file
  }

  /// Writes text.
  @discardableResult
  func write(_ text: String, to name: String) throws -> String { try write(Array(text.utf8), to: name) }

  /// The names in a folder of it, sorted.
  func names(in folder: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: "\(path)/\(folder)").sorted()
  }
}

/// Makes the files that the readers read.
enum DataFixture {
  /// An IDX file.
  static func idx(type: UInt8 = 8, sizes: [Int], _ values: [UInt8]) -> [UInt8] {
    [0, 0, type, UInt8(sizes.count)]
      + sizes.flatMap { size in (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } } + values
  }

  static func gzip(_ bytes: [UInt8]) throws -> [UInt8] { try deflate(bytes, .gzip) }

  /// `count` images with different pixels.
  static func pixels(_ count: Int, of size: Int) -> [UInt8] {
    var random = KeyedGenerator(UInt64(size))
    return (0..<(count * size)).map { _ in UInt8(random.next(below: 256)) }
  }

  /// Writes image and label files of 28×28 under official names, and gives the labels.
  static func writeSet(
    _ folder: TemporaryFolder, _ name: String, stem: String, labels: [UInt8], compressed: Bool = true
  ) throws {
    let images = idx(sizes: [labels.count, 28, 28], pixels(labels.count, of: 784))
    let labelFile = idx(sizes: [labels.count], labels)
    let ending = compressed ? ".gz" : ""
    try folder.write(compressed ? gzip(images) : images, to: "\(name)/\(stem)-images-idx3-ubyte\(ending)")
    try folder.write(
      compressed ? gzip(labelFile) : labelFile, to: "\(name)/\(stem)-labels-idx1-ubyte\(ending)")
  }

  /// Loads a spec with an empty data folder.
  static func load(_ spec: String, folder: String = "/nowhere", split: DatasetSplit = .test) throws -> Dataset
  {
    try DatasetSpec.parse(spec, defaultSplit: split).load(from: DataFolder(path: folder))
  }

  /// The error that a piece of work throws.
  static func error(_ work: () throws -> some Any) -> PadawannError? {
    do {
      _ = try work()
      return nil
    } catch {
      return error as? PadawannError
    }
  }
}

/// Real data and models, which lie beside the package and are no part of it. A test that needs them is skipped without them:
/// `@Test(.enabled(if: SharedFiles.have("data/mnist"), SharedFiles.skipped))`.
enum SharedFiles {
  static let folder = URL(fileURLWithPath: #filePath).resolvingSymlinksInPath()
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appendingPathComponent("shared")
  static let data = DataFolder(path: path("data"))
  static let skipped: Comment = "skipped: ../shared is not there"

  static func path(_ name: String) -> String { folder.appendingPathComponent(name).path }
  static func have(_ names: String...) -> Bool {
    names.allSatisfy { FileManager.default.fileExists(atPath: path($0)) }
  }
}
