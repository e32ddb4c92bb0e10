extension Model {
  /// Whether the images of a dataset, or some of them, are among those that the model was made with, as far as its provenance says.
  package func wasMade(with spec: DatasetSpec) -> Bool { provenance.saysMade(with: spec) }
}

extension Provenance {
  /// Whether it says that the images of a dataset, or some of them, are among those that a model was made with.
  package func saysMade(with spec: DatasetSpec) -> Bool {
    let entries = self.entries + history.flatMap(\.entries)
    return entries.contains { entry in
      guard entry.name == "data" || entry.name == "dataset" || entry.name.hasPrefix("task."),
        let other = try? DatasetSpec.parse(entry.value, defaultSplit: .train)
      else { return false }
      return other.mayShareImages(with: spec)
    }
  }
}

extension DatasetSpec {
  /// Whether two specs are of one source, and their selections are not known to be of different images.
  fileprivate func mayShareImages(with other: DatasetSpec) -> Bool {
    guard source.isSameSplit(as: other.source), reading.split == other.reading.split else { return false }
    switch (selection, other.selection) {
    case (.perClass(let from, _), .firstPerClass(let count)),
      (.firstPerClass(let count), .perClass(let from, _)):
      return from <= count
    default: return true
    }
  }
}

extension DatasetSpec.Source {
  /// Whether it is the same part of the same set, or the same file.
  fileprivate func isSameSplit(as other: DatasetSpec.Source) -> Bool {
    if case .named(_, let mine) = self, case .named(_, let theirs) = other, mine != theirs { return false }
    return isSameData(as: other)
  }
}
