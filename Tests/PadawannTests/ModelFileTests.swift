import Foundation
import Padawann
import Testing

@Suite struct ModelFileTests {
  /// The three small models on which damage is tried: plain planes, compact planes, and floats with retained edges.
  static func samples() throws -> [(name: String, model: Model, compact: Bool)] {
    var provenance = Provenance()
    provenance.tool = "padawann test"
    provenance.sourceName = "net.pt"
    provenance.sourceDigest = Digest(of: [1, 2, 3])
    provenance.sourceBytes = 1234
    provenance.seed = .max
    provenance.entries = [.init("weights", "sign"), .init("note", "a=b")]
    let task = ModelTask(
      name: "mnist", dataset: "mnist:test", digest: Digest(of: [4]), classNames: ["nought", "één", "二"],
      outputs: [4, 0, 2], normalisation: .mnist, bestSharedWeight: 0.5, accuracy: 0.9369)
    return [
      ("plain", Model(network: try Fixtures.network(), tasks: [task], provenance: provenance), false),
      (
        "compact",
        Model(network: try Fixtures.network(seed: 2), sharedWeights: [0.7], provenance: provenance), true
      ),
      ("float", Model(network: try Fixtures.network(seed: 3, own: true, retainsPruned: true)), false),
    ]
  }

  @Test(arguments: [false, true], [false, true])
  func everyKindOfModelReadsBackEqual(own: Bool, retainsPruned: Bool) throws {
    for compact in [false, true] {
      for density in [0, 0.3, 1] as [Float] {
        let network = try Fixtures.network(seed: 5, own: own, retainsPruned: retainsPruned, density: density)
        let model = Model(network: network)
        let stored = try ModelFile.model(encoded: try ModelFile.encoded(model, compact: compact))
        #expect(stored.model == model)
        #expect(stored.isCompact == compact)
      }
    }
  }

  @Test func recordsReadBackEqualAndGiveTheSameBytesAgain() throws {
    for sample in try Self.samples() {
      let bytes = try ModelFile.encoded(sample.model, compact: sample.compact)
      let stored = try ModelFile.model(encoded: bytes)
      #expect(stored.model == sample.model)
      #expect(stored.byteCount == bytes.count)
      #expect(try ModelFile.encoded(stored.model, compact: sample.compact) == bytes)
    }
  }

  @Test func theDigestIsOfTheContentAndNotOfTheEncodingOfAnything() throws {
    let model = Model(network: try Fixtures.network())
    let digest = try ModelFile.model(encoded: try ModelFile.encoded(model)).digest
    var other = model
    other.sharedWeights = [1]
    #expect(try ModelFile.model(encoded: try ModelFile.encoded(other)).digest != digest)
    #expect(try ModelFile.model(encoded: try ModelFile.encoded(model)).digest == digest)
  }

  /// All bits in release, every seventh in debug, where a check costs ten times as much.
  static var bitStep: Int {
    #if DEBUG
      7
    #else
      1
    #endif
  }

  @Test func everyFlippedBitIsAnError() async throws {
    for sample in try Self.samples() {
      let bytes = try ModelFile.encoded(sample.model, compact: sample.compact)
      let silent = await FlippedBits.silent(in: bytes, step: Self.bitStep) {
        (try? ModelFile.model(encoded: $0)) != nil
      }
      #expect(silent.isEmpty, "\(sample.name): \(silent.prefix(5))")
    }
  }

  @Test func everyTruncationAndEveryZeroedOrSwappedBlockIsAnError() throws {
    for sample in try Self.samples() {
      let bytes = try ModelFile.encoded(sample.model, compact: sample.compact)
      for length in 0..<bytes.count {
        #expect(throws: PadawannError.self) { try ModelFile.model(encoded: Array(bytes[..<length])) }
      }
      #expect(throws: PadawannError.self) { try ModelFile.model(encoded: bytes + [0]) }
      let blocks = stride(from: 0, to: bytes.count, by: 512).map { $0..<min($0 + 512, bytes.count) }
      for block in blocks {
        var zeroed = bytes
        zeroed.replaceSubrange(block, with: repeatElement(0, count: block.count))
        if zeroed != bytes { #expect(throws: PadawannError.self) { try ModelFile.model(encoded: zeroed) } }
        for other in blocks where other.lowerBound > block.lowerBound && other.count == block.count {
          var swapped = bytes
          swapped.replaceSubrange(block, with: bytes[other])
          swapped.replaceSubrange(other, with: bytes[block])
          if swapped != bytes {
            #expect(throws: PadawannError.self) { try ModelFile.model(encoded: swapped) }
          }
        }
      }
    }
  }

  /// The bound: no more than 3% + 5 KB above the entropy of a random mask with random signs.
  @Test(arguments: [0.9, 0.5, 0.3, 0.1])
  func compactFilesOfMNISTNetAreNearTheEntropyBound(density: Float) throws {
    let architecture = try Preset.mnistNet.architecture
    var generator = KeyedGenerator(11, UInt64(density * 100))
    let parameters = try architecture.nodes.indices.map { index -> NodeParameters in
      guard let shape = architecture.weightShape(of: index) else { return .none }
      let count = shape.reduce(1, *)
      let mask = Bitmask((0..<count).map { _ in generator.uniform() < density })
      let signs = Bitmask((0..<count).map { _ in generator.uniform() < 0.5 })
      return .weighted(
        try EdgeWeights(shape: shape, mask: mask, values: .signs(signs)),
        bias: [Float](repeating: 0.5, count: shape[0]))
    }
    let model = Model(network: try Network(architecture: architecture, parameters: parameters))
    let bytes = try ModelFile.encoded(model, compact: true)
    let bound = Compression(of: model.network).entropyBound
    #expect(Double(bytes.count) <= bound * 1.03 + 5000, "\(bytes.count) bytes, bound \(bound)")
    #expect(try ModelFile.model(encoded: bytes).model == model)
  }
}
