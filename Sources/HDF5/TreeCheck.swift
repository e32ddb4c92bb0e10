/// Checks a tree before the library sees it, so that what fails says so in our words.
struct TreeCheck {
  /// Name and value of an attribute travel in one object header message, of at most 65,535 bytes with its own header.
  static let attributeBytes = 65_400
  /// Counts that object headers can hold without an index.
  static let entriesPerObject = 65_000
  /// How deep a tree may be; every level is a call on the stack.
  static let depth = 64
  /// HDF5's own largest number of axes.
  static let rank = 32

  static func check(_ group: HDFGroup, at path: String, depth: Int = 0) throws(HDF5Error) {
    guard depth <= Self.depth else {
      throw HDF5Error(.misuse, "groups are nested deeper than \(Self.depth) levels", at: path)
    }
    try check(group.attributes, at: path)
    try checkNames(group.datasets.map(\.name) + group.groups.map(\.name), at: path)
    for entry in group.datasets { try check(entry.value, at: path.appending(component: entry.name)) }
    for entry in group.groups {
      try check(entry.value, at: path.appending(component: entry.name), depth: depth + 1)
    }
  }

  private static func check(_ dataset: HDFDataset, at path: String) throws(HDF5Error) {
    guard dataset.shape.count <= rank else {
      throw HDF5Error(.misuse, "\(dataset.shape.count) axes, but HDF5 has at most \(rank)", at: path)
    }
    guard let count = product(of: dataset.shape), count == dataset.elements.count else {
      throw HDF5Error(
        .misuse, "the shape \(dataset.shape) does not fit \(dataset.elements.count) elements", at: path)
    }
    try check(dataset.attributes, at: path)
  }

  private static func checkNames(_ names: [String], at path: String) throws(HDF5Error) {
    guard names.count <= entriesPerObject else {
      throw HDF5Error(
        .misuse, "\(names.count) objects in one group, but at most \(entriesPerObject) fit", at: path)
    }
    for name in names where !isLinkName(name) {
      throw HDF5Error(
        .misuse, "\"\(name)\" cannot name an object: it must not be empty, \".\", or have \"/\" or U+0000",
        at: path)
    }
    try checkDistinct(names, at: path)
  }

  private static func checkDistinct(_ names: [String], at path: String) throws(HDF5Error) {
    var seen: Set<[UInt8]> = []
    for name in names where !seen.insert(Array(name.utf8)).inserted {
      throw HDF5Error(.misuse, "the name \"\(name)\" is used twice", at: path)
    }
  }

  private static func check(_ attributes: [HDFEntry<HDFValue>], at path: String) throws(HDF5Error) {
    guard attributes.count <= entriesPerObject else {
      throw HDF5Error(
        .misuse, "\(attributes.count) attributes, but at most \(entriesPerObject) fit", at: path)
    }
    for entry in attributes { try check(entry, at: path) }
    try checkDistinct(attributes.map(\.name), at: path)
  }

  private static func check(_ entry: HDFEntry<HDFValue>, at path: String) throws(HDF5Error) {
    guard !entry.name.isEmpty, !entry.name.utf8.contains(0) else {
      throw HDF5Error(
        .misuse, "\"\(entry.name)\" cannot name an attribute: it must not be empty or have U+0000", at: path)
    }
    let place = path.naming(attribute: entry.name)
    switch entry.value {
    case .text(let text): try checkText(text, at: place)
    case .texts(let texts): for text in texts { try checkText(text, at: place) }
    case .array(.float16):
      throw HDF5Error(.misuse, "attributes have no numbers of half precision; make it a dataset", at: place)
    case .integer, .float32, .float64, .array: break
    }
    let size = entry.name.utf8.count.addingReportingOverflow(entry.value.storedByteCount)
    guard !size.overflow, size.partialValue <= attributeBytes else {
      throw HDF5Error(
        .misuse,
        "the attribute takes \(size.partialValue) bytes, but HDF5 stores at most \(attributeBytes) in an object "
          + "header; make it a dataset", at: place)
    }
  }

  private static func checkText(_ text: String, at place: String) throws(HDF5Error) {
    guard !text.utf8.contains(0) else {
      throw HDF5Error(.misuse, "the text has U+0000, which HDF5 uses for padding", at: place)
    }
  }

  static func isLinkName(_ name: String) -> Bool {
    !name.isEmpty && name != "." && !name.utf8.contains(UInt8(ascii: "/")) && !name.utf8.contains(0)
  }
}

/// The product of the lengths of axes; nil when one is negative or the product does not fit.
func product(of shape: [Int]) -> Int? {
  guard shape.allSatisfy({ $0 >= 0 }) else { return nil }
  if shape.contains(0) { return 0 }
  var count = 1
  for length in shape {
    let (next, overflow) = count.multipliedReportingOverflow(by: length)
    guard !overflow else { return nil }
    count = next
  }
  return count
}

extension String {
  /// The path of an object in the group at this path.
  func appending(component: String) -> String {
    self == "/" ? "/" + component : self + "/" + component
  }

  /// The place of an attribute of the object at this path.
  func naming(attribute: String) -> String {
    "\(self), attribute \"\(attribute)\""
  }
}

extension HDFValue {
  /// The size of the value in a file. A text takes one byte at least: HDF5 has no strings of length zero.
  var storedByteCount: Int {
    switch self {
    case .integer, .float64: 8
    case .float32: 4
    case .text(let text): max(1, text.utf8.count)
    case .texts(let texts): saturatingProduct(texts.storedWidth, texts.count)
    case .array(let elements): saturatingProduct(elements.count, elements.type.byteCount)
    }
  }
}

extension [String] {
  /// The number of bytes to which all texts of a list are padded.
  var storedWidth: Int { Swift.max(1, self.map(\.utf8.count).max() ?? 0) }
}

/// A product that stays at the largest integer when it does not fit.
func saturatingProduct(_ first: Int, _ second: Int) -> Int {
  let (product, overflow) = first.multipliedReportingOverflow(by: second)
  return overflow ? .max : product
}
