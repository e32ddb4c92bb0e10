/// The edges of a layer as a C program reads them: bit planes, or steps from edge to edge where these are shorter.
struct CEdges {
  /// One byte for each edge that is left: the columns since the edge before, twice, and 1 for a negative one; ``skip`` for 127
  /// columns without an edge, ``end`` behind the last edge of an output.
  var steps: [UInt8]?
  /// One bit for each edge, set where it is left; `nil` where all are.
  var mask: [UInt8]?
  /// One bit for each edge that is left, set where it is negative; `nil` where edges have numbers, or there are none.
  var signs: [UInt8]?
  /// One number for each edge that is left.
  var numbers: [Float]?
  /// The edges of one output, pruned ones included.
  let columns: Int

  /// The byte that steps over 127 columns.
  static let skip: UInt8 = 254
  /// The byte behind the last edge of an output.
  static let end: UInt8 = 255

  /// Chooses the form that takes fewer bytes; both are read in one pass, a dense one faster from bit planes.
  ///
  /// - Parameter numbers: what the edges are worth, where it is not their sign.
  init(_ weights: EdgeWeights, numbers: [Float]?) {
    columns = weights.count / weights.shape[0]
    self.numbers = numbers.map { numbers in weights.mask.indices.map { numbers[$0] } }
    let signs = numbers == nil ? weights.signs : Bitmask(repeating: false, count: weights.count)
    let steps = Self.steps(weights.mask, signs, columns: columns)
    let isFull = weights.remainingEdges == weights.count
    let planes =
      (isFull ? 0 : (weights.count + 7) / 8) + (numbers == nil ? (weights.remainingEdges + 7) / 8 : 0)
    // Without an edge there would be an empty array of signs, which C does not have.
    if steps.count < planes || weights.remainingEdges == 0 {
      self.steps = steps
    } else {
      mask = isFull ? nil : Self.packed(weights.mask)
      self.signs = numbers == nil ? Self.packed(signs.gathered(by: weights.mask)) : nil
    }
  }

  /// The bytes that all of it takes.
  var byteCount: Int {
    (steps?.count ?? 0) + (mask?.count ?? 0) + (signs?.count ?? 0) + 4 * (numbers?.count ?? 0)
  }

  private static func steps(_ mask: Bitmask, _ signs: Bitmask, columns: Int) -> [UInt8] {
    var steps: [UInt8] = []
    var (row, column) = (0, 0)
    for edge in mask.indices {
      while edge >= (row + 1) * columns {
        steps.append(end)
        (row, column) = (row + 1, 0)
      }
      var distance = edge - row * columns - column
      while distance > 126 {
        steps.append(skip)
        distance -= 127
      }
      steps.append(UInt8(2 * distance + (signs[edge] ? 1 : 0)))
      column = edge - row * columns
    }
    return steps + [UInt8](repeating: end, count: mask.count / columns - row)
  }

  /// Bits in bytes, the first in the least significant place.
  private static func packed(_ bits: Bitmask) -> [UInt8] {
    let bytes = bits.words.flatMap(\.littleEndianBytes)
    return Array(bytes.prefix((bits.count + 7) / 8))
  }
}
