/// What a file may have at most, so that a hostile one cannot take the memory or the time of its reader.
public struct ReadLimits: Equatable, Sendable {
  /// What happens to an attribute whose type this module does not store (variable-length text, for example).
  public enum UnknownAttributes: Sendable {
    /// Reading fails and names it.
    case refused
    /// It is left out of the tree.
    case skipped
  }

  /// The largest size of the file in bytes.
  public var fileBytes: Int
  /// The largest number of groups and datasets, the root group among them.
  public var objects: Int
  /// The largest number of groups on the way from the root to an object.
  public var depth: Int
  /// The largest number of attributes of one object.
  public var attributesPerObject: Int
  /// The largest sum of the sizes of all values in bytes.
  public var payloadBytes: Int
  /// The largest number of bytes that belong to no object. ``HDFGroup/encoded()`` leaves none, but other writers do.
  public var unusedBytes: Int
  /// What happens to attributes of types that this module does not store.
  public var unknownAttributes: UnknownAttributes

  /// Makes limits; the defaults are far above any model of this field.
  public init(
    fileBytes: Int = 1 << 30, objects: Int = 1024, depth: Int = 8, attributesPerObject: Int = 256,
    payloadBytes: Int = 1 << 30, unusedBytes: Int = 1 << 16, unknownAttributes: UnknownAttributes = .refused
  ) {
    self.fileBytes = fileBytes
    self.objects = objects
    self.depth = depth
    self.attributesPerObject = attributesPerObject
    self.payloadBytes = payloadBytes
    self.unusedBytes = unusedBytes
    self.unknownAttributes = unknownAttributes
  }
}
