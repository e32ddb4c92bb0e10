/// Names of classes in one line.
enum ClassNameLine {
  /// All of a few; of many the first and how many there are.
  static func text(_ names: [String]) -> String {
    let shown = 12
    let list = names.prefix(shown).map(\.inOneLine).joined(separator: ", ")
    return names.count > shown ? "\(list) and \(names.count - shown) more" : list
  }
}
