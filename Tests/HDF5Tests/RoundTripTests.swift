import HDF5
import Testing

@Suite struct RoundTripTests {
  @Test func everyTypeComesBack() throws {
    let tree = Samples.everything
    #expect(try HDFGroup(encoded: tree.encoded()) == tree)
  }

  @Test func equalTreesGiveEqualBytes() throws {
    let first = try Samples.everything.encoded()
    #expect(try Samples.everything.encoded() == first)
    #expect(try HDFGroup(encoded: first).encoded() == first)
  }

  @Test func anEmptyRootIsAFile() throws {
    #expect(try HDFGroup(encoded: HDFGroup().encoded()) == HDFGroup())
  }

  @Test func orderIsKept() throws {
    let names = ["z", "a", "m", "10", "9"]
    var tree = HDFGroup()
    for name in names {
      tree.attributes.append(HDFEntry(name, .integer(1)))
      tree.datasets.append(HDFEntry("d" + name, HDFDataset(shape: [1], .uint8([7]))))
      tree.groups.append(HDFEntry("g" + name, HDFGroup()))
    }
    #expect(try HDFGroup(encoded: tree.encoded()) == tree)
  }

  @Test func hundredsOfEntriesNeedNoIndex() throws {
    var tree = HDFGroup()
    for number in 0..<300 {
      tree.attributes.append(HDFEntry("attribute \(number)", .integer(Int64(number))))
      tree.groups.append(HDFEntry("group \(number)", HDFGroup()))
    }
    let image = try tree.encoded()
    #expect(try HDFGroup(encoded: image, limits: ReadLimits(attributesPerObject: 300)) == tree)
    for signature in ["FRHP", "BTHD", "SNOD", "HEAP", "GCOL"] {
      #expect(!contains(image, Array(signature.utf8)), "\(signature) in the file")
    }
  }

  @Test func textsAreUTF8AndMayBeEmpty() throws {
    let tree = HDFGroup(attributes: [
      "empty": .text(""), "größe": .text("μ = 0,5 — ok"), "list": .texts(["", "a", "äöü"]),
      "none": .texts([]),
      "a/b": .text("slash"),
    ])
    #expect(try HDFGroup(encoded: tree.encoded()) == tree)
  }

  @Test func eightTasksAtOnce() async throws {
    let expected = try Samples.everything.encoded()
    try await withThrowingTaskGroup(of: Void.self) { tasks in
      for _ in 0..<8 {
        tasks.addTask {
          for _ in 0..<50 {
            let tree = try HDFGroup(encoded: expected)
            #expect(try tree.encoded() == expected)
            #expect(throws: HDF5Error.self) { try HDFGroup(encoded: Array(expected.dropLast())) }
          }
        }
      }
      try await tasks.waitForAll()
    }
  }

  private func contains(_ bytes: [UInt8], _ part: [UInt8]) -> Bool {
    (0...(bytes.count - part.count)).contains { bytes[$0..<$0 + part.count].elementsEqual(part) }
  }
}

@Suite struct LibraryTests {
  @Test func theVersionHasThreeNumbers() {
    #expect(Library.version.split(separator: ".").count == 3)
  }

  /// Four thousand groups took eight seconds and sixteen thousand over a minute, for the library sorts all of them whenever one
  /// is asked for.
  @Test func aGroupWithManyLinksReadsBack() throws {
    var group = HDFGroup()
    for number in 0..<4000 { group.groups.append(HDFEntry("node \(number)", HDFGroup())) }
    #expect(try HDFGroup(encoded: group.encoded(), limits: ReadLimits(objects: 4001)) == group)
  }
}
