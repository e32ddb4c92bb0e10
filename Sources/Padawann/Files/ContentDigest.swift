package import HDF5

/// The digest of what a model file says, whatever its bytes: the identity of a model, and the proof that nothing in the
/// file changed. `Formats/padawann.md`, section "Digests", is the definition.
package enum ContentDigest {
  /// The root attribute that holds the digest; it is the only thing that the digest leaves out.
  package static let attribute = "content_sha256"

  /// The digest of a whole file.
  package static func digest(of root: HDFGroup) -> Digest {
    var builder = DigestBuilder()
    append(root, "/", to: &builder)
    return builder.digest()
  }

  private static func append(_ group: HDFGroup, _ path: String, to builder: inout DigestBuilder) {
    append("group", to: &builder)
    append(path, to: &builder)
    append(group.attributes.filter { path != "/" || $0.name != attribute }, to: &builder)
    let prefix = path == "/" ? path : path + "/"
    for dataset in group.datasets.sorted(by: precedes) {
      append(dataset.value, prefix + dataset.name, to: &builder)
    }
    for child in group.groups.sorted(by: precedes) { append(child.value, prefix + child.name, to: &builder) }
  }

  private static func append(_ dataset: HDFDataset, _ path: String, to builder: inout DigestBuilder) {
    append("dataset", to: &builder)
    append(path, to: &builder)
    append(dataset.elements.type.rawValue, to: &builder)
    builder.append(littleEndian: UInt64(dataset.shape.count))
    for length in dataset.shape { builder.append(littleEndian: UInt64(length)) }
    builder.append(dataset.elements.littleEndianBytes)
    append(dataset.attributes, to: &builder)
  }

  private static func append(_ attributes: [HDFEntry<HDFValue>], to builder: inout DigestBuilder) {
    builder.append(littleEndian: UInt64(attributes.count))
    for entry in attributes.sorted(by: precedes) {
      append(entry.name, to: &builder)
      append(entry.value, to: &builder)
    }
  }

  private static func append(_ value: HDFValue, to builder: inout DigestBuilder) {
    switch value {
    case .integer(let number):
      append("integer", to: &builder)
      builder.append(littleEndian: number)
    case .float32(let number):
      append("float32", to: &builder)
      builder.append(littleEndian: number.bitPattern)
    case .float64(let number):
      append("float64", to: &builder)
      builder.append(littleEndian: number.bitPattern)
    case .text(let text):
      append("text", to: &builder)
      append(text, to: &builder)
    case .texts(let texts):
      append("texts", to: &builder)
      builder.append(littleEndian: UInt64(texts.count))
      for text in texts { append(text, to: &builder) }
    case .array(let elements):
      append("array of " + elements.type.rawValue, to: &builder)
      builder.append(littleEndian: UInt64(elements.count))
      builder.append(elements.littleEndianBytes)
    }
  }

  /// A text with its length in bytes before it.
  private static func append(_ text: String, to builder: inout DigestBuilder) {
    builder.append(littleEndian: UInt64(text.utf8.count))
    builder.append(text.utf8)
  }

  private static func precedes<Value>(_ first: HDFEntry<Value>, _ second: HDFEntry<Value>) -> Bool {
    first.name.utf8.lexicographicallyPrecedes(second.name.utf8)
  }
}
