import HDF5
import Padawann

/// Trees of model files that are changed and then get the right digests again, as somebody who means harm would do it.
enum HostileModels {
  /// The tree of a file.
  static func tree(of model: Model, compact: Bool = false) throws -> HDFGroup {
    try HDFGroup(encoded: try ModelFile.encoded(model, compact: compact))
  }

  /// Reads a tree as a file of its own, with all digests made right.
  static func read(_ tree: HDFGroup) throws -> StoredModel {
    var sealed = tree
    seal(&sealed)
    if tree.attribute(ContentDigest.attribute) != nil {
      sealed.set(ContentDigest.attribute, .text(ContentDigest.digest(of: sealed).description))
    }
    return try ModelFile.model(encoded: try sealed.encoded())
  }

  static func seal(_ group: inout HDFGroup) {
    for index in group.datasets.indices {
      let digest = Digest(of: group.datasets[index].value.elements.littleEndianBytes)
      for place in group.datasets[index].value.attributes.indices
      where group.datasets[index].value.attributes[place].name == "sha256" {
        group.datasets[index].value.attributes[place].value = .array(.uint8(digest.bytes))
      }
    }
    for index in group.groups.indices { seal(&group.groups[index].value) }
  }
}

extension HDFGroup {
  /// Sets an attribute, or takes it away.
  mutating func set(_ name: String, _ value: HDFValue?) {
    let place = attributes.firstIndex { $0.name == name }
    switch (place, value) {
    case (let place?, let value?): attributes[place].value = value
    case (let place?, nil): attributes.remove(at: place)
    case (nil, let value?): attributes.append(HDFEntry(name, value))
    case (nil, nil): break
    }
  }

  /// Changes the group at a path below this one; an empty path is this one.
  mutating func change(_ path: String, _ change: (inout HDFGroup) -> Void) {
    guard let name = path.split(separator: "/").first.map(String.init) else { return change(&self) }
    let rest = String(path.dropFirst(name.count).drop { $0 == "/" })
    guard let place = groups.firstIndex(where: { $0.name == name }) else { return }
    groups[place].value.change(rest, change)
  }

  /// Sets the numbers of a dataset, or takes it away.
  mutating func setDataset(_ name: String, _ elements: HDFElements?, shape: [Int]? = nil) {
    datasets.removeAll { $0.name == name }
    guard let elements else { return }
    datasets.append(
      HDFEntry(
        name,
        HDFDataset(shape: shape ?? [elements.count], elements, attributes: ["sha256": .array(.uint8([]))])))
  }
}
