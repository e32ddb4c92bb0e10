/// Words of a command line as a shell reads them.
package enum Shell {
  /// A command with its arguments quoted where they need it.
  package static func command(_ words: [String]) -> String { words.map(quoted).joined(separator: " ") }

  /// A word as it is typed.
  package static func quoted(_ word: String) -> String {
    guard word.isEmpty || word.wholeMatch(of: /[A-Za-z0-9_.,:=+\/%@-]+/) == nil else { return word }
    return "'\(word.replacing("'", with: "'\\''"))'"
  }
}
