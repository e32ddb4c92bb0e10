extension LaneBuffer {
  /// The sum of the products with the numbers of another buffer, one after the other in `Double`.
  func dot(_ other: LaneBuffer) -> Double {
    precondition(other.count == count, "buffers of one size")
    var sum = 0.0
    for index in 0..<count { sum += Double(floats[index]) * Double(other.floats[index]) }
    return sum
  }
}
