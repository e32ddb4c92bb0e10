package import HDF5

/// Optional attributes of a model file that this version does not know. They survive a rewrite.
package struct UnknownAttributes: Sendable, Equatable {
  /// The attributes of each group that has some, by its path, in the order of the file.
  package private(set) var byPath: [String: [HDFEntry<HDFValue>]] = [:]

  /// None.
  package init() {}

  /// Whether both have the same attributes, in whatever order.
  package static func == (first: UnknownAttributes, second: UnknownAttributes) -> Bool {
    first.byPath.mapValues(\.inNameOrder) == second.byPath.mapValues(\.inNameOrder)
  }

  /// The paths and names of the attributes, for reports.
  package var names: [String] {
    byPath.keys.sorted().flatMap { path in
      attributes(at: path).map { "\(path == "/" ? "" : path)/@\($0.name)" }
    }
  }

  /// The attributes of one group.
  func attributes(at path: String) -> [HDFEntry<HDFValue>] { byPath[path] ?? [] }

  /// Adds what a reader has left.
  package mutating func add(_ attributes: [HDFEntry<HDFValue>], at path: String) {
    if !attributes.isEmpty { byPath[path, default: []] += attributes }
  }

  /// Those of some groups.
  func only(at paths: Set<String>) -> UnknownAttributes {
    var result = self
    result.byPath = byPath.filter { paths.contains($0.key) }
    return result
  }
}

extension [HDFEntry<HDFValue>] {
  fileprivate var inNameOrder: [HDFEntry<HDFValue>] {
    sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
  }
}
