import HDF5
import Padawann

/// The bytes of libFuzzer as decisions; 0 for all when they are used up.
struct Decisions {
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

extension HDFGroup {
  /// The tree with changes of its attributes, datasets and groups as the input says.
  func changed(by input: inout Decisions) -> HDFGroup {
    var tree = self
    while !input.isEmpty { tree.change(&input) }
    return tree
  }

  /// Changes something of a group, or of one below it.
  private mutating func change(_ input: inout Decisions) {
    switch input.below(8) {
    case 0..<4 where !groups.isEmpty:
      let place = input.below(groups.count)
      groups[place].value.change(&input)
    case 4 where !attributes.isEmpty: attributes.remove(at: input.below(attributes.count))
    case 5 where !attributes.isEmpty:
      let place = input.below(attributes.count)
      attributes[place].value = attributes[place].value.changed(&input)
    case 6 where !datasets.isEmpty:
      let place = input.below(datasets.count)
      let dataset = datasets[place].value
      let elements = dataset.elements.changed(&input)
      datasets[place].value = HDFDataset(
        shape: elements.count == dataset.elements.count ? dataset.shape : [elements.count], elements,
        attributes: dataset.attribute("sha256") == nil ? [:] : ["sha256": .array(.uint8([]))])
    case 7 where !groups.isEmpty:
      let place = input.below(groups.count)
      if input.below(2) == 0 {
        groups.remove(at: place)
      } else {
        groups[place].name = String(decoding: input.bytes(4), as: UTF8.self)
      }
    default: break
    }
  }
}

extension HDFValue {
  fileprivate func changed(_ input: inout Decisions) -> HDFValue {
    switch input.below(7) {
    case 0: .integer(Int64(truncatingIfNeeded: input.number()))
    case 1: .float32(Float(bitPattern: UInt32(truncatingIfNeeded: input.number())))
    case 2: .text(String(decoding: input.bytes(12), as: UTF8.self))
    case 3:
      switch self {
      case .array(let old): .array(old.changed(&input))
      case .texts(let texts):
        .texts(texts.dropLast(input.below(2)) + [String(decoding: input.bytes(3), as: UTF8.self)])
      case .integer(let number): .integer(number ^ Int64(1 << input.below(63)))
      default: self
      }
    case 4: .array(.int32((0..<input.below(5)).map { _ in Int32(truncatingIfNeeded: input.number()) }))
    case 5: .float64(Double(bitPattern: input.number()))
    default: .texts((0..<input.below(4)).map { _ in String(decoding: input.bytes(4), as: UTF8.self) })
    }
  }
}

extension HDFElements {
  /// Another number at one place, and once in four times the last one away.
  fileprivate func changed(_ input: inout Decisions) -> HDFElements {
    let number = input.number()
    let place = input.below(count)
    let isShorter = input.below(4) == 0
    func changed<Number>(_ numbers: [Number], _ change: (Number) -> Number) -> [Number] {
      var numbers = numbers
      if !numbers.isEmpty { numbers[place] = change(numbers[place]) }
      return isShorter ? numbers.dropLast() : numbers
    }
    return switch self {
    case .uint8(let bytes): .uint8(changed(bytes) { $0 ^ UInt8(truncatingIfNeeded: number) })
    case .int32(let numbers): .int32(changed(numbers) { $0 &+ Int32(truncatingIfNeeded: number) })
    case .int64(let numbers): .int64(changed(numbers) { $0 &+ Int64(truncatingIfNeeded: number) })
    case .float16(let numbers): .float16(changed(numbers) { _ in UInt16(truncatingIfNeeded: number) })
    case .float32(let numbers):
      .float32(changed(numbers) { _ in Float(bitPattern: UInt32(truncatingIfNeeded: number)) })
    case .float64(let numbers): .float64(changed(numbers) { _ in Double(bitPattern: number) })
    }
  }
}
