import Foundation
import HDF5
import Padawann
import Testing

/// Random changes of model trees, with all digests made right: an error or a sound model, never a crash or a hang.
///
/// `PADAWANN_CAMPAIGN=100000` makes it longer, `PADAWANN_SEED=7` different.
@Suite struct HostileModelCampaignTests {
  private static func setting(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap(Int.init)
  }

  private static var rounds: Int {
    #if DEBUG
      setting("PADAWANN_CAMPAIGN") ?? 300
    #else
      setting("PADAWANN_CAMPAIGN") ?? 4000
    #endif
  }

  @Test(.timeLimit(.minutes(20)))
  func randomChangesGiveAnErrorOrASoundModel() async throws {
    let trees = try ModelFileTests.samples().map { try HostileModels.tree(of: $0.model, compact: $0.compact) }
    let seed = UInt64(Self.setting("PADAWANN_SEED") ?? 1)
    let accepted = try await withThrowingTaskGroup(of: Int.self) { group in
      for worker in 0..<2 {
        group.addTask {
          var accepted = 0
          for round in stride(from: worker, to: Self.rounds, by: 2) {
            var mutation = TreeMutation(generator: KeyedGenerator(seed, UInt64(round)))
            var tree = trees[round % trees.count]
            mutation.change(&tree)
            if try Self.isSound(tree, round) { accepted += 1 }
          }
          return accepted
        }
      }
      return try await group.reduce(0, +)
    }
    // Both happen: the changes are neither all harmless nor all refused by the first check.
    #expect(accepted > Self.rounds / 50 && accepted < Self.rounds * 49 / 50, "\(accepted) of \(Self.rounds)")
  }

  /// Whether a tree is accepted; what is accepted must be written and read again, counted and evaluated.
  private static func isSound(_ tree: HDFGroup, _ round: Int) throws -> Bool {
    let stored: StoredModel
    do {
      stored = try HostileModels.read(tree)
    } catch is PadawannError {
      return false
    } catch is HDF5Error {
      // The writer refused the tree.
      return false
    }
    for compact in [false, true] {
      let image = try ModelFile.encoded(stored.model, compact: compact)
      let again = try ModelFile.model(encoded: image).model
      #expect(again.network == stored.model.network, "round \(round)")
      #expect(again.tasks == stored.model.tasks, "round \(round)")
      // An empty group of tasks is not written, and its attributes go with it.
      let isWritten = { (name: String) in !stored.model.tasks.isEmpty || !name.hasPrefix("/tasks") }
      #expect(again.unknown.names == stored.model.unknown.names.filter(isWritten), "round \(round)")
      #expect(again.unknown == stored.model.unknown || stored.model.tasks.isEmpty, "round \(round)")
    }
    _ = Compression(of: stored.model.network)
    let architecture = stored.model.network.architecture
    if architecture.shapes.allSatisfy({ $0.count < 10_000 }), architecture.input.count < 10_000 {
      let evaluator = ReferenceEvaluator(
        stored.model.network, magnitude: .shared(stored.model.sharedWeights[0]))
      let logits = evaluator.logits([[Float](repeating: 0.5, count: architecture.input.count)])
      #expect(logits[0].count == architecture.outputs, "round \(round)")
    }
    return true
  }
}

/// One to three random changes of a tree.
struct TreeMutation {
  var generator: KeyedGenerator

  private static let numbers: [Int64] = [
    .min, .max, -1, 0, 1, 2, 3, 5, 12, 64, 255, 4096, 65_535, 65_536, 65_537, 1 << 26, 1 << 31, (1 << 31) - 1,
    1 << 32,
    1 << 62,
  ]
  private static let reals: [Float] = [
    0, -0.0, 1, -1, 0.5, .nan, .infinity, -.infinity, .greatestFiniteMagnitude, .leastNonzeroMagnitude, 1e-30,
  ]
  private static let texts = [
    "", "sign", "float", "input", "conv", "fc", "relu", "linear", "conv2d", "max_pool", "avg_pool", "concat",
    "add",
    "softmax", "flatten", "global_avg_pool", "same", "tanh", "compact-planes", "é", "e\u{301}", "\u{212a}",
    "a=b", "=",
    "-1", "18446744073709551616", String(repeating: "x", count: 5000),
  ]

  mutating func change(_ tree: inout HDFGroup) {
    for _ in 0...generator.next(below: 3) { changeSomewhere(&tree) }
  }

  private mutating func pick<Element>(_ list: [Element]) -> Element {
    list[generator.next(below: list.count)]
  }

  /// Goes down at random and changes what it finds there.
  private mutating func changeSomewhere(_ group: inout HDFGroup) {
    if !group.groups.isEmpty, generator.next(below: 4) != 0 {
      return changeSomewhere(&group.groups[generator.next(below: group.groups.count)].value)
    }
    switch generator.next(below: 10) {
    case 0...5: changeAttribute(&group)
    case 6, 7: changeDataset(&group)
    default: changeChildren(&group)
    }
  }

  private mutating func changeAttribute(_ group: inout HDFGroup) {
    guard !group.attributes.isEmpty else { return group.set(pick(Self.texts), value()) }
    let place = generator.next(below: group.attributes.count)
    switch generator.next(below: 8) {
    case 0: group.attributes.remove(at: place)
    case 1: group.set("unknown", value())
    case 2: group.attributes.swapAt(0, place)
    case 3: group.attributes[place].value = value()
    default: group.attributes[place].value = like(group.attributes[place].value)
    }
  }

  /// A value of any type.
  private mutating func value() -> HDFValue {
    switch generator.next(below: 6) {
    case 0: .integer(pick(Self.numbers))
    case 1: .float32(pick(Self.reals))
    case 2: .float64(Double(pick(Self.reals)))
    case 3: .text(pick(Self.texts))
    case 4: .texts((0..<generator.next(below: 4)).map { _ in pick(Self.texts) })
    default:
      .array(
        .int32((0..<generator.next(below: 5)).map { _ in Int32(truncatingIfNeeded: pick(Self.numbers)) }))
    }
  }

  /// Another value of the same type.
  private mutating func like(_ value: HDFValue) -> HDFValue {
    switch value {
    case .integer(let number): .integer(pick([number &+ 1, number &- 1, pick(Self.numbers)]))
    case .float32: .float32(pick(Self.reals))
    case .float64: .float64(Double(pick(Self.reals)))
    case .text: .text(pick(Self.texts))
    case .texts(let texts):
      .texts(pick([texts + texts, Array(texts.dropLast()), [pick(Self.texts)], texts.reversed()]))
    case .array(let elements): .array(like(elements))
    }
  }

  private mutating func like(_ elements: HDFElements) -> HDFElements {
    switch elements {
    case .uint8(let values): .uint8(like(values) { UInt8(truncatingIfNeeded: $0.next()) })
    case .int32(let values):
      .int32(like(values) { Int32(truncatingIfNeeded: Self.numbers[$0.next(below: Self.numbers.count)]) })
    case .int64(let values): .int64(like(values) { Self.numbers[$0.next(below: Self.numbers.count)] })
    case .float16(let values): .float16(like(values) { UInt16(truncatingIfNeeded: $0.next()) })
    case .float32(let values): .float32(like(values) { Self.reals[$0.next(below: Self.reals.count)] })
    case .float64(let values): .float64(like(values) { Double(Self.reals[$0.next(below: Self.reals.count)]) })
    }
  }

  private mutating func like<Element>(_ values: [Element], _ draw: (inout KeyedGenerator) -> Element)
    -> [Element]
  {
    var result = values
    switch generator.next(below: 5) {
    case 0: result.append(draw(&generator))
    case 1: _ = result.popLast()
    case 2: result = (0..<generator.next(below: 40)).map { _ in draw(&generator) }
    default:
      guard !result.isEmpty else { return [draw(&generator)] }
      result[generator.next(below: result.count)] = draw(&generator)
    }
    return result
  }

  private mutating func changeDataset(_ group: inout HDFGroup) {
    guard !group.datasets.isEmpty else { return group.setDataset("mask", .uint8([1])) }
    let place = generator.next(below: group.datasets.count)
    switch generator.next(below: 8) {
    case 0: group.datasets.remove(at: place)
    case 1:
      group.datasets[place].name = pick(["mask", "signs", "values", "bias", "coded", "parameters", "scale"])
    case 2:
      let count = group.datasets[place].value.elements.count
      group.datasets[place].value.shape = pick([[1, count], [count, 1], [count, 1, 1]])
    default:
      let elements = like(group.datasets[place].value.elements)
      group.datasets[place].value.elements = elements
      group.datasets[place].value.shape = [elements.count]
    }
  }

  private mutating func changeChildren(_ group: inout HDFGroup) {
    guard !group.groups.isEmpty else {
      return group.groups.append(HDFEntry(pick(["x", "nodes", "é"]), HDFGroup()))
    }
    let (place, other) = (
      generator.next(below: group.groups.count), generator.next(below: group.groups.count)
    )
    switch generator.next(below: 5) {
    case 0: group.groups.remove(at: place)
    case 1: group.groups[place].name = pick(Self.texts)
    case 2: group.groups.append(HDFEntry(pick(["twin", "é", "e\u{301}"]), group.groups[place].value))
    case 3: group.groups.swapAt(place, other)
    default: group.groups[place].value = group.groups[other].value
    }
  }
}
