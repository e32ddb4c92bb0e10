/// Pictures in rows, with a line of text under each.
struct PictureGrid {
  /// One of them.
  struct Entry {
    let picture: GreyPicture
    let text: String
  }

  let name: String
  let title: String
  let caption: String
  let entries: [Entry]

  private static let columns = 8

  /// The grid, drawn.
  ///
  /// - Throws: as ``GreyPicture/png()``.
  func figure() throws(PadawannError) -> Figure {
    var parts = [Draw.title(title, 8, room: 456)]
    for (index, entry) in entries.enumerated() {
      let x = 8 + Double(index % Self.columns) * 57
      let y = 30 + Double(index / Self.columns) * 68
      parts.append(try entry.picture.markup(x, y, width: 48, height: 48, entry.text))
      parts.append(Draw.text(Draw.shortened(entry.text, to: 11), x + 24, y + 60, .middle, size: 9.5))
    }
    let rows = (entries.count + Self.columns - 1) / Self.columns
    return Figure(
      name: name, title: title, caption: caption, width: 464, height: 34 + Double(rows) * 68, content: parts)
  }
}
