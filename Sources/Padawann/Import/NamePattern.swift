/// Names with `*` for any characters and `?` for one, as a shell has them.
struct NamePattern: Hashable, Sendable {
  private let pattern: [Unicode.Scalar]

  init(_ text: String) { pattern = Array(text.unicodeScalars) }

  /// Whether a name is one of those that are meant.
  func matches(_ name: String) -> Bool {
    let name = Array(name.unicodeScalars)
    var (place, position) = (0, 0)
    // Where the last star is, and how much of the name it stands for so far: when the rest does not fit, it stands for one more.
    var star: (place: Int, position: Int)?
    while position < name.count {
      if place < pattern.count, pattern[place] == "*" {
        star = (place, position)
        place += 1
      } else if place < pattern.count, pattern[place] == "?" || pattern[place] == name[position] {
        place += 1
        position += 1
      } else if let last = star {
        star = (last.place, last.position + 1)
        (place, position) = (last.place + 1, last.position + 1)
      } else {
        return false
      }
    }
    return pattern[place...].allSatisfy { $0 == "*" }
  }
}
