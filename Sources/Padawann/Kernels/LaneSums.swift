extension LaneBuffer {
  /// The sum of the products with the numbers of another buffer, one after the other in `Double`.
  func dot(_ other: LaneBuffer) -> Double {
    precondition(other.count == count, "buffers of one size")
    var sum = 0.0
    for index in 0..<count { sum += Double(floats[index]) * Double(other.floats[index]) }
    return sum
  }
}

extension BlockSlice {
  /// Adds, for every channel, the sum of `max(0, x + shift)` over the positions and lanes of a block, and how many of these are
  /// above 0.
  func addRectified(shifts: [Float], lanes: Int, to sums: inout [Double], positive: inout [Int]) {
    let plane = elements / shifts.count
    let numbers = floats
    for channel in shifts.indices {
      var (sum, count) = (0.0, 0)
      for element in (channel * plane)..<((channel + 1) * plane) {
        for lane in 0..<lanes {
          let value = numbers[element * LaneBuffer.width + lane] + shifts[channel]
          guard value > 0 else { continue }
          sum += Double(value)
          count += 1
        }
      }
      sums[channel] += sum
      positive[channel] += count
    }
  }
}
