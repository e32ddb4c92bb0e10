import HDF5
import Testing

/// Each way in which other programs' files keep values; see `layouts` in `make_goldens.py`.
@Suite struct LayoutTests {
  static let files = ["layouts-earliest", "layouts-v108", "layouts-v110", "layouts-latest"]

  /// Element i of each dataset, where it was written.
  private func written(_ count: Int) -> [Float] { (0..<count).map { Float(7 * $0 % 251) } }

  @Test(arguments: files)
  func valuesAreThoseThatWereWritten(_ name: String) throws {
    let file = try HDFFile(path: Golden.path(name))
    for (path, shape) in [
      ("compact", [3, 4]), ("contiguous", [2, 3, 4]), ("one", [5, 4]), ("one-deflated", [5, 4]),
      ("table", [7, 5]), ("growing", [7, 5]), ("growing-deflated", [31]), ("growing-everywhere", [7, 5]),
      ("everywhere-deflated", [7, 5]),
    ] {
      let read = try file.readFloats(path)
      #expect(read.shape == shape, "\(path)")
      #expect(read.values == written(shape.reduce(1, *)), "\(path)")
    }
    #expect(try file.readIntegers("early").values == written(12).map { Int64($0) % 100 })
    for number in 0..<9 {
      #expect(try file.readBytes("many/a dataset with the number \(number)").values == [UInt8(number)])
    }
    #expect(try file.datasets().count == 22)
  }

  @Test(arguments: files)
  func whatWasNeverWrittenHasTheFillValue(_ name: String) throws {
    let file = try HDFFile(path: Golden.path(name))
    func expected(_ count: Int, _ isWritten: (Int) -> Bool) -> [Float] {
      written(count).enumerated().map { isWritten($0) ? $1 : 9 }
    }
    let table = expected(35) { (2..<4).contains($0 / 5) && (1..<4).contains($0 % 5) }
    #expect(try file.readFloats("partly").values == table)
    #expect(try file.readFloats("partly-growing").values == expected(150) { (40..<130).contains($0) })
    #expect(try file.readFloats("pages").values == expected(2400) { $0 < 50 })
  }

  @Test func aDatasetTakesNoMoreThanTheLimit() throws {
    for name in Self.files {
      let file = try HDFFile(path: Golden.path(name), limits: ReadLimits(payloadBytes: 139))
      let error = #expect(throws: HDF5Error.self) { try file.readFloats("growing") }
      #expect(error?.kind == .tooLarge)
      // The values fit, but chunks reach over the edge of the dataset.
      let chunks = try HDFFile(path: Golden.path(name), limits: ReadLimits(payloadBytes: 140))
      let other = #expect(throws: HDF5Error.self) { try chunks.readFloats("growing") }
      #expect(other?.message.contains("chunks") == true)
      #expect(try chunks.readFloats("one").values == written(20))
    }
  }

  @Test func aFileInMemoryIsReadAsOneOnDisk() throws {
    let file = try HDFFile(bytes: Golden.bytes("layouts-latest"))
    #expect(try file.datasets() == HDFFile(path: Golden.path("layouts-latest")).datasets())
    #expect(try file.readBytes("one").values.count == 20)
  }

  @Test func aFileThatIsCutOffIsRefused() throws {
    for name in Self.files {
      let bytes = try Golden.bytes(name)
      for count in stride(from: 0, to: bytes.count, by: 97) {
        #expect(throws: HDF5Error.self, "\(name), \(count)") {
          try HDFFile(bytes: Array(bytes.prefix(count)))
        }
      }
    }
  }
}
