import Foundation

/// JSON as runs store it: keys in snake case and alphabetical order, infinity as the text "Infinity".
enum RunJSON {
  /// One line, or several for people.
  static func bytes(_ value: some Encodable, isPretty: Bool) throws -> [UInt8] {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    if isPretty { encoder.outputFormatting.insert(.prettyPrinted) }
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.nonConformingFloatEncodingStrategy = .convertToString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    return Array(try encoder.encode(value)) + [UInt8(ascii: "\n")]
  }

  /// Reads a value.
  ///
  /// - Throws: ``PadawannError`` `data` that says what is wrong and where.
  static func value<Value: Decodable>(_ type: Value.Type, _ bytes: [UInt8], at place: String)
    throws(PadawannError) -> Value
  {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    decoder.nonConformingFloatDecodingStrategy = .convertFromString(
      positiveInfinity: "Infinity", negativeInfinity: "-Infinity", nan: "NaN")
    do {
      return try decoder.decode(type, from: Data(bytes))
    } catch {
      throw PadawannError(.data, "the file is damaged or was changed: \(reason(error))", at: place)
    }
  }

  private static func reason(_ error: any Error) -> String {
    switch error {
    case DecodingError.keyNotFound(let key, _): "\"\(key.stringValue)\" is missing"
    case DecodingError.typeMismatch(_, let context), DecodingError.valueNotFound(_, let context),
      DecodingError.dataCorrupted(let context):
      context.codingPath.isEmpty
        ? "it is not JSON of the expected kind"
        : "\"\(context.codingPath.map(\.stringValue).joined(separator: "."))\" has no value that makes sense"
    default: "it cannot be read"
    }
  }
}
