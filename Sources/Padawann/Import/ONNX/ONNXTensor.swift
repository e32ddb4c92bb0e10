/// A tensor of an ONNX model. Its numbers are bytes until they are asked for.
struct ONNXTensor: Sendable {
  private(set) var name = ""
  private(set) var shape: [Int] = []
  private(set) var type = ElementType.f32
  /// The elements, little-endian.
  private var bytes: ArraySlice<UInt8> = []
  /// Where they are, when that is another file: `location`, `offset`, `length`.
  private(set) var external: [String: String]?
  /// The tensor, where another format has it.
  private var stored: FileTensor?

  static let types: [Int: ElementType] = [
    1: .f32, 2: .u8, 3: .i8, 4: .u16, 5: .i16, 6: .i32, 7: .i64, 9: .bool, 10: .f16, 11: .f64, 12: .u32,
    13: .u64,
    16: .bf16,
  ]

  /// A tensor of another format, which a graph calls `name`.
  init(_ stored: FileTensor, named name: String) {
    self.name = name
    self.stored = stored
    (shape, type) = (stored.shape, stored.type)
  }

  /// Reads a TensorProto.
  init(_ message: ProtobufReader) throws(PadawannError) {
    var message = message
    var fields = Fields()
    while let field = try message.next() { try read(field, &fields, message) }
    do throws(PadawannError) {
      guard let type = Self.types[fields.type] else {
        throw PadawannError(
          .unsupported, "its elements are of ONNX's type \(fields.type)",
          remedy: "Save it with 32-bit floating-point numbers")
      }
      self.type = type
      if fields.isExternal {
        external = fields.places
      } else {
        bytes = fields.raw ?? fields.bytes(of: type)
        try check(bytes.count)
      }
    } catch { throw error.inside("tensor \(printable(name))") }
  }

  /// What is put together once the type is known.
  private struct Fields {
    var type = 0
    var raw: ArraySlice<UInt8>?
    /// Elements of 4 or 8 bytes.
    var numbers: [UInt8] = []
    var integers: [Int] = []
    var places: [String: String] = [:]
    var isExternal = false

    /// The elements in their own size: small ones and half-precision ones are stored as integers of 32 bits.
    func bytes(of type: ElementType) -> ArraySlice<UInt8> {
      guard numbers.isEmpty else { return numbers[...] }
      var bytes: [UInt8] = []
      bytes.reserveCapacity(integers.count * type.byteCount)
      for integer in integers {
        for position in 0..<type.byteCount {
          bytes.append(UInt8(truncatingIfNeeded: integer >> (8 * position)))
        }
      }
      return bytes[...]
    }
  }

  private mutating func read(
    _ field: ProtobufReader.Field, _ fields: inout Fields, _ message: ProtobufReader
  ) throws(PadawannError) {
    switch field.number {
    case ONNXField.Tensor.sizes: shape += try field.integers
    case ONNXField.Tensor.type: fields.type = try field.integer
    case ONNXField.Tensor.floats, ONNXField.Tensor.doubles: fields.numbers += try field.numberBytes
    case ONNXField.Tensor.integers32, ONNXField.Tensor.integers64, ONNXField.Tensor.unsigned64:
      fields.integers += try field.integers
    case ONNXField.Tensor.name: name = try field.text
    case ONNXField.Tensor.raw:
      var content = try field.content
      fields.raw = try content.take(content.remaining)
    case ONNXField.Tensor.external:
      let entry = try ONNXGraph.entry(message.message(field))
      fields.places[entry.key] = entry.value
    case ONNXField.Tensor.location: fields.isExternal = try field.integer == 1
    default: break
    }
  }

  private func check(_ count: Int) throws(PadawannError) {
    guard let elements = shape.product, elements <= FileTensor.maximumCount,
      elements * type.byteCount == count
    else {
      throw PadawannError(
        .data, "its shape \(shape) of \(type.name) does not fit its \(count) bytes",
        remedy: ZipEntry.fetchAgain)
    }
  }

  /// Takes the numbers out of the file beside the model that has them.
  mutating func load(_ files: inout ONNXExternalFiles) throws(PadawannError) {
    guard external != nil else { return }
    do {
      bytes = try files.bytes(of: self)
      try check(bytes.count)
    } catch { throw error.inside("tensor \(printable(name))") }
    external = nil
  }

  /// The tensor as those of other files are.
  func fileTensor() throws(PadawannError) -> FileTensor {
    if let stored { return stored }
    do { return try FileTensor(name.isEmpty ? "constant" : name, shape, type, in: bytes) } catch {
      throw error.inside("tensor \(printable(name))")
    }
  }
}

/// The files beside an ONNX model that have numbers of its tensors.
struct ONNXExternalFiles {
  private let folder: String
  private var contents: [String: [UInt8]] = [:]
  private var locations: [String] = []

  /// The files that were read, by name.
  var files: [ExternalFile] {
    contents.sorted { $0.key < $1.key }.map { name, content in
      ExternalFile(name: name, byteCount: content.count, digest: Digest(of: content))
    }
  }

  /// No file yet.
  init(model path: String) {
    folder = path.lastIndex(of: "/").map { String(path[...$0]) } ?? ""
  }

  /// Notes that a tensor needs its file.
  mutating func note(_ tensor: ONNXTensor) {
    guard let location = tensor.external?["location"], !locations.contains(location) else { return }
    locations.append(location)
  }

  /// Checks that every needed file is there, before any is read.
  func checkPresence() throws(PadawannError) {
    for location in locations { try Self.check(location) }
    let missing = locations.filter { FileStatus(folder + $0)?.kind != .plain }
    guard missing.isEmpty else {
      throw PadawannError(
        .missing,
        "the model has numbers in files beside it that are not there: "
          + missing.map(printable).joined(separator: ", "),
        remedy: "Put them into the folder of the model")
    }
  }

  /// Only plain relative paths inside the model's folder: no model may make this program read other files.
  private static func check(_ location: String) throws(PadawannError) {
    let parts = location.split(separator: "/", omittingEmptySubsequences: false)
    guard !location.isEmpty, location.utf8.count <= 1024, !location.contains("\\"), !location.contains("\0"),
      parts.allSatisfy({ !$0.isEmpty && $0 != "." && $0 != ".." })
    else {
      throw PadawannError(
        .data,
        "the model has numbers in the file \(printable(location)), which is not a plain path in its folder")
    }
  }

  /// The bytes of a tensor.
  mutating func bytes(of tensor: ONNXTensor) throws(PadawannError) -> ArraySlice<UInt8> {
    guard let location = tensor.external?["location"] else {
      throw PadawannError(.data, "it does not say in which file its numbers are")
    }
    if contents[location] == nil {
      contents[location] = try StoredFile.read(folder + location, followsLinks: false)
    }
    let content = contents[location] ?? []
    guard let offset = Self.number(tensor.external?["offset"], or: 0), offset <= content.count,
      let count = Self.number(tensor.external?["length"], or: content.count - offset),
      count <= content.count - offset
    else {
      throw PadawannError(
        .data, "its numbers are outside the \(content.count) bytes of \(printable(location))",
        remedy: "Get the model and its files again")
    }
    return content[offset..<(offset + count)]
  }

  private static func number(_ text: String?, or standard: Int) -> Int? {
    guard let text else { return standard }
    return Int(text).flatMap { $0 >= 0 ? $0 : nil }
  }
}
