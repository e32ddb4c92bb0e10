/// A value with its name inside an object.
public struct HDFEntry<Value: Equatable & Sendable>: Equatable, Sendable {
  /// The name: not empty, not `.`, no `/` (an attribute's may have one), no U+0000.
  public var name: String
  /// What has that name.
  public var value: Value

  /// Makes an entry.
  public init(_ name: String, _ value: Value) {
    self.name = name
    self.value = value
  }
}

/// An array of numbers with its shape.
public struct HDFDataset: Equatable, Sendable {
  /// The length of each axis, the slowest first; empty for a scalar.
  public var shape: [Int]
  /// The numbers, row by row. Their count is the product of the shape.
  public var elements: HDFElements
  /// What is known about it, in order.
  public var attributes: [HDFEntry<HDFValue>]

  /// Makes a dataset; ``HDFGroup/encoded()`` checks that the shape fits.
  public init(shape: [Int], _ elements: HDFElements, attributes: KeyValuePairs<String, HDFValue> = [:]) {
    self.shape = shape
    self.elements = elements
    self.attributes = attributes.map { HDFEntry($0.key, $0.value) }
  }

  /// The value of an attribute.
  public func attribute(_ name: String) -> HDFValue? {
    attributes.first { $0.name == name }?.value
  }
}

/// A group with everything below it: as the root group, the whole content of a file.
///
/// The order of attributes, datasets and groups is kept in the file and comes back when it is read.
public struct HDFGroup: Equatable, Sendable {
  /// What is known about the group.
  public var attributes: [HDFEntry<HDFValue>]
  /// Its datasets.
  public var datasets: [HDFEntry<HDFDataset>]
  /// The groups in it.
  public var groups: [HDFEntry<HDFGroup>]

  /// Makes a group, for example `HDFGroup(attributes: ["epoch": .integer(3)])`.
  public init(
    attributes: KeyValuePairs<String, HDFValue> = [:], datasets: KeyValuePairs<String, HDFDataset> = [:],
    groups: KeyValuePairs<String, HDFGroup> = [:]
  ) {
    self.attributes = attributes.map { HDFEntry($0.key, $0.value) }
    self.datasets = datasets.map { HDFEntry($0.key, $0.value) }
    self.groups = groups.map { HDFEntry($0.key, $0.value) }
  }

  /// The value of an attribute.
  public func attribute(_ name: String) -> HDFValue? {
    attributes.first { $0.name == name }?.value
  }

  /// A dataset of this group.
  public func dataset(_ name: String) -> HDFDataset? {
    datasets.first { $0.name == name }?.value
  }

  /// A group in this group.
  public func group(_ name: String) -> HDFGroup? {
    groups.first { $0.name == name }?.value
  }
}
