import Foundation

/// Names of classes as a user gives them: with `+` between them, or one in each line of a text file.
package struct ClassNameList: Sendable {
  /// The names, in order; all different and none empty.
  package let names: [String]

  /// The largest file of names in bytes.
  private static let sizeLimit = 1 << 22

  /// Reads the names; a text with a slash, or with the ending `.txt`, is the path of a file.
  ///
  /// - Throws: ``PadawannError`` `usage` for a name that is empty or given twice; `missing`, `data` and `inputOutput` for a file
  ///   that is not there, is not UTF-8 or too large, or cannot be read.
  package init(argument: String) throws(PadawannError) {
    let marked = try MarkedText(argument)
    if !marked.hasQuotes, argument.contains("/") || argument.hasSuffix(".txt") {
      let bytes = try StoredFile.read(argument, limit: Self.sizeLimit)
      guard let text = String(validating: bytes, as: UTF8.self) else {
        throw PadawannError(.data, "the file is not text in UTF-8", at: argument)
      }
      var lines = text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      while lines.last?.isEmpty == true { lines.removeLast() }
      do throws(PadawannError) {
        try self.init(lines)
      } catch {
        throw error.inside(argument)
      }
    } else {
      try self.init(marked.split(on: "+").map(\.text))
    }
  }

  /// Checks names.
  init(_ names: [String]) throws(PadawannError) {
    guard names.allSatisfy({ !$0.isEmpty }), Set(names).count == names.count,
      (1...(ClassChoice.limit + 1)).contains(names.count)
    else { throw PadawannError(.usage, "class names must not be empty and must differ") }
    self.names = names
  }
}
