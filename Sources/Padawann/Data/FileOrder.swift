/// The place of a name in a list of files or classes: names that are numbers come first and by their number, so that 10 is
/// after 9; all others by their bytes. The ending of a file's name does not count unless nothing else differs.
struct FileOrder: Comparable {
  private let isText: Bool
  /// The digits of the number without leading zeros.
  private let digits: String
  private let name: String

  /// - Parameter endsWithKind: whether what follows the last full stop is a file's ending.
  init(_ name: String, endsWithKind: Bool) {
    let stem = endsWithKind ? name.lastIndex(of: ".").map { name[..<$0] } ?? name[...] : name[...]
    isText = stem.isEmpty || !stem.utf8.allSatisfy { (48...57).contains($0) }
    digits = isText ? "" : String(stem.drop { $0 == "0" })
    self.name = name
  }

  static func < (first: FileOrder, second: FileOrder) -> Bool {
    if first.isText != second.isText { return second.isText }
    if first.digits.utf8.count != second.digits.utf8.count {
      return first.digits.utf8.count < second.digits.utf8.count
    }
    if first.digits != second.digits {
      return first.digits.utf8.lexicographicallyPrecedes(second.digits.utf8)
    }
    return first.name.utf8.lexicographicallyPrecedes(second.name.utf8)
  }

  static func == (first: FileOrder, second: FileOrder) -> Bool {
    first.name.utf8.elementsEqual(second.name.utf8) && first.isText == second.isText
  }

  /// The names of files in order.
  static func files(_ names: [String]) -> [String] {
    names.sorted { FileOrder($0, endsWithKind: true) < FileOrder($1, endsWithKind: true) }
  }

  /// The names of classes in order.
  static func classes(_ names: [String]) -> [String] {
    names.sorted { FileOrder($0, endsWithKind: false) < FileOrder($1, endsWithKind: false) }
  }
}
