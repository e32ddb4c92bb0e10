extension HDFElements {
  /// The numbers as a file stores them.
  package var littleEndianBytes: [UInt8] {
    switch self {
    case .uint8(let values): values
    case .int32(let values): bytes(values.map { UInt32(bitPattern: $0) })
    case .int64(let values): bytes(values.map { UInt64(bitPattern: $0) })
    case .float16(let values): bytes(values)
    case .float32(let values): bytes(values.map(\.bitPattern))
    case .float64(let values): bytes(values.map(\.bitPattern))
    }
  }

  private func bytes<Word: FixedWidthInteger>(_ words: [Word]) -> [UInt8] {
    var result: [UInt8] = []
    result.reserveCapacity(words.count * Word.bitWidth / 8)
    for word in words {
      for shift in stride(from: 0, to: Word.bitWidth, by: 8) {
        result.append(UInt8(truncatingIfNeeded: word >> shift))
      }
    }
    return result
  }
}
