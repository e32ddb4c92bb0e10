// Genomes as rows of bytes.
extension Genome {
  /// The masks, layer by layer, each packed as by `numpy.packbits`.
  var packed: [UInt8] { masks.flatMap(\.packed) }

  /// Reads them.
  ///
  /// - Throws: ``PadawannError`` `data` when they do not fit the layout.
  init(packed bytes: ArraySlice<UInt8>, _ layout: EdgeLayout) throws(PadawannError) {
    guard bytes.count == layout.packedByteCount else {
      throw PadawannError(.data, "the masks are those of a network with other layers")
    }
    var masks: [Bitmask] = []
    var start = bytes.startIndex
    for layer in layout.shapes.indices {
      let count = layout.edges(of: layer).count
      let end = start + (count + 7) / 8
      guard let mask = Bitmask(packed: bytes[start..<end], count: count) else {
        throw PadawannError(.data, "a mask has bits beyond its edges")
      }
      masks.append(mask)
      start = end
    }
    try self.init(layout: layout, masks: masks)
  }
}

extension EdgeLayout {
  /// The bytes that the masks of all layers take when each is packed on its own.
  var packedByteCount: Int { shapes.indices.reduce(0) { $0 + (edges(of: $1).count + 7) / 8 } }
}
