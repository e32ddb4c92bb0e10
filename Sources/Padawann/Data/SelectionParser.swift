/// Choices of images, and seeds, in the options of a dataset.
extension DatasetSpecParser {
  /// The value of an option that chooses images.
  func selection(_ key: Key, _ text: String) throws(PadawannError) -> ImageSelection {
    let counts = 1...Dataset.maximumValues
    if key == .perClass { return try perClass(text, counts) }
    if key == .first { return .first(try number(text, counts)) }
    let parts = text.split(separator: "@", omittingEmptySubsequences: false).map { String($0) }
    guard parts.count <= 2 else { throw PadawannError(.usage, "“\(text)” is not N@SEED") }
    let count = try number(parts[0], counts)
    let seed = parts.count == 2 ? try seed(parts[1]) : 0
    return key == .random ? .random(count, seed: seed) : .randomPerClass(count, seed: seed)
  }

  /// `N`, or `A-B`.
  private func perClass(_ text: String, _ counts: ClosedRange<Int>) throws(PadawannError) -> ImageSelection {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { String($0) }
    guard ends.count == 2 else { return .firstPerClass(try number(text, counts)) }
    let from = try number(ends[0], counts)
    return .perClass(from: from, to: try number(ends[1], from...max(from, counts.upperBound)))
  }

  /// A whole number below 2^64.
  func seed(_ text: String) throws(PadawannError) -> UInt64 {
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let value = UInt64(text) else {
      throw PadawannError(.usage, "“\(text)” is not a seed, which is a whole number below 2^64")
    }
    return value
  }
}
