import Foundation
import HDF5
import Padawann

/// Model files that are changed as the input says, and whose digests are then made right, as somebody who means harm would do it.
struct SealedModel {
  private let trees: [HDFGroup]

  init() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Tests/PadawannTests/Goldens/format")
    let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).filter {
      $0.hasSuffix(".h5")
    }.sorted()
    trees = try files.map {
      try HDFGroup(encoded: Array(Data(contentsOf: folder.appendingPathComponent($0))))
    }
    guard !trees.isEmpty else {
      throw PadawannError(.missing, "there are no models to begin with", at: folder.path)
    }
  }

  func read(_ bytes: [UInt8]) throws {
    var input = Input(bytes)
    var tree = trees[input.below(trees.count)]
    while !input.isEmpty { Self.change(&tree, &input) }
    Self.seal(&tree)
    tree.attributes.removeAll { $0.name == ContentDigest.attribute }
    tree.attributes.append(
      HDFEntry(ContentDigest.attribute, .text(ContentDigest.digest(of: tree).description)))
    _ = try ModelFile.model(encoded: tree.encoded())
  }

  /// Changes something of a group, or of one below it.
  private static func change(_ group: inout HDFGroup, _ input: inout Input) {
    switch input.below(8) {
    case 0..<4 where !group.groups.isEmpty:
      let place = input.below(group.groups.count)
      change(&group.groups[place].value, &input)
    case 4 where !group.attributes.isEmpty: group.attributes.remove(at: input.below(group.attributes.count))
    case 5 where !group.attributes.isEmpty:
      let place = input.below(group.attributes.count)
      group.attributes[place].value = value(like: group.attributes[place].value, &input)
    case 6 where !group.datasets.isEmpty:
      let place = input.below(group.datasets.count)
      let elements = elements(like: group.datasets[place].value.elements, &input)
      group.datasets[place].value = HDFDataset(
        shape: [elements.count], elements, attributes: ["sha256": .array(.uint8([]))])
    case 7 where !group.groups.isEmpty:
      let place = input.below(group.groups.count)
      if input.below(2) == 0 {
        group.groups.remove(at: place)
      } else {
        group.groups[place].name = String(decoding: input.bytes(4), as: UTF8.self)
      }
    default: break
    }
  }

  private static func value(like value: HDFValue, _ input: inout Input) -> HDFValue {
    switch input.below(6) {
    case 0: .integer(Int64(truncatingIfNeeded: input.number()))
    case 1: .float32(Float(bitPattern: UInt32(truncatingIfNeeded: input.number())))
    case 2: .text(String(decoding: input.bytes(12), as: UTF8.self))
    case 3:
      switch value {
      case .array(let old): .array(elements(like: old, &input))
      case .texts(let texts):
        .texts(texts.dropLast(input.below(2)) + [String(decoding: input.bytes(3), as: UTF8.self)])
      case .integer(let number): .integer(number ^ Int64(1 << input.below(63)))
      default: value
      }
    case 4: .array(.int32((0..<input.below(5)).map { _ in Int32(truncatingIfNeeded: input.number()) }))
    default: .texts((0..<input.below(4)).map { _ in String(decoding: input.bytes(4), as: UTF8.self) })
    }
  }

  private static func elements(like elements: HDFElements, _ input: inout Input) -> HDFElements {
    switch elements {
    case .uint8(var bytes):
      if !bytes.isEmpty { bytes[input.below(bytes.count)] ^= UInt8(truncatingIfNeeded: input.number()) }
      return .uint8(input.below(4) == 0 ? bytes.dropLast() + [] : bytes)
    case .int32(let numbers): return .int32(numbers.map { $0 &+ Int32(truncatingIfNeeded: input.number()) })
    case .float16(let numbers):
      return .float16(numbers.map { $0 &+ UInt16(truncatingIfNeeded: input.below(3) * 512) })
    case .float32(var numbers):
      if !numbers.isEmpty {
        numbers[input.below(numbers.count)] = Float(bitPattern: UInt32(truncatingIfNeeded: input.number()))
      }
      return .float32(input.below(4) == 0 ? numbers.dropLast() + [] : numbers)
    default: return elements
    }
  }

  private static func seal(_ group: inout HDFGroup) {
    for index in group.datasets.indices {
      let digest = Digest(of: group.datasets[index].value.elements.littleEndianBytes)
      for place in group.datasets[index].value.attributes.indices
      where group.datasets[index].value.attributes[place].name == "sha256" {
        group.datasets[index].value.attributes[place].value = .array(.uint8(digest.bytes))
      }
    }
    for index in group.groups.indices { seal(&group.groups[index].value) }
  }

  /// The input as decisions; 0 for all when it is used up.
  private struct Input {
    private var rest: ArraySlice<UInt8>

    init(_ bytes: [UInt8]) { rest = bytes[...] }

    var isEmpty: Bool { rest.isEmpty }

    mutating func below(_ count: Int) -> Int { Int(rest.popFirst() ?? 0) % max(1, count) }

    mutating func number() -> UInt64 { bytes(below(9)).reduce(0) { $0 << 8 | UInt64($1) } }

    mutating func bytes(_ count: Int) -> [UInt8] {
      let taken = rest.prefix(count)
      rest = rest.dropFirst(count)
      return Array(taken)
    }
  }
}
