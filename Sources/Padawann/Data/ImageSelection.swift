/// Which images of a set are kept. They stay in file order.
package enum ImageSelection: Hashable, Sendable, CustomStringConvertible {
  /// The first images of each class, as the thesis takes them (thesis-facts 12).
  case firstPerClass(Int)
  /// Of each class the images from one number to another, both counted from 1 and kept: what those before them leave.
  case perClass(from: Int, to: Int)
  /// The first images.
  case first(Int)
  /// Images drawn at random, each subset equally likely.
  case random(Int, seed: UInt64)
  /// Images of each class drawn at random; a class's draw does not depend on the other classes.
  case randomPerClass(Int, seed: UInt64)

  /// Whether the classes of the images count.
  var isPerClass: Bool {
    switch self {
    case .firstPerClass, .perClass, .randomPerClass: true
    case .first, .random: false
    }
  }

  /// As a spec has it.
  package var description: String {
    switch self {
    case .firstPerClass(let count): "per-class=\(count)"
    case .perClass(let from, let to): "per-class=\(from)-\(to)"
    case .first(let count): "first=\(count)"
    case .random(let count, let seed): "random=\(count)@\(seed)"
    case .randomPerClass(let count, let seed): "random-per-class=\(count)@\(seed)"
    }
  }

  /// The places of the kept images, ascending.
  ///
  /// - Parameters:
  ///   - labels: the label of every image.
  ///   - classNames: all classes; those without any image are left alone.
  /// - Throws: ``PadawannError`` `usage` when there are fewer images than asked for.
  func places(in labels: [Int], classNames: [String]) throws(PadawannError) -> [Int] {
    switch self {
    case .first(let count):
      try Self.check(count, labels.count, of: "images")
      return Array(0..<count)
    case .random(let count, let seed):
      try Self.check(count, labels.count, of: "images")
      var generator = KeyedGenerator(seed, Self.stream)
      return generator.distinct(count, below: labels.count)
    case .firstPerClass(let count):
      return try Self.perClass(count, labels, classNames) { members, _ in Array(members.prefix(count)) }
    case .perClass(let from, let to):
      return try Self.perClass(to, labels, classNames) { members, _ in Array(members[(from - 1)..<to]) }
    case .randomPerClass(let count, let seed):
      return try Self.perClass(count, labels, classNames) { members, label in
        var generator = KeyedGenerator(seed, Self.stream, UInt64(label))
        return generator.distinct(count, below: members.count).map { members[$0] }
      }
    }
  }

  /// "images" in ASCII: keeps these draws apart from all others of the same seed.
  private static let stream: UInt64 = 0x696d_6167_6573

  private static func perClass(
    _ count: Int, _ labels: [Int], _ classNames: [String], choose: ([Int], Int) -> [Int]
  ) throws(PadawannError) -> [Int] {
    var members = [[Int]](repeating: [], count: classNames.count)
    for (place, label) in labels.enumerated() { members[label].append(place) }
    var places: [Int] = []
    for (label, own) in members.enumerated() where !own.isEmpty {
      try check(count, own.count, of: "images of class \(label) (\(classNames[label]))")
      places += choose(own, label)
    }
    return places.sorted()
  }

  private static func check(_ count: Int, _ available: Int, of what: String) throws(PadawannError) {
    guard count <= available else {
      throw PadawannError(
        .usage, "\(count) \(what) are asked for and there are \(available)",
        remedy: "Ask for at most \(available)")
    }
  }
}
