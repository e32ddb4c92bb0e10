/// The leaves of a JSON object under flat names: the keys that lead to each, with `/` between them. An object in a list is known by its
/// `name`, anything else in it by its place from 0: `champion/tasks/mnist/accuracies/0`.
package struct FlatLine: Sendable, Equatable {
  /// The numbers, in the order of the text; infinity may be the text `"Infinity"`.
  package let numbers: [Entry]
  /// All leaves as text: numbers as they are written, `true`, `false`, texts; without those that are `null`.
  package let texts: [Text]

  /// A number.
  package struct Entry: Sendable, Equatable {
    /// Its flat name.
    package let name: String
    /// Its value.
    package let value: Double

    /// Joins them.
    package init(name: String, value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// A leaf as text.
  package struct Text: Sendable, Equatable {
    /// Its flat name.
    package let name: String
    /// What is written.
    package let value: String
  }

  /// Reads one object.
  ///
  /// - Throws: ``PadawannError`` `data` for what is no JSON object.
  package init(_ line: some Collection<UInt8>) throws(PadawannError) {
    var reader = JSONReader(Array(line)[...])
    let leaves = try reader.leaves(of: .object, depth: 0)
    try reader.expectEnd()
    numbers = leaves.compactMap { leaf in leaf.number.map { Entry(name: leaf.name, value: $0) } }
    texts = leaves.map { Text(name: $0.name, value: $0.text) }
  }

  /// The number of a name.
  package subscript(_ name: String) -> Double? { numbers.first { $0.name == name }?.value }
}

private struct Leaf {
  var name: String
  let number: Double?
  let text: String

  func under(_ prefix: String) -> Leaf {
    Leaf(name: name.isEmpty ? prefix : "\(prefix)/\(name)", number: number, text: text)
  }
}

extension JSONReader {
  /// The leaves of the next value, with their names below it.
  fileprivate mutating func leaves(of kind: Kind, depth: Int) throws(PadawannError) -> [Leaf] {
    guard depth < 64 else { throw malformed("less nesting") }
    var leaves: [Leaf] = []
    switch kind {
    case .object:
      try object { json, key throws(PadawannError) in
        leaves += try json.leaves(of: json.kind(), depth: depth + 1).map { $0.under(key) }
      }
    case .array:
      var place = 0
      try array { json throws(PadawannError) in
        let isObject = try json.kind() == .object
        let element = try json.leaves(of: json.kind(), depth: depth + 1)
        let name = isObject ? element.first { $0.name == "name" }?.text : nil
        leaves += element.filter { name == nil || $0.name != "name" }.map { $0.under(name ?? "\(place)") }
        place += 1
      }
    case .text:
      let text = try self.text()
      leaves = [Leaf(name: "", number: Self.words[text], text: text)]
    case .truth: leaves = [Leaf(name: "", number: nil, text: try truth() ? "true" : "false")]
    case .null: _ = try takeNull()
    case .number:
      let number = try self.number().real
      leaves = [Leaf(name: "", number: number, text: number.shortest)]
    }
    return leaves
  }

  /// What numbers without digits are written as.
  private static let words: [String: Double] = [
    "Infinity": .infinity, "-Infinity": -.infinity, "NaN": .nan,
  ]
}
