/// Which classes of a set are kept, and which label each gets.
package struct ClassChoice: Hashable, Sendable, CustomStringConvertible {
  /// Old labels that get one new label.
  package struct Rule: Hashable, Sendable {
    /// The old labels.
    package let old: ClosedRange<Int>
    /// The new label.
    package let new: Int
  }

  /// One rule per listed class or range; no old label is in two of them.
  package let rules: [Rule]
  /// Whether it was written as a list of classes, which get the labels 0, 1, … in that order.
  private let isList: Bool

  /// The largest label.
  static let limit = 65_535

  /// Keeps the given classes and labels them 0, 1, … in the given order, so that a list of all classes is a permutation.
  ///
  /// - Throws: ``PadawannError`` `usage` when a class is listed twice, is out of range, or the list is empty.
  package init(keeping classes: [Int]) throws(PadawannError) {
    let rules = classes.enumerated().map { ($1, $0) }
    guard rules.allSatisfy({ (0...Self.limit).contains($0.0) }) else {
      throw PadawannError(.usage, "classes are numbers from 0 to \(Self.limit)")
    }
    try self.init(rules: rules.map { Rule(old: $0.0...$0.0, new: $0.1) }, isList: true)
  }

  /// Keeps the images that a rule names and gives them its label; several classes may become one.
  ///
  /// - Throws: ``PadawannError`` `usage` when two rules name the same class, a number is out of range, or there is none.
  package init(rules: [Rule]) throws(PadawannError) { try self.init(rules: rules, isList: false) }

  private init(rules: [Rule], isList: Bool) throws(PadawannError) {
    guard !rules.isEmpty else { throw PadawannError(.usage, "no classes are listed") }
    let labels = 0...Self.limit
    for rule in rules {
      guard labels.contains(rule.old.lowerBound), labels.contains(rule.old.upperBound),
        labels.contains(rule.new)
      else {
        throw PadawannError(.usage, "classes are numbers from 0 to \(Self.limit)")
      }
    }
    let sorted = rules.sorted { $0.old.lowerBound < $1.old.lowerBound }
    if let twice = zip(sorted, sorted.dropFirst()).first(where: { $0.old.upperBound >= $1.old.lowerBound }) {
      throw PadawannError(.usage, "class \(twice.1.old.lowerBound) is listed twice")
    }
    self.rules = rules
    self.isList = isList
  }

  /// Whether it gives each of the classes 0, 1, … another of these numbers and does nothing else.
  var isPermutation: Bool {
    let old = rules.flatMap { Array($0.old) }
    return old.sorted() == Array(0..<old.count) && rules.map(\.new).sorted() == old.sorted()
  }

  /// `classes=…` or `map=…`, runs written as ranges.
  package var description: String { isList ? "classes=\(listText)" : "map=\(mapText)" }

  private var mapText: String {
    rules.map { rule in
      let old =
        rule.old.count == 1 ? "\(rule.old.lowerBound)" : "\(rule.old.lowerBound)-\(rule.old.upperBound)"
      return "\(old):\(rule.new)"
    }.joined(separator: "+")
  }

  private var listText: String {
    var runs: [ClosedRange<Int>] = []
    for label in rules.map(\.old.lowerBound) {
      if let last = runs.last, label == last.upperBound + 1 {
        runs[runs.count - 1] = last.lowerBound...label
      } else {
        runs.append(label...label)
      }
    }
    return runs.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }
      .joined(separator: "+")
  }

  /// Reads `0-4+7`. A descending range counts down.
  init(list text: String) throws(PadawannError) {
    var classes: [Int] = []
    for item in text.split(separator: "+", omittingEmptySubsequences: false) {
      let (from, to) = try Self.ends(String(item))
      classes += from <= to ? Array(from...to) : (to...from).reversed()
    }
    try self.init(keeping: classes)
  }

  /// Reads `3:0+7-9:1`.
  init(map text: String) throws(PadawannError) {
    var rules: [Rule] = []
    for item in text.split(separator: "+", omittingEmptySubsequences: false) {
      let sides = item.split(separator: ":", omittingEmptySubsequences: false)
      guard sides.count == 2, let new = Self.number(String(sides[1])) else {
        throw PadawannError(.usage, "“\(item)” is not OLD:NEW", remedy: "Write for example map=3:0+7-9:1")
      }
      let (from, to) = try Self.ends(String(sides[0]))
      rules.append(Rule(old: min(from, to)...max(from, to), new: new))
    }
    try self.init(rules: rules)
  }

  private static func ends(_ text: String) throws(PadawannError) -> (Int, Int) {
    let ends = text.split(separator: "-", omittingEmptySubsequences: false).map { number(String($0)) }
    guard let first = ends.first, let from = first, let to = ends[ends.count - 1], ends.count <= 2 else {
      throw PadawannError(
        .usage, "“\(text)” is not a class or a range of classes from 0 to \(limit)",
        remedy: "Write for example classes=0-4+7")
    }
    return (from, to)
  }

  private static func number(_ text: String) -> Int? {
    guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }), let value = Int(text) else {
      return nil
    }
    return value <= limit ? value : nil
  }

  /// Keeps and relabels images, and gives the names of the new classes: a class made of several has the names of all,
  /// joined by `/`; a new label that no rule gives is a class without images, named by its number.
  ///
  /// - Throws: ``PadawannError`` `usage` when a rule names a class that the set does not have.
  func apply(to images: inout LabelledImages, classNames: [String]) throws(PadawannError) -> [String] {
    var newLabels = [Int?](repeating: nil, count: classNames.count)
    for rule in rules {
      guard rule.old.upperBound < classNames.count else {
        throw PadawannError(
          .usage,
          "there is no class \(rule.old.upperBound): the set has classes 0 to \(classNames.count - 1)",
          remedy: "Correct \(isList ? "classes" : "map")=")
      }
      for old in rule.old { newLabels[old] = rule.new }
    }
    let places = images.labels.indices.filter { newLabels[images.labels[$0]] != nil }
    images.keep(places, labels: places.compactMap { newLabels[images.labels[$0]] })
    return (0...(rules.map(\.new).max() ?? 0)).map { new in
      let names = rules.filter { $0.new == new }.flatMap { classNames[$0.old] }
      return names.isEmpty ? String(new) : names.joined(separator: "/")
    }
  }
}
