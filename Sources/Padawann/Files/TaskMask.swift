import HDF5

// Masks that tasks have of their own over the signs of one network: how files have them, and which rules they keep.

/// The names that files have for a mask of a task (`Formats/padawann.md`, section 7).
enum TaskMask {
  /// The attribute of a task's group of a node that says that there is one: the edges that it keeps.
  static let attribute = "survivors"
  /// The vector of a plain file: where it differs from the node's own.
  static let vector = "difference"
}

extension EdgeWeights {
  /// The edges whose signs are stored, and the signs: those that the mask keeps, or all if pruned ones are retained, and those that
  /// some other mask over the same signs keeps.
  ///
  /// - Parameter others: the same layer with the masks of tasks.
  func signed(with others: [EdgeWeights]) -> (edges: Bitmask, signs: Bitmask) {
    var edges = retainsPruned ? Bitmask(repeating: true, count: count) : mask
    guard !others.isEmpty else { return (edges, signs) }
    var signs = signs
    for other in others {
      edges = edges.union(other.mask)
      signs = signs.union(other.signs)
    }
    return (edges, signs)
  }
}

extension Model {
  /// The masks that tasks have of their own for a node, in the order in which files code them: that of the tasks' names.
  func masks(of node: String) -> [(task: String, weights: EdgeWeights)] {
    tasks.compactMap { task in
      task.parameters.first { $0.node == node }?.ownMask.map { (task.name, $0) }
    }.sorted { $0.task.utf8.lexicographicallyPrecedes($1.task.utf8) }
  }

  /// Whether some task has a mask of its own.
  var hasTaskMasks: Bool { tasks.contains { $0.parameters.contains { $0.ownMask != nil } } }

  /// Whether some task has numbers of its own.
  var hasTaskParameters: Bool {
    tasks.contains { $0.parameters.contains { $0.ownMask == nil || $0.count > 0 } }
  }
}

extension ModelRules {
  /// Refuses two signs of one edge: masks are over one body of signs.
  static func checkSigns(of model: Model) throws(PadawannError) {
    for layer in model.network.layers {
      let masks = model.masks(of: layer.name)
      guard !masks.isEmpty else { continue }
      var (edges, signs) = layer.weights.signed(with: [])
      for (task, weights) in masks {
        let common = edges.intersection(weights.mask)
        guard signs.intersection(common) == weights.signs.intersection(common) else {
          throw PadawannError(
            .data, "an edge has another sign than for the network or another task",
            at: "task \(task), node \(layer.name)")
        }
        edges = edges.union(weights.mask)
        signs = signs.union(weights.signs)
      }
    }
  }
}

/// What a file says of the masks of tasks before its planes are read: which task has one of which node.
struct AnnouncedMasks {
  /// By node, in the order of the tasks' names.
  private var groups: [String: [(task: String, group: HDFGroup)]] = [:]

  /// No masks.
  init() {}

  /// Finds them.
  ///
  /// - Parameter tasks: the group of all tasks.
  init(_ tasks: HDFGroup?) {
    let sorted = (tasks?.groups ?? []).sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    for task in sorted {
      for node in task.value.groups where node.value.attribute(TaskMask.attribute) != nil {
        groups[node.name, default: []].append((task.name, node.value))
      }
    }
  }

  /// Those of a node.
  func of(_ node: String) -> [(task: String, group: HDFGroup)] { groups[node] ?? [] }
}
