package import HDF5

/// Optional attributes of a model file that this version does not know. They survive a rewrite.
public struct UnknownAttributes: Sendable, Equatable {
  /// One attribute and the object that it belongs to.
  package struct Entry: Sendable, Equatable {
    /// The path of a group of the model file.
    package var path: String
    /// Name and value.
    package var attribute: HDFEntry<HDFValue>
  }

  /// The attributes, in the order of the file.
  package var entries: [Entry] = []

  /// None.
  public init() {}

  /// The paths and names of the attributes, for reports.
  public var names: [String] {
    entries.map { "\($0.path == "/" ? "" : $0.path)/@\($0.attribute.name)" }
  }

  /// The attributes of one object.
  func attributes(at path: String) -> [HDFEntry<HDFValue>] {
    entries.filter { $0.path == path }.map(\.attribute)
  }
}
