/// Finds where a program reads a tensor under a name that it had before an operation changed it in place.
///
/// PyTorch's graphs give the changed tensor a new name, and what reads the tensor later has that; but another view of the
/// same numbers keeps its name, and has the changed numbers all the same.
struct TorchAliases {
  /// For each name, which storage its numbers are in, and how often that was changed before the name came to be.
  private var places: [String: (storage: Int, changes: Int)] = [:]
  private var changes: [Int] = []

  /// Operations whose result may share the numbers of what they read.
  private static let views: Set<String> = [
    "view", "reshape", "flatten", "t", "numpy_T", "transpose", "permute", "squeeze", "unsqueeze", "slice",
    "select", "alias", "detach", "contiguous", "to", "type_as", "expand", "lift_fresh", "_reshape_alias",
    "dropout", "feature_dropout", "alpha_dropout", "unflatten", "narrow", "chunk", "split",
  ]
  /// Operations with the mark of those that work in place that leave the numbers alone.
  private static let harmless: Set<String> = ["detach", "squeeze", "unsqueeze", "t", "transpose"]

  /// Goes on to a node.
  ///
  /// - Returns: a name that it reads whose numbers were changed since; `nil` when there is none.
  mutating func visit(_ node: TorchNode) -> String? {
    let stale = node.inputs.first { name in
      places[name].map { $0.changes < changes[$0.storage] } ?? false
    }
    let name = node.operation.split(separator: ".").dropFirst().first ?? ""
    let isInPlace = name.hasSuffix("_") && !name.hasPrefix("_")
    let operation = String(isInPlace ? name.dropLast() : name)
    let storage: Int
    if isInPlace || Self.views.contains(operation), let first = node.inputs.first {
      storage = self.storage(of: first)
      if isInPlace, !Self.harmless.contains(operation) { changes[storage] += 1 }
    } else {
      storage = newStorage()
    }
    for output in node.outputs { places[output] = (storage, changes[storage]) }
    return stale
  }

  private mutating func storage(of name: String) -> Int {
    if let known = places[name] { return known.storage }
    let storage = newStorage()
    places[name] = (storage, 0)
    return storage
  }

  private mutating func newStorage() -> Int {
    changes.append(0)
    return changes.count - 1
  }
}
