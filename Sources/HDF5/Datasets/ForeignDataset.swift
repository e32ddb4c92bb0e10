/// A dataset of a file that any program may have written: what its header says, and its values.
struct ForeignDataset {
  let path: String
  let extent: DatasetExtent
  let element: ElementForm
  private let messages: ObjectMessages

  /// Reads the type and the shape from an object header; nil when the object is no dataset or has no shape.
  init?(_ messages: ObjectMessages, in structure: inout FileStructure) throws(HDF5Error) {
    guard messages.has(.layout) else { return nil }
    guard let type = try messages.type(in: &structure), let space = try messages.only(.shape) else {
      throw HDF5Error(.damaged, "its header says nothing of its type or its shape", at: messages.path)
    }
    let lengthBytes = structure.lengthBytes
    guard let extent = try DatasetExtent(space, lengthBytes: lengthBytes, at: messages.path) else {
      return nil
    }
    self.extent = extent
    element = try ElementForm(type)
    path = messages.path
    self.messages = messages
  }

  /// All values in row-major order, as the file has them.
  ///
  /// - Parameters:
  ///   - form: the type of the elements.
  ///   - numberBytes: the size of the numbers that they become, which counts against the limit with them.
  func bytes(_ form: NumberForm, becoming numberBytes: Int, in structure: inout FileStructure)
    throws(HDF5Error)
    -> [UInt8]
  {
    let limit = structure.limits.payloadBytes
    let byteCount = saturatingProduct(extent.count, form.byteCount)
    guard max(byteCount, saturatingProduct(extent.count, numberBytes)) <= limit else {
      throw HDF5Error(
        .tooLarge,
        "the shape \(extent.shape) takes \(max(byteCount, saturatingProduct(extent.count, numberBytes))) bytes, more "
          + "than the limit of \(limit)", at: path)
    }
    guard !messages.has(.externalFiles) else {
      throw HDF5Error(.unsupported, "its values are in other files (external storage)", at: path)
    }
    guard let message = try messages.only(.layout) else {
      throw HDF5Error(.damaged, "its header says nothing of its layout", at: path)
    }
    let layout = try DatasetLayout(message, structure, at: path)
    guard byteCount > 0 else { return [] }
    switch layout {
    case .compact(let bytes): return try whole(Array(bytes), byteCount)
    case .contiguous(nil, _): throw nothingStored
    case .contiguous(let address?, let stored):
      guard stored == byteCount else { throw misfit(stored) }
      return Array(try structure.values(at: address, byteCount, for: path))
    case .chunked(let layout):
      let grid = try ChunkGrid(extent, layout, elementBytes: form.byteCount, at: path)
      return try chunked(layout, grid, byteCount, &structure)
    }
  }

  private func whole(_ bytes: [UInt8], _ byteCount: Int) throws(HDF5Error) -> [UInt8] {
    guard bytes.count == byteCount else { throw misfit(bytes.count) }
    return bytes
  }

  private func misfit(_ stored: Int) -> HDF5Error {
    HDF5Error(.damaged, "the shape \(extent.shape) does not fit the \(stored) bytes stored", at: path)
  }

  private var nothingStored: HDF5Error {
    HDF5Error(.damaged, "the shape \(extent.shape) is declared, but no values are stored", at: path)
  }

  // MARK: - Chunks

  private func chunked(
    _ layout: ChunkedLayout, _ grid: ChunkGrid, _ byteCount: Int, _ structure: inout FileStructure
  ) throws(HDF5Error) -> [UInt8] {
    let plain = FilterPipeline(elementBytes: layout.elementBytes, at: path)
    var filters = plain
    if let message = try messages.only(.filters) {
      filters = try FilterPipeline(message, elementBytes: layout.elementBytes, at: path)
    }
    let chunks = try ChunkIndex(layout: layout, grid: grid, path: path).chunks(in: &structure)
    guard !chunks.isEmpty else { throw nothingStored }
    // Chunks may reach over the edge; a small dataset could have huge ones.
    let limit = structure.limits.payloadBytes
    guard saturatingProduct(chunks.count, grid.chunkBytes) <= limit else {
      throw HDF5Error(
        .tooLarge,
        "its \(chunks.count) chunks of shape \(grid.chunk) take more than the limit of \(limit) bytes",
        at: path)
    }
    try checkUnwritten(byteCount, stored: saturatingProduct(chunks.count, grid.chunkBytes), structure)
    var values = try unwritten(byteCount, isNeeded: chunks.count < grid.count, layout.elementBytes)
    for chunk in chunks {
      let place = grid.place(of: chunk.number)
      let isPlain = layout.leavesEdgesAlone && grid.isCutOff(place)
      let stored = try structure.values(at: chunk.address, chunk.byteCount, for: path)
      let content = try (isPlain ? plain : filters).values(
        of: stored, skipped: chunk.skippedFilters, byteCount: grid.chunkBytes)
      grid.copy(content, at: place, elementBytes: layout.elementBytes, into: &values)
    }
    return values
  }

  /// Elements that were never written cost a file nothing, so that a tiny one could have any number of them. They may
  /// take as much memory as the best compression (deflate's 1,032 to 1) could have made of the file, and 16 MiB more.
  private func checkUnwritten(_ byteCount: Int, stored: Int, _ structure: FileStructure) throws(HDF5Error) {
    let limit = saturatingProduct(structure.file.count, 1032).addingReportingOverflow(1 << 24)
    guard !limit.overflow, byteCount - min(stored, byteCount) > limit.partialValue else { return }
    throw HDF5Error(
      .tooLarge,
      "the shape \(extent.shape) takes \(byteCount) bytes, of which only \(stored) were ever written; a file of "
        + "\(structure.file.count) bytes may leave out \(limit.partialValue)", at: path)
  }

  /// Room for all values; where chunks are missing, their elements have the fill value.
  private func unwritten(_ byteCount: Int, isNeeded: Bool, _ elementBytes: Int) throws(HDF5Error) -> [UInt8] {
    guard isNeeded, let fill = try fillValue(elementBytes), fill.contains(where: { $0 != 0 }) else {
      return [UInt8](repeating: 0, count: byteCount)
    }
    var values: [UInt8] = []
    values.reserveCapacity(byteCount)
    for _ in 0..<byteCount / elementBytes { values.append(contentsOf: fill) }
    return values
  }

  /// The value of elements that were never written; nil when the file has none.
  private func fillValue(_ elementBytes: Int) throws(HDF5Error) -> ArraySlice<UInt8>? {
    var value: ArraySlice<UInt8>?
    if let message = try messages.only(.fillValue) {
      value = try newFillValue(message)
    } else if let message = try messages.only(.oldFillValue) {
      value = try oldFillValue(message)
    }
    guard let value, !value.isEmpty else { return nil }
    guard value.count == elementBytes else {
      throw HDF5Error(
        .damaged, "its fill value has \(value.count) bytes, an element \(elementBytes)", at: path)
    }
    return value
  }

  private func newFillValue(_ message: ByteCursor) throws(HDF5Error) -> ArraySlice<UInt8>? {
    var cursor = message
    let version = try cursor.byte()
    guard (1...3).contains(version) else {
      throw HDF5Error(.unsupported, "its fill value has format version \(version)", at: path)
    }
    let isThere: Bool
    if version == 3 {
      isThere = try cursor.byte() & 0x20 != 0
    } else {
      _ = try cursor.take(2)
      isThere = try cursor.byte() != 0
    }
    return isThere ? try cursor.take(try cursor.count(4)) : nil
  }

  private func oldFillValue(_ message: ByteCursor) throws(HDF5Error) -> ArraySlice<UInt8>? {
    var cursor = message
    return try cursor.take(try cursor.count(4))
  }
}
