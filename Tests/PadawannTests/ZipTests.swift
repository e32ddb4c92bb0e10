import Padawann
import Testing
import Zlib

@Suite struct ZipTests {
  static let text = [UInt8](String(repeating: "padawann ", count: 20).utf8)

  private static func contents(_ bytes: [UInt8]) throws -> [String: [UInt8]] {
    let archive = try ZipArchive(bytes)
    var contents: [String: [UInt8]] = [:]
    for entry in archive.entries { contents[entry.name] = try archive.content(of: entry, limit: 1 << 20) }
    return contents
  }

  @Test(arguments: ["stored.zip", "streamed.zip", "wide.zip"])
  func readsWhatPythonWrites(name: String) throws {
    let bytes = try ImportFixture.bytes(name)
    #expect(try Self.contents(bytes) == ["a/eins.txt": Self.text, "zwei-ü.txt": []])
    #expect(try ZipArchive(bytes).entries.map(\.name) == ["a/eins.txt", "zwei-ü.txt"])
  }

  @Test(arguments: [false, true])
  func readsWhatItWrites(deflated: Bool) throws {
    let entries = [
      ZipWriter.Entry(name: "b", content: Self.text), ZipWriter.Entry(name: "a/c", content: [1, 2, 3]),
      ZipWriter.Entry(name: "void", content: []),
    ]
    let bytes = try ZipWriter.archive(entries, deflated: deflated)
    let archive = try ZipArchive(bytes)
    #expect(archive.entries.map(\.method) == [deflated ? 8 : 0, 0, 0])
    for (entry, expected) in zip(archive.entries, entries) {
      #expect(entry.name == expected.name)
      #expect(try archive.content(of: entry, limit: 1 << 20) == expected.content)
    }
    #expect(try ZipWriter.archive(entries, deflated: deflated) == bytes)
  }

  @Test func writesAnEmptyArchive() throws {
    #expect(try ZipArchive(ZipWriter.archive([])).entries.isEmpty)
  }

  @Test(arguments: ["", "/etc/passwd", "a/../../b", "..", "C:/x", "a\\b", "a\0b"])
  func refusesNamesThatLeaveTheArchive(name: String) throws {
    #expect(throws: PadawannError.self) { try ZipWriter.archive([.init(name: name, content: [])]) }
    // The same name, smuggled in by replacing one of the same length.
    let honest = String(repeating: "n", count: name.utf8.count)
    guard !honest.isEmpty else { return }
    var bytes = try ZipWriter.archive([.init(name: honest, content: [1])])
    for start in bytes.indices where bytes[start...].starts(with: honest.utf8) {
      bytes.replaceSubrange(start..<(start + honest.utf8.count), with: name.utf8)
    }
    #expect { try ZipArchive(bytes) } throws: { ($0 as? PadawannError)?.kind == .data }
  }

  @Test func refusesNamesThatAppearTwice() throws {
    var bytes = try ZipWriter.archive([.init(name: "one", content: [1]), .init(name: "two", content: [2])])
    for start in bytes.indices where bytes[start...].starts(with: "two".utf8) {
      bytes.replaceSubrange(start..<(start + 3), with: "one".utf8)
    }
    #expect { try ZipArchive(bytes) } throws: { "\($0)".contains("same name") }
  }

  @Test func refusesEntriesThatShareBytes() throws {
    // Two directory records that point to one local header: the layout of a zip bomb.
    let single = try ZipWriter.archive([.init(name: "one", content: Self.text)])
    let directory = single.count - 22 - 46 - 3
    var bytes = Array(single[..<(single.count - 22)]) + single[directory...]
    let end = bytes.count - 22
    bytes[end + 8] = 2
    bytes[end + 10] = 2
    bytes[end + 12] = 98
    #expect { try ZipArchive(bytes) } throws: { "\($0)".contains("same name") }
    bytes[end - 1] = UInt8(ascii: "x")
    #expect { try ZipArchive(bytes) } throws: { "\($0)".contains("disagree") }
  }

  @Test func refusesWhatItDoesNotRead() throws {
    let bytes = try ZipWriter.archive([.init(name: "one", content: Self.text)])
    let directory = bytes.count - 22 - 46 - 3
    func changed(_ changes: [Int: UInt8]) -> [UInt8] {
      changes.reduce(into: bytes) { $0[$1.key] = $1.value }
    }
    #expect { try ZipArchive(changed([6: 1, directory + 8: 1])) } throws: { "\($0)".contains("encrypted") }
    #expect { try ZipArchive(changed([8: 12, directory + 10: 12])) } throws: { "\($0)".contains("method 12") }
    #expect { try ZipArchive(changed([bytes.count - 18: 1])) } throws: { "\($0)".contains("disks") }
    #expect { try ZipArchive([0] + bytes) } throws: { "\($0)".contains("not where") }
    #expect { try ZipArchive(bytes + [0]) } throws: { "\($0)".contains("no end record") }
    #expect { try ZipArchive([]) } throws: { "\($0)".contains("no end record") }
  }

  @Test func refusesContentBeyondTheLimit() throws {
    let zeros = [UInt8](repeating: 0, count: 100_000)
    let archive = try ZipArchive(ZipWriter.archive([.init(name: "zeros", content: zeros)], deflated: true))
    #expect(archive.entries[0].compressedSize < 1000)
    #expect { try archive.content(of: archive.entries[0], limit: 99_999) } throws: {
      "\($0)".contains("100000")
    }
  }

  @Test(arguments: ["stored.zip", "streamed.zip", "wide.zip"])
  func everyFlippedBitIsHarmlessOrAnError(name: String) throws {
    let bytes = try ImportFixture.bytes(name)
    let expected = try Self.contents(bytes)
    var errors = 0
    for (bit, damaged) in ImportFixture.flips(of: bytes) {
      switch outcome({ try Self.contents(damaged) }) {
      case .success(let contents): #expect(contents == expected, "bit \(bit)")
      case .failure(let error):
        #expect(error is PadawannError)
        errors += 1
      }
    }
    #expect(errors > bytes.count * 4)
  }

  @Test(arguments: ["stored.zip", "streamed.zip", "wide.zip"])
  func everyTruncationIsAnError(name: String) throws {
    let bytes = try ImportFixture.bytes(name)
    for count in bytes.indices {
      #expect(throws: PadawannError.self) { try Self.contents(Array(bytes[..<count])) }
    }
  }
}
