/// What a program or an archive says of a tensor (`TensorMeta` of `torch/_export/serde/schema.py`).
struct TorchTensorMeta: Sendable {
  /// The number of the type of the elements.
  private(set) var type = 0
  /// The sizes; `nil` for one that is open.
  private(set) var openSizes: [Int?] = []
  /// The strides, in elements.
  private(set) var strides: [Int?] = []
  /// Where the first element is in its storage, in elements.
  private(set) var offset: Int? = 0
  /// How the elements are stored; 7 is one after the other by strides.
  private(set) var layout = 7

  /// Reads the description.
  init(_ json: inout JSONReader) throws(PadawannError) {
    try json.object { json, key throws(PadawannError) in
      switch key {
      case "dtype": type = try json.wholeNumber()
      case "sizes": openSizes = try Self.sizes(&json)
      case "strides": strides = try Self.sizes(&json)
      case "storage_offset": offset = try Self.size(&json)
      case "layout": layout = try json.wholeNumber()
      default: try json.skipValue()
      }
    }
  }

  private static func sizes(_ json: inout JSONReader) throws(PadawannError) -> [Int?] {
    var sizes: [Int?] = []
    try json.array { json throws(PadawannError) in sizes.append(try size(&json)) }
    return sizes
  }

  /// `{"as_int": …}`, or an expression; early versions write the number alone.
  private static func size(_ json: inout JSONReader) throws(PadawannError) -> Int? {
    guard try json.kind() == .object else { return try json.wholeNumber() }
    var size: Int?
    try json.object { json, key throws(PadawannError) in
      if key == "as_int", try json.kind() == .number {
        size = try json.wholeNumber()
      } else {
        try json.skipValue()
      }
    }
    return size
  }

  /// The types of `torch/_export/serde/schema.py`.
  private static let types: [Int: ElementType] = [
    1: .u8, 2: .i8, 3: .i16, 4: .i32, 5: .i64, 6: .f16, 7: .f32, 8: .f64, 12: .bool, 13: .bf16, 28: .u16,
    34: .u32, 35: .u64,
  ]

  /// The numbers of the types that have a fraction.
  static let floatingPoint: Set<Int> = [6, 7, 8, 13]

  /// The tensor in its storage.
  ///
  /// - Throws: ``PadawannError`` `unsupported` for elements that are not read here, `data` when it leaves its storage.
  func tensor(_ name: String, in storage: ArraySlice<UInt8>, bigEndian: Bool) throws(PadawannError)
    -> FileTensor
  {
    guard let element = Self.types[type], layout == 7 else {
      throw PadawannError(
        .unsupported,
        layout == 7
          ? "its elements are of PyTorch's type \(type)" : "its elements are not stored one after the other",
        remedy: "Export the model with dense numbers of 16 or 32 bits")
    }
    let (sizes, steps) = (openSizes.compactMap { $0 }, strides.compactMap { $0 })
    guard sizes.count == openSizes.count, steps.count == sizes.count, let offset else {
      throw PadawannError(.data, "its sizes or strides are not fixed")
    }
    return try FileTensor(
      name, sizes, element, in: storage, offset: offset, strides: steps, bigEndian: bigEndian)
  }
}
