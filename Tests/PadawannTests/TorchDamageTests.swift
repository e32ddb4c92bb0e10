import Padawann
import Testing

/// Damaged copies of files that `torch.save` wrote.
@Suite struct TorchDamageTests {
  @Test(arguments: ["plain-2.pt", "plain-4.pt", "deflated.pt"])
  func everyFlippedBitOfAnArchiveIsHarmlessOrAnError(name: String) throws {
    let bytes = try ImportFixture.bytes(name)
    let expected = try TensorContents(bytes)
    var errors = 0
    for (bit, damaged) in ImportFixture.flips(of: bytes, step: Self.step) {
      switch outcome({ try TensorContents(damaged) }) {
      case .success(let contents): #expect(contents == expected, "bit \(bit)")
      case .failure(let error):
        #expect(error is PadawannError)
        errors += 1
      }
    }
    #expect(errors > bytes.count * 3 / Self.step)
  }

  @Test(arguments: ["plain-2.pt", "deflated.pt", "legacy-2.pt", "legacy-4.pt", "old.pt"])
  func everyTruncationIsAnErrorOrHarmless(name: String) throws {
    let bytes = try ImportFixture.bytes(name)
    let expected = try TensorContents(bytes)
    for count in bytes.indices {
      // A tar archive may lose the zeros behind its end, and nothing else.
      if case .success(let contents) = outcome({ try TensorContents(Array(bytes[..<count])) }) {
        #expect(
          name == "old.pt" && contents == expected && bytes[count...].allSatisfy { $0 == 0 }, "\(count) bytes"
        )
      }
    }
  }

  @Test func aFlippedBitOfALegacyFileIsAnErrorOrSmall() throws {
    let bytes = try ImportFixture.bytes("legacy-2.pt")
    let expected = try TensorContents(bytes)
    // The format has no checksum. Behind the pickles are two storages: a count and 6 or 2 numbers each.
    let sizes = [(6, bytes.count - 48), (2, bytes.count - 16)]
    #expect(sizes.map(\.0) == [6, 2])
    var silent = 0
    for (bit, damaged) in ImportFixture.flips(of: bytes, step: Self.step) {
      guard case .success(let contents) = outcome({ try TensorContents(damaged) }), contents != expected
      else { continue }
      silent += 1
      let inNumbers = bit / 8 >= bytes.count - 48
      if inNumbers {
        #expect(contents.tensors.map(\.name) == expected.tensors.map(\.name), "bit \(bit)")
        #expect(contents.tensors.map(\.shape) == expected.tensors.map(\.shape), "bit \(bit)")
        let changed = zip(contents.tensors, expected.tensors).flatMap { zip($0.bits, $1.bits) }.filter {
          $0 != $1
        }
        #expect(changed.count == 1, "bit \(bit)")
      } else {
        #expect(
          contents.tensors.count <= 2 && contents.tensors.allSatisfy { $0.bits.count <= 6 }, "bit \(bit)")
      }
    }
    #expect(silent >= 75 && silent < bytes.count * 2, "\(silent)")
  }

  @Test(arguments: ["old.pt", "checkpoint-4.pt", "views-legacy.pt", "types.safetensors"])
  func noFlippedBitCrashes(name: String) throws {
    let bytes = try ImportFixture.bytes(name)
    var errors = 0
    for (_, damaged) in ImportFixture.flips(of: bytes, step: 7) {
      if case .failure(let error) = outcome({ try TensorContents(damaged) }) {
        #expect(error is PadawannError)
        errors += 1
      }
    }
    #expect(errors > 0)
  }

  /// Unoptimised code takes ten times as long per case; it sees every fifth bit, optimised code every one.
  #if DEBUG
    static let cases = 2000
    static let step = 5
  #else
    static let cases = 20_000
    static let step = 1
  #endif

  /// Random changes of a pickle: bytes replaced, removed, repeated, and spliced in from another place or pickle.
  static func mutated(_ bytes: [UInt8], with other: [UInt8], _ generator: inout KeyedGenerator) -> [UInt8] {
    var result = bytes
    for _ in 0...generator.next(below: 4) where !result.isEmpty {
      let place = generator.next(below: result.count)
      let count = min(1 + generator.next(below: 24), result.count - place)
      switch generator.next(below: 6) {
      case 0: result[place] = UInt8(generator.next(below: 256))
      case 1: result.removeSubrange(place..<(place + count))
      case 2:
        result.insert(contentsOf: result[place..<(place + count)], at: generator.next(below: result.count))
      case 3:
        let source = generator.next(below: other.count)
        result.insert(contentsOf: other[source..<min(source + count, other.count)], at: place)
      case 4:
        result[place] = [0, 1, 127, 128, 255, 0x28, 0x74, 0x75, 0x52, 0x86, 0x62][generator.next(below: 11)]
      default: result.insert(UInt8(generator.next(below: 256)), at: place)
      }
    }
    return result
  }

  @Test func randomPicklesNeverCrash() throws {
    let names = [
      "plain-2.pt", "plain-4.pt", "plain-5.pt", "checkpoint.pt", "checkpoint-4.pt", "views.pt", "types.pt",
      "sparse.pt",
      "quantised.pt", "meta.pt", "average.pt", "parameters.pt",
    ]
    var pickles: [[UInt8]] = []
    var storages: [[ZipWriter.Entry]] = []
    for name in names {
      let archive = try ZipArchive(ImportFixture.bytes(name))
      let entries = try archive.entries.map {
        ZipWriter.Entry(name: $0.name, content: try archive.content(of: $0, limit: 1 << 20))
      }
      pickles.append(try #require(entries.first { $0.name == "archive/data.pkl" }).content)
      storages.append(entries.filter { $0.name.hasPrefix("archive/data/") })
    }
    var read = 0
    for seed in 0..<Self.cases {
      var generator = KeyedGenerator(0x7069_636b_6c65, UInt64(seed))
      let file = generator.next(below: pickles.count)
      let other = pickles[generator.next(below: pickles.count)]
      let content = Self.mutated(pickles[file], with: other, &generator)
      let bytes = try ZipWriter.archive([.init(name: "archive/data.pkl", content: content)] + storages[file])
      switch outcome({ try TensorContents(bytes) }) {
      case .success: read += 1
      case .failure(let error): #expect(error is PadawannError)
      }
    }
    // Some changes must survive, else the test only sees the first check.
    #expect(read > Self.cases / 200)
  }

  @Test func randomFilesWithoutChecksumsNeverCrash() throws {
    let names = [
      "legacy-2.pt", "checkpoint-legacy.pt", "views-legacy.pt", "old.pt", "plain.safetensors",
      "types.safetensors",
    ]
    let files = try names.map(ImportFixture.bytes)
    var read = 0
    for seed in 0..<Self.cases {
      var generator = KeyedGenerator(0x6c65_6761_6379, UInt64(seed))
      let file = files[generator.next(below: files.count)]
      let other = files[generator.next(below: files.count)]
      let bytes = Self.mutated(file, with: other, &generator)
      switch outcome({ try TensorContents(bytes) }) {
      case .success: read += 1
      case .failure(let error): #expect(error is PadawannError)
      }
    }
    #expect(read > Self.cases / 200)
  }
}
