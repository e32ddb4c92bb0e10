/// Takes attributes by key and remembers which were taken.
struct AttributesReader {
  private var rest: [String: OperationAttribute]

  init(_ attributes: [String: OperationAttribute]) { rest = attributes }

  func finish(_ name: String) throws(PadawannError) {
    if let key = rest.keys.min() { throw PadawannError(.data, "\(name) has no attribute \"\(key)\"") }
  }

  mutating func integers(_ key: String) throws(PadawannError) -> [Int]? {
    switch rest.removeValue(forKey: key) {
    case nil: return nil
    case .integers(let values): return values
    default: throw PadawannError(.data, "\"\(key)\" is one or more whole numbers")
    }
  }

  mutating func integer(_ key: String, default fallback: Int? = nil) throws(PadawannError) -> Int {
    guard let values = try integers(key) else {
      if let fallback { return fallback }
      throw PadawannError(.data, "\"\(key)\" is missing")
    }
    guard values.count == 1 else { throw PadawannError(.data, "\"\(key)\" is one whole number") }
    return values[0]
  }

  mutating func extent(_ key: String, default fallback: Extent? = nil) throws(PadawannError) -> Extent {
    guard let values = try integers(key) else {
      if let fallback { return fallback }
      throw PadawannError(.data, "\"\(key)\" is missing")
    }
    switch values.count {
    case 1: return Extent(values[0])
    case 2: return Extent(values[0], values[1])
    default: throw PadawannError(.data, "\"\(key)\" is one or two whole numbers")
    }
  }

  mutating func real(_ key: String, default fallback: Float) throws(PadawannError) -> Float {
    switch rest.removeValue(forKey: key) {
    case nil: return fallback
    case .real(let value): return value
    case .integers(let values) where values.count == 1: return Float(values[0])
    default: throw PadawannError(.data, "\"\(key)\" is a number")
    }
  }

  mutating func flag(_ key: String, default fallback: Bool) throws(PadawannError) -> Bool {
    switch rest.removeValue(forKey: key) {
    case nil: return fallback
    case .flag(let value): return value
    // Stored models have no truth values.
    case .integers([0]): return false
    case .integers([1]): return true
    default: throw PadawannError(.data, "\"\(key)\" is true or false")
    }
  }

  mutating func formula() throws(PadawannError) -> GELU {
    switch rest.removeValue(forKey: "approximate") {
    case nil: return .exact
    case .text(let word):
      if let formula = GELU(rawValue: word) { return formula }
      fallthrough
    default: throw PadawannError(.data, "\"approximate\" is \"none\" or \"tanh\"")
    }
  }

  /// A padding, or `nil` for `same`.
  mutating func paddingOrSame() throws(PadawannError) -> Padding? {
    if case .text(let word) = rest["padding"] {
      rest["padding"] = nil
      switch word {
      case "same": return nil
      case "valid": return Padding.none
      default: throw PadawannError(.data, "\"padding\" is \"same\", \"valid\" or whole numbers")
      }
    }
    return try padding()
  }

  mutating func padding() throws(PadawannError) -> Padding {
    let values = try integers("padding") ?? [0]
    switch values.count {
    case 1: return Padding(values[0], values[0])
    case 2: return Padding(values[0], values[1])
    case 4: return Padding(top: values[0], left: values[1], bottom: values[2], right: values[3])
    default:
      throw PadawannError(.data, "\"padding\" is one, two or four whole numbers (top, left, bottom, right)")
    }
  }
}
