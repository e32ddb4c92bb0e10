/// Bytes with one bit of them changed.
enum FlippedBits {
  /// The bits whose change a reader does not notice, of every `step`-th; on several threads.
  static func silent(in bytes: [UInt8], step: Int, _ reads: @escaping @Sendable ([UInt8]) -> Bool) async
    -> [Int]
  {
    await withTaskGroup(of: [Int].self) { group in
      for part in 0..<4 {
        group.addTask {
          stride(from: part * step, to: bytes.count * 8, by: 4 * step).filter { bit in
            var damaged = bytes
            damaged[bit / 8] ^= 1 << UInt8(bit % 8)
            return reads(damaged)
          }
        }
      }
      return await group.reduce(into: []) { $0 += $1 }
    }
  }
}
