import Padawann

/// How far a piece of work is, and how to say so.
package struct ProgressBar: Sendable {
  /// What is counted.
  package enum Unit: Sendable {
    /// Things, in the plural.
    case things(String)
    /// Bytes.
    case bytes
    /// Hundredths of the whole, of which nothing is said but the percentage.
    case share
  }

  /// What is going on, from the longest text to the shortest.
  package var titles: [String]
  /// What is counted.
  let unit: Unit
  /// How many there will be; `nil` when that is not known.
  var total: Int?
  /// How many are done.
  package var done: Int
  /// How many were done at the beginning; they say nothing about the speed.
  private let first: Int

  /// Describes work that begins.
  package init(_ title: String, of unit: Unit, total: Int? = nil, done: Int = 0) {
    titles = [title]
    self.unit = unit
    self.total = total
    self.done = done
    first = done
  }

  /// For example `net.h5 on mnist:test  [######----]  61%  6,100 of 10,000 images  1,200 images/s  3 s left`; less of it
  /// when that is longer than `width` characters.
  package func text(seconds: Double, width: Int = .max) -> String {
    let rate = Double(done - first) / max(seconds, 0.001)
    let speed = "\(amount(Int(rate)))/s"
    guard let total, total > 0 else {
      return Self.longest(
        titles.map { [$0, amount(done), speed] } + [[amount(done), speed], [amount(done)]], width)
    }
    let percent = "\(done * 100 / total)%"
    let amounts = "\(number(done)) of \(amount(total))"
    if case .share = unit {
      return Self.longest(titles.map { [$0, bar(total), percent] } + [[percent]], width)
    }
    let left = rate > 0 ? "\(Self.duration(Double(max(total - done, 0)) / rate)) left" : "begins"
    let named = titles.flatMap { title in
      [
        [title, bar(total), percent, amounts, speed, left], [title, bar(total), percent, left],
        [title, percent, left],
      ]
    }
    return Self.longest(named + [[bar(total), percent, left], [percent, left], [percent]], width)
  }

  private func bar(_ total: Int) -> String {
    let filled = max(0, min(20, done * 20 / total))
    return "[\(String(repeating: "#", count: filled))\(String(repeating: "-", count: 20 - filled))]"
  }

  /// The first of several texts that is short enough, or as much of the last as fits.
  private static func longest(_ candidates: [[String]], _ width: Int) -> String {
    let texts = candidates.map { $0.joined(separator: "  ") }
    return texts.first { $0.count <= width } ?? String((texts.last ?? "").prefix(max(width, 0)))
  }

  private func number(_ value: Int) -> String {
    if case .bytes = unit { Format.size(value) } else { Format.count(value) }
  }

  private func amount(_ value: Int) -> String {
    if case .things(let name) = unit { "\(number(value)) \(name)" } else { number(value) }
  }

  private static func duration(_ seconds: Double) -> String {
    guard seconds < 1e6 else { return "long" }
    let whole = Int(seconds)
    return whole < 100 ? "\(whole) s" : "\(whole / 60) min"
  }
}
