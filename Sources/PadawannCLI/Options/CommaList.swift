extension String {
  /// The parts of a list with commas between them.
  var commaSeparated: [String] { split(separator: ",", omittingEmptySubsequences: false).map(String.init) }

  /// Numbers with commas between them; `nil` where a part is none.
  func commaSeparated<Number: LosslessStringConvertible>(_: Number.Type) -> [Number]? {
    let parts = commaSeparated
    let numbers = parts.compactMap(Number.init)
    return numbers.count == parts.count ? numbers : nil
  }
}
