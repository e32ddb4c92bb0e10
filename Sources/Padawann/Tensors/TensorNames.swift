/// What wrappers around a model do to the names of its tensors, undone.
enum TensorNames {
  /// Put before every name by DataParallel and AveragedModel, by torch.compile, and by Lightning modules.
  static let prefixes = ["module.", "_orig_mod.", "model."]

  /// The first dozen of some names, and how many more there are.
  static func list(_ names: [String]) -> String {
    let more = names.count > 12 ? " and \(names.count - 12) more" : ""
    return names.prefix(12).joined(separator: ", ") + more
  }

  /// Takes the tensors whose names begin with a prefix, without it.
  ///
  /// - Throws: ``PadawannError`` `usage` when there are none.
  static func chosen(_ tensors: [FileTensor], prefix: String?) throws(PadawannError) -> (
    tensors: [FileTensor], notes: [String]
  ) {
    guard let prefix else { return (tensors, []) }
    let chosen = tensors.filter { $0.name.hasPrefix(prefix) && $0.name != prefix }
    guard !chosen.isEmpty else {
      let parts = Set(tensors.compactMap { $0.name.split(separator: ".").first.map { "\($0)." } }).sorted()
      throw PadawannError(
        .usage, "no tensor's name begins with \"\(prefix)\"",
        remedy: "Names begin with \(list(parts))"
      )
    }
    let rest = tensors.count - chosen.count
    let note = rest == 0 ? [] : ["left aside, names that do not begin with \(prefix): \(rest)"]
    return (chosen.map { $0.renamed(String($0.name.dropFirst(prefix.count))) }, note)
  }

  /// Leaves counters aside and removes prefixes that all names have; every change gives a note.
  static func plain(_ tensors: [FileTensor], prefixes: [String] = prefixes) -> (
    tensors: [FileTensor], notes: [String]
  ) {
    var notes: [String] = []
    let counters = tensors.filter(isCounter)
    if !counters.isEmpty {
      notes.append("left aside, counters: \(list(counters.map(\.name)))")
    }
    var names = tensors.filter { !isCounter($0) }
    while let prefix = prefixes.first(where: { prefix in
      !names.isEmpty && names.allSatisfy { $0.name.hasPrefix(prefix) && $0.name != prefix }
    }) {
      names = names.map { $0.renamed(String($0.name.dropFirst(prefix.count))) }
      notes.append("the prefix \(prefix) was removed from every name")
    }
    return (names, notes)
  }

  /// The number of averaged models (AveragedModel), or of the batches that a batch normalisation saw.
  private static func isCounter(_ tensor: FileTensor) -> Bool {
    let last = tensor.name.split(separator: ".").last
    return tensor.shape.isEmpty && !tensor.type.isFloatingPoint
      && (tensor.name == "n_averaged" || last == "num_batches_tracked")
  }
}
