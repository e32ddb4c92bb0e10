import HDF5

/// The bits and numbers of a model file: in the groups of the nodes, or, in a compact file, in two vectors for all nodes
/// that are read along in the order of the nodes.
struct Payload {
  /// The bytes of all vectors that were read.
  private(set) var byteCount = 0
  /// How many of the numbers that were read have 16 bits.
  private(set) var halfCount = 0
  private let isCompact: Bool
  private let hasHalves: Bool
  private var decoder = BinaryCoder.Decoder([])
  /// How many bits the coded vector can still hold, whatever they are.
  private var capacity = 0
  private var parameters: [Float] = []
  private var used = 0
  private var halfParameters: [Float] = []
  private var usedHalves = 0

  /// - Parameter mayLeaveOut: whether a compact file has no `parameters` where there are none.
  init(_ root: HDFGroup, isCompact: Bool, hasHalves: Bool, mayLeaveOut: Bool = false) throws(PadawannError) {
    self.isCompact = isCompact
    self.hasHalves = hasHalves
    guard isCompact else { return }
    let coded = try bytes("coded", root)
    decoder = BinaryCoder.Decoder(coded)
    capacity = BinaryCoder.capacity(bytes: coded.count)
    if hasHalves { halfParameters = try vector("half_parameters", root, .half) }
    if !mayLeaveOut || root.dataset("parameters") != nil {
      parameters = try vector("parameters", root, .single)
    }
  }

  /// Checks that a compact file has nothing more than what was read.
  func finish() throws(PadawannError) {
    guard isCompact else { return }
    guard decoder.isComplete else {
      throw PadawannError(.data, "the dataset \"coded\" does not end with its last plane")
    }
    guard used == parameters.count, usedHalves == halfParameters.count else {
      let (stored, needed) = (parameters.count + halfParameters.count, used + usedHalves)
      throw PadawannError(.data, "\(stored) parameters are stored, and \(needed) are needed")
    }
  }

  mutating func mask(_ group: HDFGroup, count: Int, columns: Int) throws(PadawannError) -> Bitmask {
    guard isCompact else { return try plane("mask", group, count: count) }
    try announce(count)
    return CompactPlane.decodeMask(count: count, columns: columns, from: &decoder)
  }

  /// Where the mask of a task differs from that of the node.
  ///
  /// - Parameter group: the task's group of the node.
  mutating func difference(_ group: HDFGroup, from mask: Bitmask, columns: Int) throws(PadawannError)
    -> Bitmask
  {
    guard isCompact else { return try plane(TaskMask.vector, group, count: mask.count) }
    try announce(mask.count)
    return CompactPlane.decodeDifference(from: mask, columns: columns, from: &decoder)
  }

  /// The signs of `edges`, each at its edge; the others are zero.
  mutating func signs(_ group: HDFGroup, of edges: Bitmask, columns: Int) throws(PadawannError) -> Bitmask {
    guard !isCompact else {
      try announce(edges.popcount)
      return CompactPlane.decodeSigns(of: edges, columns: columns, from: &decoder)
    }
    return try plane("signs", group, count: edges.popcount).spread(over: edges)
  }

  /// Numbers of edges, or others.
  ///
  /// - Parameter mayBeHalf: whether they have 16 bits, in a compact file; whether they may, in another one.
  mutating func floats(_ name: String, _ group: HDFGroup, count: Int, mayBeHalf: Bool = false)
    throws(PadawannError)
    -> [Float]
  {
    guard !isCompact else {
      return try mayBeHalf && hasHalves
        ? Self.take(count, of: halfParameters, &usedHalves, "half_parameters", for: name)
        : Self.take(count, of: parameters, &used, "parameters", for: name)
    }
    let numbers = try vector(name, group, mayBeHalf && hasHalves ? .either : .single)
    guard numbers.count == count else {
      throw PadawannError(.data, "\"\(name)\" has \(numbers.count) numbers where \(count) are needed")
    }
    return numbers
  }

  /// The next numbers of one of the two vectors of a compact file.
  private static func take(
    _ count: Int, of numbers: [Float], _ used: inout Int, _ vector: String, for name: String
  ) throws(PadawannError) -> [Float] {
    guard count <= numbers.count - used else {
      throw PadawannError(.data, "the dataset \"\(vector)\" is too short for \"\(name)\"")
    }
    defer { used += count }
    return Array(numbers[used..<(used + count)])
  }

  /// One bit for each of so many, as masks are stored.
  mutating func mask(_ group: HDFGroup, named name: String, count: Int) throws(PadawannError) -> Bitmask {
    try plane(name, group, count: count)
  }

  /// Signed numbers of 32 bits.
  mutating func integers(_ name: String, _ group: HDFGroup, count: Int) throws(PadawannError) -> [Int32] {
    guard case .int32(let numbers) = try elements(name, group) else {
      throw PadawannError(.data, "the dataset \"\(name)\" does not hold 32-bit integers")
    }
    guard numbers.count == count else {
      throw PadawannError(.data, "\"\(name)\" has \(numbers.count) numbers where \(count) are needed")
    }
    return numbers
  }

  /// Numbers of 8 bits.
  mutating func codes(_ name: String, _ group: HDFGroup, count: Int) throws(PadawannError) -> [UInt8] {
    let codes = try bytes(name, group)
    guard codes.count == count else {
      throw PadawannError(.data, "\"\(name)\" has \(codes.count) numbers where \(count) are needed")
    }
    return codes
  }

  private mutating func announce(_ count: Int) throws(PadawannError) {
    guard count <= capacity else {
      throw PadawannError(.data, "the dataset \"coded\" is too short for its planes")
    }
    capacity -= count
  }

  private mutating func plane(_ name: String, _ group: HDFGroup, count: Int) throws(PadawannError) -> Bitmask
  {
    let bytes = try bytes(name, group)
    guard let plane = Bitmask(packed: bytes, count: count) else {
      throw PadawannError(
        .data, "the dataset \"\(name)\" of \(bytes.count) bytes does not hold \(count) bits followed by zeros"
      )
    }
    return plane
  }

  mutating func bytes(_ name: String, _ group: HDFGroup) throws(PadawannError) -> [UInt8] {
    guard case .uint8(let bytes) = try elements(name, group) else {
      throw PadawannError(.data, "the dataset \"\(name)\" does not hold bytes")
    }
    return bytes
  }

  /// The bits of real numbers that a vector may have.
  private enum Precision: String {
    case single = "32-bit real numbers"
    case half = "16-bit real numbers"
    case either = "32-bit or 16-bit real numbers"
  }

  private mutating func vector(_ name: String, _ group: HDFGroup, _ precision: Precision)
    throws(PadawannError)
    -> [Float]
  {
    switch (try elements(name, group), precision) {
    case (.float32(let numbers), .single), (.float32(let numbers), .either): return numbers
    case (.float16(let halves), .half), (.float16(let halves), .either):
      halfCount += halves.count
      return halves.map(Float.init(half:))
    default: throw PadawannError(.data, "the dataset \"\(name)\" does not hold \(precision.rawValue)")
    }
  }

  private mutating func elements(_ name: String, _ group: HDFGroup) throws(PadawannError) -> HDFElements {
    guard let dataset = group.dataset(name) else {
      throw PadawannError(.data, "the dataset \"\(name)\" is missing")
    }
    guard dataset.shape.count == 1 else {
      throw PadawannError(.data, "the dataset \"\(name)\" is not a vector")
    }
    guard dataset.attributes.count == 1, case .array(.uint8(let recorded)) = dataset.attribute("sha256")
    else {
      throw PadawannError(.data, "the dataset \"\(name)\" needs its SHA-256 digest and no other attribute")
    }
    let bytes = dataset.elements.littleEndianBytes
    guard recorded == Digest(of: bytes).bytes else {
      throw PadawannError(
        .data, "the dataset \"\(name)\" does not match its SHA-256 digest: the file is damaged")
    }
    byteCount += bytes.count
    return dataset.elements
  }
}
