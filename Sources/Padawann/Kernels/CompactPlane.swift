/// The smallest encoding of masks and signs. Every bit is predicted from its neighbours; a mask that is random costs its
/// entropy, and one with whole channels or filters pruned much less. `Formats/padawann.md`, section "Compact planes".
package enum CompactPlane {
  /// Encodes a mask, row by row.
  ///
  /// The context of a bit is the number `left + 2 · second-left + 4 · above`: the two bits before it in its row and the bit
  /// of the row above, all zero where there is none.
  package static func encode(mask: Bitmask, columns: Int, into encoder: inout BinaryCoder.Encoder) {
    var contexts = [BinaryCoder.Context](repeating: .init(), count: 8)
    for edge in 0..<mask.count {
      encoder.encode(mask[edge], in: &contexts[maskContext(edge, columns, mask)])
    }
  }

  /// Encodes where a mask differs from another one of as many bits. An edge that the other has is lost far more often than one that
  /// it does not have is won: the context of a bit is that of a mask plus 8 where the other's bit is set.
  package static func encode(
    difference: Bitmask, from other: Bitmask, columns: Int, into encoder: inout BinaryCoder.Encoder
  ) {
    precondition(difference.count == other.count, "masks of different lengths have no difference")
    var contexts = [BinaryCoder.Context](repeating: .init(), count: 16)
    for edge in 0..<difference.count {
      let context = maskContext(edge, columns, difference) + (other[edge] ? 8 : 0)
      encoder.encode(difference[edge], in: &contexts[context])
    }
  }

  /// Decodes a mask of `count` bits.
  ///
  /// Buffers are used because an array is looked up, checked and asked for its owners at every bit, which takes half of the time.
  package static func decodeMask(count: Int, columns: Int, from decoder: inout BinaryCoder.Decoder) -> Bitmask
  {
    precondition(count >= 0 && columns > 0, "a plane has rows of one bit or more")
    var contexts = [BinaryCoder.Context](repeating: .init(), count: 8)
    var bits = [UInt8](repeating: 0, count: count)
    var fast = decoder
    contexts.withUnsafeMutableBufferPointer { contexts in
      bits.withUnsafeMutableBufferPointer { bits in
        for row in stride(from: 0, to: count, by: columns) {
          // The two bits before, the one just before in the lowest place; so a context is one of eight.
          var before = 0
          for edge in row..<min(row + columns, count) {
            let above = row == 0 ? 0 : Int(bits[edge - columns]) &<< 2
            let bit = fast.decode(in: &contexts[before | above]) ? 1 : 0
            bits[edge] = UInt8(truncatingIfNeeded: bit)
            before = (before &<< 1 | bit) & 3
          }
        }
      }
    }
    decoder = fast
    return Bitmask(count: count) { UInt64(bits[$0]) }
  }

  /// Decodes where a mask differs from another one.
  package static func decodeDifference(
    from other: Bitmask, columns: Int, from decoder: inout BinaryCoder.Decoder
  ) -> Bitmask {
    precondition(columns > 0, "a plane has rows of one bit or more")
    var contexts = [BinaryCoder.Context](repeating: .init(), count: 16)
    var difference = Bitmask(repeating: false, count: other.count)
    for edge in 0..<other.count {
      let context = maskContext(edge, columns, difference) + (other[edge] ? 8 : 0)
      if decoder.decode(in: &contexts[context]) { difference[edge] = true }
    }
    return difference
  }

  /// Encodes the signs of `edges`, ascending positions.
  ///
  /// The context of a sign is `left + 3 · above`, each 0 without an edge, 1 for a positive and 2 for a negative one: the
  /// edge before it in the list if it is in the same row, and the edge of the row above in the same column.
  package static func encode(
    signs: Bitmask, of edges: Bitmask, columns: Int, into encoder: inout BinaryCoder.Encoder
  ) {
    var contexts = [BinaryCoder.Context](repeating: .init(), count: 9)
    var previous: Int?
    for edge in edges.indices {
      encoder.encode(signs[edge], in: &contexts[signContext(edge, previous, columns, edges, signs)])
      previous = edge
    }
  }

  /// Decodes the signs of `edges`; the other bits are zero.
  package static func decodeSigns(of edges: Bitmask, columns: Int, from decoder: inout BinaryCoder.Decoder)
    -> Bitmask
  {
    precondition(columns > 0, "a plane has rows of one bit or more")
    var contexts = [BinaryCoder.Context](repeating: .init(), count: 9)
    // 1 for a positive and 2 for a negative edge, 0 for none.
    var states = [UInt8](repeating: 0, count: edges.count)
    var fast = decoder
    contexts.withUnsafeMutableBufferPointer { contexts in
      states.withUnsafeMutableBufferPointer { states in
        var (left, end) = (0, columns)
        for edge in edges.indices {
          if edge >= end {
            left = 0
            end = (edge / columns + 1) * columns
          }
          // Both states are at most 2, so a context is one of nine.
          let above = edge >= columns ? 3 &* Int(states[edge - columns]) : 0
          left = fast.decode(in: &contexts[left &+ above]) ? 2 : 1
          states[edge] = UInt8(truncatingIfNeeded: left)
        }
      }
    }
    decoder = fast
    return Bitmask(count: edges.count) { UInt64(states[$0] >> 1) }
  }

  private static func maskContext(_ edge: Int, _ columns: Int, _ mask: Bitmask) -> Int {
    let column = edge % columns
    let left = column >= 1 && mask[edge - 1] ? 1 : 0
    let second = column >= 2 && mask[edge - 2] ? 2 : 0
    let above = edge >= columns && mask[edge - columns] ? 4 : 0
    return left + second + above
  }

  private static func signContext(
    _ edge: Int, _ previous: Int?, _ columns: Int, _ edges: Bitmask, _ signs: Bitmask
  )
    -> Int
  {
    func state(_ edge: Int) -> Int { signs[edge] ? 2 : 1 }
    let left = previous.map { $0 / columns == edge / columns ? state($0) : 0 } ?? 0
    let above = edge >= columns && edges[edge - columns] ? state(edge - columns) : 0
    return left + 3 * above
  }
}
