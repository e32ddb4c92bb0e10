import ArgumentParser
import Padawann

/// Looks at the words of a command line before they are parsed.
enum WordCheck {
  /// Refuses a word that names no subcommand where one is expected, and a word that is not UTF-8.
  ///
  /// - Parameter words: what was typed behind the program's name.
  /// - Throws: ``PadawannError`` `usage` that suggests what was probably meant.
  package static func check(_ words: [String]) throws(PadawannError) {
    // The system's bytes have become U+FFFD, and two names that differ in them would be one.
    if let word = words.first(where: { $0.unicodeScalars.contains("\u{FFFD}") }) {
      throw PadawannError(
        .usage, "the argument \"\(word)\" is not UTF-8",
        remedy: "Give the file another name, for example by a link")
    }
    var command: any ParsableCommand.Type = PadawannCommand.self
    for word in words {
      let inner = command.configuration.subcommands
      // The few options in front of a subcommand are the parser's.
      if inner.isEmpty || word == "help" || word.hasPrefix("-") { return }
      let names = inner.map { $0.configuration.commandName ?? "" }
      guard let next = inner.first(where: { $0.configuration.commandName == word }) else {
        throw PadawannError(
          .usage, "\"\(word)\" is no command of \(command.configuration.commandName ?? "padawann")",
          remedy: Suggestion.remedy(for: word, among: names, whatTheyAre: "commands"))
      }
      command = next
    }
  }
}
