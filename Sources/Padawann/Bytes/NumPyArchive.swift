/// Named arrays in one file, as `numpy.savez` and `numpy.savez_compressed` write them (`.npz`).
package struct NumPyArchive: Sendable {
  /// One array and its name.
  package struct Item: Sendable, Equatable {
    /// The name, without `.npy`.
    package var name: String
    /// The array.
    package var array: NumPyArray

    /// Names an array.
    package init(name: String, array: NumPyArray) {
      self.name = name
      self.array = array
    }
  }

  /// The names of the arrays, without `.npy`, in the order of the file.
  package let names: [String]
  private let archive: ZipArchive

  /// Reads the directory of an `.npz` file; arrays are read one by one with ``array(_:limit:)``.
  ///
  /// - Throws: ``PadawannError`` when it is not a sound zip archive or has an entry that is no array.
  package init(_ bytes: [UInt8]) throws(PadawannError) {
    try self.init(ZipArchive(bytes))
  }

  /// The arrays of an archive that is already open.
  ///
  /// - Throws: ``PadawannError`` `data` when it has an entry that is no array.
  package init(_ archive: ZipArchive) throws(PadawannError) {
    if let other = archive.entries.first(where: { !$0.name.hasSuffix(Self.suffix) }) {
      throw PadawannError(.data, "an .npz file has only arrays; this is none", at: "entry \(other.name)")
    }
    names = archive.entries.map { String($0.name.dropLast(Self.suffix.count)) }
    self.archive = archive
  }

  private static let suffix = ".npy"

  /// Reads one array.
  ///
  /// - Parameters:
  ///   - name: the name without `.npy`.
  ///   - limit: the largest size in bytes of its content that is accepted.
  /// - Throws: ``PadawannError`` `data` when there is none of that name or it is damaged or too large, `unsupported` when
  ///   its elements are no plain numbers.
  package func array(_ name: String, limit: Int = 4 << 30) throws(PadawannError) -> NumPyArray {
    guard let entry = archive.entry(named: name + Self.suffix) else {
      let known = names.isEmpty ? "none" : names.prefix(20).joined(separator: ", ")
      throw PadawannError(.data, "there is no array named \(name)", remedy: "The file has: \(known)")
    }
    let content = try archive.content(of: entry, limit: limit)
    do { return try NumPyArray(npy: content) } catch { throw error.inside("array \(name)") }
  }

  /// The bytes of an `.npz` file; they depend on the arrays alone.
  ///
  /// - Throws: ``PadawannError`` as ``ZipWriter/archive(_:deflated:)`` does.
  package static func file(of items: [Item], deflated: Bool = true) throws(PadawannError) -> [UInt8] {
    try ZipWriter.archive(
      items.map { ZipWriter.Entry(name: $0.name + suffix, content: $0.array.npy) }, deflated: deflated)
  }
}
