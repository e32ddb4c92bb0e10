import Foundation
import Padawann
import Testing

/// Files that are read whole or not at all, and written whole or not at all.
@Suite struct StoredFileTests {
  /// An empty folder that is gone after the test.
  private static func inFolder(_ body: (String) throws -> Void) throws {
    let folder = FileManager.default.temporaryDirectory.path + "/stored-file-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    try body(folder)
  }

  private static func names(_ folder: String) -> [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? ["unreadable"]
  }

  @Test func whatIsWrittenIsReadAndNothingElseIsLeft() throws {
    try Self.inFolder { folder in
      let path = folder + "/file"
      for bytes in [[], [1, 2, 3], [UInt8](repeating: 7, count: 100_000)] as [[UInt8]] {
        try StoredFile.write(bytes, to: path)
        #expect(try StoredFile.read(path) == bytes)
        #expect(Self.names(folder) == ["file"])
      }
    }
  }

  @Test func aFailingCheckLeavesTheOldFileAndNothingElse() throws {
    struct Failure: Error {}
    try Self.inFolder { folder in
      let path = folder + "/file"
      #expect(throws: Failure.self) { try StoredFile.write([1], to: path) { _ in throw Failure() } }
      #expect(Self.names(folder).isEmpty)
      try StoredFile.write([1], to: path)
      #expect(throws: Failure.self) {
        try StoredFile.write([2], to: path) { sibling in
          #expect(try StoredFile.read(sibling) == [2])
          #expect(try StoredFile.read(path) == [1])
          throw Failure()
        }
      }
      #expect(try StoredFile.read(path) == [1])
      #expect(Self.names(folder) == ["file"])
    }
  }

  @Test func theLongestNameCanBeWritten() throws {
    try Self.inFolder { folder in
      let path = folder + "/" + String(repeating: "n", count: 255)
      try StoredFile.write([1], to: path)
      #expect(try StoredFile.read(path) == [1])
      let error = #expect(throws: PadawannError.self) { try StoredFile.write([1], to: path + "n") }
      #expect(error?.kind == .cannotCreate)
      #expect(Self.names(folder).count == 1)
    }
  }

  @Test func aMissingFolderAndAFolderAreNoTargets() throws {
    try Self.inFolder { folder in
      for path in [folder + "/none/file", folder, folder + "/file/"] {
        let error = #expect(throws: PadawannError.self) { try StoredFile.write([1], to: path) }
        #expect(error?.kind == .cannotCreate, "\(path)")
      }
      #expect(Self.names(folder).isEmpty)
    }
  }

  @Test func aLinkStaysALinkAndItsFileIsWritten() throws {
    try Self.inFolder { folder in
      try StoredFile.write([1], to: folder + "/file")
      let link = folder + "/link"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "file")
      try StoredFile.write([2], to: link)
      #expect(try StoredFile.read(folder + "/file") == [2])
      #expect(try FileManager.default.destinationOfSymbolicLink(atPath: link) == "file")
      #expect(Self.names(folder).sorted() == ["file", "link"])
    }
  }

  @Test func aPipeIsNeitherReadNorReplaced() throws {
    try Self.inFolder { folder in
      let path = folder + "/pipe"
      #expect(mkfifo(path, 0o600) == 0)
      let read = #expect(throws: PadawannError.self) { try StoredFile.read(path) }
      #expect(read?.kind == .missing)
      let write = #expect(throws: PadawannError.self) { try StoredFile.write([1], to: path) }
      #expect(write?.kind == .cannotCreate)
      #expect(Self.names(folder) == ["pipe"])
    }
    #expect(throws: PadawannError.self) { try StoredFile.read("/dev/zero") }
    #expect(throws: PadawannError.self) { try StoredFile.write([1], to: "/dev/null") }
  }

  @Test func whatCannotBeReadSaysWhy() throws {
    try Self.inFolder { folder in
      #expect(throws: PadawannError.self) { try StoredFile.read(folder) }
      #expect(throws: PadawannError.self) { try StoredFile.read(folder + "/none") }
      let path = folder + "/file"
      try StoredFile.write([1, 2, 3], to: path)
      #expect(try StoredFile.read(path, limit: 3) == [1, 2, 3])
      let error = #expect(throws: PadawannError.self) { try StoredFile.read(path, limit: 2) }
      #expect(error?.kind == .data)
      #expect(error?.description.contains("3 bytes, more than the 2") == true)
    }
  }
}
