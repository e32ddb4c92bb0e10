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

  @Test func rewritingAFileKeepsItsPermissions() throws {
    try Self.inFolder { folder in
      let path = folder + "/file"
      for permissions in [0o600, 0o640, 0o664] {
        try StoredFile.write([1], to: path)
        try FileManager.default.setAttributes([.posixPermissions: permissions], ofItemAtPath: path)
        try StoredFile.write([2], to: path)
        #expect(try StoredFile.read(path) == [2])
        let found = try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int
        #expect(found == permissions)
      }
    }
  }

  @Test func aWriteProtectedFileIsNotReplaced() throws {
    try Self.inFolder { folder in
      let path = folder + "/file"
      try StoredFile.write([1], to: path)
      try FileManager.default.setAttributes([.posixPermissions: 0o444], ofItemAtPath: path)
      let error = #expect(throws: PadawannError.self) { try StoredFile.write([2], to: path) }
      #expect(error?.kind == .cannotCreate)
      #expect(error?.message == "the file is write-protected")
      #expect(try StoredFile.read(path) == [1])
    }
  }

  @Test func aLinkIsNotFollowedWhereAPlainFileBelongs() throws {
    try Self.inFolder { folder in
      try StoredFile.write([1], to: folder + "/outside")
      let link = folder + "/checkpoint"
      try FileManager.default.createSymbolicLink(atPath: link, withDestinationPath: "outside")
      let write = #expect(throws: PadawannError.self) {
        try StoredFile.write([2], to: link, followsLinks: false)
      }
      #expect(write?.kind == .cannotCreate)
      let read = #expect(throws: PadawannError.self) { try StoredFile.read(link, followsLinks: false) }
      #expect(read?.message.contains("symbolic link") == true)
      #expect(try StoredFile.read(folder + "/outside") == [1])
    }
  }

  @Test func onlyTheTemporaryFilesOfTheDeadAreRemoved() throws {
    try Self.inFolder { folder in
      let (dead, living) = (folder + "/.padawann.1.2.tmp", folder + "/.padawann.1.3.tmp")
      for path in [dead, living] { #expect(FileManager.default.createFile(atPath: path, contents: nil)) }
      #expect(FileManager.default.createFile(atPath: folder + "/.padawann.mine.tmp", contents: nil))
      let held = open(living, O_RDONLY)
      defer { close(held) }
      #expect(flock(held, LOCK_EX | LOCK_NB) == 0)
      try StoredFile.write([1], to: folder + "/file")
      #expect(Self.names(folder).sorted() == [".padawann.1.3.tmp", ".padawann.mine.tmp", "file"])
    }
  }

  @Test func anOutputThatIsAnInputIsRefusedHoweverItIsSpelled() throws {
    try Self.inFolder { folder in
      let input = folder + "/input"
      try StoredFile.write([1], to: input)
      try FileManager.default.createSymbolicLink(atPath: folder + "/soft", withDestinationPath: "input")
      try FileManager.default.linkItem(atPath: input, toPath: folder + "/hard")
      for output in ["/input", "/soft", "/hard", "/./input"].map({ folder + $0 }) {
        let error = #expect(throws: PadawannError.self) { try OutputFile.check([output], inputs: [input]) }
        #expect(error?.kind == .usage, "\(output)")
      }
      try OutputFile.check([folder + "/other"], inputs: [input])
      // Two outputs that do not exist yet.
      #expect(throws: PadawannError.self) {
        try OutputFile.check([folder + "/new.h5", folder + "/NEW.h5"], inputs: [])
      }
      #expect(Self.names(folder).sorted() == ["hard", "input", "soft"])
    }
  }

  @Test func anOutputThatCannotBeWrittenIsRefusedBeforeTheWork() throws {
    try Self.inFolder { folder in
      let long = folder + "/" + String(repeating: "n", count: 256)
      for path in ["", folder, folder + "/none/file", long] {
        let error = #expect(throws: PadawannError.self) { try OutputFile.check([path], inputs: []) }
        #expect(error?.kind == .cannotCreate, "\(path)")
      }
    }
  }
}
