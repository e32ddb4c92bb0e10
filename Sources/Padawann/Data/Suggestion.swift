/// Finds what a user probably meant.
package enum Suggestion {
  /// `Did you mean X?` when something is near, then the list of everything that is valid.
  package static func remedy(for word: String, among valid: [String], whatTheyAre: String) -> String {
    let near = valid.min { (distance(word, $0), $0) < (distance(word, $1), $1) }
    let hint =
      near.flatMap { distance(word, $0) <= max(1, word.count / 3) ? "Did you mean \($0)? " : nil } ?? ""
    return hint + "The \(whatTheyAre) are " + valid.joined(separator: ", ")
  }

  /// The number of insertions, deletions and replacements between two words (Levenshtein, 1966).
  static func distance(_ first: String, _ second: String) -> Int {
    let (first, second) = (Array(first.prefix(64)), Array(second.prefix(64)))
    var row = Array(0...second.count)
    for (index, character) in first.enumerated() {
      var diagonal = row[0]
      row[0] = index + 1
      for column in second.indices {
        let replaced = diagonal + (second[column] == character ? 0 : 1)
        diagonal = row[column + 1]
        row[column + 1] = min(replaced, diagonal + 1, row[column] + 1)
      }
    }
    return row[second.count]
  }
}
