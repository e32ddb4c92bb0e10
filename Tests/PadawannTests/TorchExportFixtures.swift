import Foundation
import Padawann

/// The files of `Goldens/programs`, which `make.py` there makes.
enum ProgramFixture {
  static var folder: String { (Bundle.module.resourcePath ?? "") + "/Goldens/programs" }

  static func path(_ name: String) -> String { "\(folder)/\(name).pt2" }

  static func bytes(_ name: String) throws -> [UInt8] { try StoredFile.read(path(name)) }

  static let networks = [
    "lenet", "lenet-decomposed", "mlp", "mlp-decomposed", "old-lenet", "old-mlp", "old-residual",
    "operations",
    "operations-decomposed", "residual", "residual-decomposed", "slopes",
  ]
  static let refused = ["attention", "outputs", "stale", "training", "transposed", "two"]

  static func expectations() throws -> ONNXFixture.Expectations {
    try JSONDecoder().decode(
      ONNXFixture.Expectations.self, from: Data(StoredFile.read("\(folder)/expected.json")))
  }

  /// What a file becomes, all the way to a network.
  static func network(_ bytes: [UInt8]) throws -> Network? {
    try ONNXFixture.network(TensorFile(bytes: bytes, path: "net.pt2"))
  }

  /// The entries of an archive.
  static func entries(_ name: String) throws -> [ZipWriter.Entry] {
    let archive = try ZipArchive(bytes(name))
    return try archive.entries.map {
      ZipWriter.Entry(name: $0.name, content: try archive.content(of: $0, limit: $0.size))
    }
  }

  /// An archive in which some entries have another content, or are gone.
  static func archive(_ name: String, changing change: (String, [UInt8]) throws -> [UInt8]?) throws -> [UInt8]
  {
    try ZipWriter.archive(
      entries(name).compactMap { entry in
        try change(entry.name, entry.content).map { ZipWriter.Entry(name: entry.name, content: $0) }
      })
  }

  /// An archive in whose entries that end so the first of some texts is another one.
  static func archive(_ name: String, in ending: String, _ text: String, _ other: String) throws -> [UInt8] {
    try archive(name) { entry, content in
      guard entry.hasSuffix(ending) else { return content }
      let whole = String(decoding: content, as: UTF8.self)
      guard let range = whole.range(of: text) else { throw CocoaError(.coderValueNotFound) }
      return Array(whole.replacingCharacters(in: range, with: other).utf8)
    }
  }
}
