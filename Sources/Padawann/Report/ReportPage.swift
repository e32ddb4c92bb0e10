/// The page of a report: one file of HTML that needs nothing else, and no script.
extension ReportContent {
  /// The page.
  package var page: [UInt8] {
    var drawing = 0
    let parts = sections.enumerated().map { number, section in
      Markup.element(
        "section", ["id": "part-\(number + 1)"],
        [.element("h2", [:], section.title)] + section.blocks.map { markup($0, &drawing) })
    }
    let head = Markup.element(
      "head", [:],
      [
        .element("meta", ["charset": "utf-8"]),
        .element(
          "meta",
          [
            "http-equiv": "Content-Security-Policy",
            "content": "default-src 'none'; style-src 'unsafe-inline'; img-src data:",
          ]),
        .element("meta", ["name": "viewport", "content": "width=device-width, initial-scale=1"]),
        .element("meta", ["name": "color-scheme", "content": "light dark"]),
        .element("title", [:], title), .element("style", [:], [.style(PageStyle.sheet)]),
      ])
    let body = Markup.element(
      "body", [:],
      [header, .element("main", [:], missing + parts), .element("footer", [:], [.element("p", [:], footer)])])
    let page = Markup.element("html", ["lang": "en"], [head, body])
    return Array(("<!DOCTYPE html>\n" + page.rendered + "\n").utf8)
  }

  private var footer: String { "Made by padawann. The page is a function of the files that it is about." }

  private var header: Markup {
    let about = systems.map { system in
      let runs = system.runs > 1 ? ", \(system.runs) runs" : ""
      return Markup.element("li", [:], "\(system.name) (\(system.kind)\(runs))")
    }
    let contents = sections.enumerated().map { number, section in
      Markup.element("li", [:], [.element("a", ["href": "#part-\(number + 1)"], section.title)])
    }
    return .element(
      "header", [:],
      [
        .element("h1", [:], title), .element("ul", ["class": "about"], about),
        .element("nav", ["aria-label": "Contents"], [.element("ul", [:], contents)]),
      ])
  }

  /// What could not be shown; nothing where all was.
  private var missing: [Markup] {
    guard !notes.isEmpty else { return [] }
    let list = Markup.element("ul", [:], notes.map { Markup.element("li", [:], $0) })
    return [
      .element("div", ["class": "missing", "role": "note"], [.element("h2", [:], "What is missing"), list])
    ]
  }

  private func markup(_ block: Block, _ drawing: inout Int) -> Markup {
    switch block {
    case .figures(let figures): return markup(figures, &drawing)
    case .table(let table): return table.markup
    case .paragraph(let text): return .element("p", [:], text)
    case .heading(let text): return .element("h3", [:], text)
    case .commands(let lines, let name):
      return .element(
        "pre", ["tabindex": "0", "role": "region", "aria-label": "Commands of \(name)"],
        [.element("code", [:], lines.joined(separator: "\n"))])
    }
  }

  /// Drawings side by side. What is to be said of each of them is said once.
  private func markup(_ figures: [Figure], _ drawing: inout Int) -> Markup {
    let captions = Set(figures.map(\.caption))
    let shared = figures.count > 1 && captions.count == 1 ? figures[0].caption : ""
    let parts = figures.map { figure -> Markup in
      drawing += 1
      let own = figure.caption.isEmpty || !shared.isEmpty ? [] : [figure.caption]
      return .element(
        "figure", [:], [figure.markup(number: drawing)] + own.map { .element("figcaption", [:], $0) })
    }
    let grid = Markup.element("div", ["class": "figures"], parts)
    return shared.isEmpty
      ? grid : .element("div", [:], [.element("p", ["class": "note"], shared), grid])
  }
}
