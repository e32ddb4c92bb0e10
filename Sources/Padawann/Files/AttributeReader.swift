import HDF5

/// Takes the attributes of one group of a model file by name and type, and remembers which were taken.
struct AttributeReader {
  let path: String
  private var rest: [HDFEntry<HDFValue>]

  init(_ group: HDFGroup, _ path: String) {
    self.path = path
    rest = group.attributes
  }

  /// What was not taken: attributes that this version does not know.
  var unknown: [HDFEntry<HDFValue>] { rest }

  mutating func value(_ name: String) -> HDFValue? {
    guard let index = rest.firstIndex(where: { $0.name == name }) else { return nil }
    return rest.remove(at: index).value
  }

  mutating func text(_ name: String) throws(PadawannError) -> String {
    guard let text = try optionalText(name) else { throw missing(name) }
    return text
  }

  mutating func optionalText(_ name: String) throws(PadawannError) -> String? {
    switch value(name) {
    case nil: return nil
    case .text(let text): return text
    default: throw wrong(name, "a text")
    }
  }

  mutating func texts(_ name: String) throws(PadawannError) -> [String] {
    guard let texts = try optionalTexts(name) else { throw missing(name) }
    return texts
  }

  mutating func optionalTexts(_ name: String) throws(PadawannError) -> [String]? {
    switch value(name) {
    case nil: return nil
    case .texts(let texts): return texts
    default: throw wrong(name, "a list of texts")
    }
  }

  mutating func integer(_ name: String) throws(PadawannError) -> Int {
    guard let number = try optionalInteger(name) else { throw missing(name) }
    return number
  }

  mutating func optionalInteger(_ name: String) throws(PadawannError) -> Int? {
    switch value(name) {
    case nil: return nil
    case .integer(let number): return Int(number)
    default: throw wrong(name, "a 64-bit integer")
    }
  }

  mutating func flag(_ name: String) throws(PadawannError) -> Bool {
    guard let flag = try optionalFlag(name) else { throw missing(name) }
    return flag
  }

  mutating func optionalFlag(_ name: String) throws(PadawannError) -> Bool? {
    switch try optionalInteger(name) {
    case nil: return nil
    case 0: return false
    case 1: return true
    default: throw wrong(name, "0 or 1")
    }
  }

  mutating func integers(_ name: String) throws(PadawannError) -> [Int] {
    switch value(name) {
    case nil: throw missing(name)
    case .array(.int32(let numbers)): return numbers.map(Int.init)
    default: throw wrong(name, "a list of 32-bit integers")
    }
  }

  mutating func float(_ name: String) throws(PadawannError) -> Float {
    guard let number = try optionalFloat(name) else { throw missing(name) }
    return number
  }

  mutating func optionalFloat(_ name: String) throws(PadawannError) -> Float? {
    switch value(name) {
    case nil: return nil
    case .float32(let number): return number
    default: throw wrong(name, "a 32-bit real number")
    }
  }

  mutating func floats(_ name: String) throws(PadawannError) -> [Float] {
    switch value(name) {
    case nil: throw missing(name)
    case .array(.float32(let numbers)): return numbers
    default: throw wrong(name, "a list of 32-bit real numbers")
    }
  }

  mutating func optionalDouble(_ name: String) throws(PadawannError) -> Double? {
    switch value(name) {
    case nil: return nil
    case .float64(let number): return number
    default: throw wrong(name, "a 64-bit real number")
    }
  }

  mutating func digest(_ name: String) throws(PadawannError) -> Digest {
    guard let digest = try optionalDigest(name) else { throw missing(name) }
    return digest
  }

  mutating func optionalDigest(_ name: String) throws(PadawannError) -> Digest? {
    guard let text = try optionalText(name) else { return nil }
    guard let digest = Digest(hex: text), digest.description == text else {
      throw wrong(name, "64 lower-case hexadecimal digits")
    }
    return digest
  }

  private func missing(_ name: String) -> PadawannError {
    PadawannError(.data, "the attribute \"\(name)\" is missing", at: path)
  }

  private func wrong(_ name: String, _ expected: String) -> PadawannError {
    PadawannError(.data, "the attribute \"\(name)\" is not \(expected)", at: path)
  }
}
