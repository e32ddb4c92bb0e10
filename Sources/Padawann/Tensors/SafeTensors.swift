/// The safetensors format (huggingface/safetensors): the length of a JSON header, the header, the numbers.
enum SafeTensors {
  /// The largest header that the format allows.
  static let longestHeader = 100_000_000

  /// Whether a file begins like safetensors: a length that it can have, then `{`.
  static func begins(_ bytes: [UInt8]) -> Bool {
    guard bytes.count > 8, bytes[8] == UInt8(ascii: "{") else { return false }
    return bytes[4..<8].allSatisfy { $0 == 0 }
  }

  private struct Item {
    let name: String
    var type = ""
    var shape: [Int] = []
    var range: [Int] = []
  }

  /// Reads the header and checks that the tensors cover the numbers exactly.
  static func read(_ bytes: [UInt8]) throws(PadawannError) -> Contents {
    var reader = ByteReader(bytes)
    let length = try reader.integer(UInt64.self)
    guard length <= UInt64(longestHeader), length <= UInt64(reader.remaining) else {
      throw PadawannError(
        .data, "the header of \(length) bytes does not fit the file; it is truncated or no safetensors file",
        remedy: ZipEntry.fetchAgain)
    }
    var contents = Contents()
    let items: [Item]
    do {
      var json = JSONReader(try reader.take(Int(length)))
      items = try header(&json, &contents.metadata)
    } catch { throw error.inside("header") }
    try checkCoverage(items, reader.remaining)
    for item in items {
      do { contents.tensors.append(try tensor(item, bytes, reader.position)) } catch {
        throw error.inside("tensor \(printable(item.name))")
      }
    }
    return contents
  }

  private static func tensor(_ item: Item, _ bytes: [UInt8], _ start: Int) throws(PadawannError)
    -> FileTensor
  {
    guard let type = types[item.type] else {
      throw PadawannError(
        .unsupported, "the elements are of the type \(printable(item.type))",
        remedy: "Save it as F32, F16 or BF16")
    }
    let content = bytes[(start + item.range[0])..<(start + item.range[1])]
    let tensor = try FileTensor(item.name, item.shape, type, in: content)
    guard tensor.count * type.byteCount == content.count else {
      throw PadawannError(
        .data, "its shape \(item.shape) of \(item.type) does not fit its \(content.count) bytes")
    }
    return tensor
  }

  private static let types: [String: ElementType] = Dictionary(
    uniqueKeysWithValues: ElementType.allCases.map { ($0.name.uppercased(), $0) })

  /// No hole, no overlap, nothing behind: else one file could pose as two.
  private static func checkCoverage(_ items: [Item], _ count: Int) throws(PadawannError) {
    var end = 0
    for item in items.sorted(by: { ($0.range[0], $0.range[1]) < ($1.range[0], $1.range[1]) }) {
      guard item.range[0] == end, item.range[1] >= end, item.range[1] <= count else {
        throw PadawannError(
          .data, "its bytes overlap another tensor's, leave a hole or exceed the file",
          at: "tensor \(printable(item.name))")
      }
      end = item.range[1]
    }
    guard end == count else {
      throw PadawannError(.data, "the file has \(count) bytes of numbers and its tensors use \(end)")
    }
  }

  private static func header(_ json: inout JSONReader, _ texts: inout [String: String]) throws(PadawannError)
    -> [Item]
  {
    var items: [Item] = []
    var names = Set<[UInt8]>()
    try json.object { json, name throws(PadawannError) in
      guard names.insert(Array(name.utf8)).inserted else {
        throw PadawannError(.data, "the name \(printable(name)) appears twice")
      }
      if name == "__metadata__" {
        texts = try metadata(&json)
        return
      }
      items.append(try item(&json, name))
    }
    try json.expectEnd()
    return items
  }

  private static func metadata(_ json: inout JSONReader) throws(PadawannError) -> [String: String] {
    var keys = Set<[UInt8]>()
    var texts: [String: String] = [:]
    try json.object { json, key throws(PadawannError) in
      texts[key] = try json.text()
      guard keys.insert(Array(key.utf8)).inserted else {
        throw PadawannError(.data, "the metadata key \(printable(key)) appears twice")
      }
    }
    return texts
  }

  private static func item(_ json: inout JSONReader, _ name: String) throws(PadawannError) -> Item {
    var item = Item(name: name)
    var seen = Set<String>()
    try json.object { json, key throws(PadawannError) in
      switch key {
      case "dtype": item.type = try json.text()
      case "shape": item.shape = try json.integers()
      case "data_offsets": item.range = try json.integers()
      default:
        throw PadawannError(.data, "the tensor \(printable(name)) has the unknown key \(printable(key))")
      }
      guard seen.insert(key).inserted else {
        throw PadawannError(.data, "the tensor \(printable(name)) has the key \(printable(key)) twice")
      }
    }
    guard seen.count == 3, item.range.count == 2 else {
      throw PadawannError(.data, "the tensor \(printable(name)) needs dtype, shape and two data_offsets")
    }
    return item
  }
}
