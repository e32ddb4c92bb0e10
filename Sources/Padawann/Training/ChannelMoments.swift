/// Mean and variance of every channel over positions and images, taken in one go about the mean of the first numbers.
struct ChannelMoments {
  private var centre: [Float]
  private var sums: [Double]
  private var squares: [Double]
  /// How many numbers of each channel there were.
  private(set) var count = 0

  init(channels: Int) {
    centre = [Float](repeating: 0, count: channels)
    sums = [Double](repeating: 0, count: channels)
    squares = sums
  }

  mutating func add(_ x: BlockSlice, lanes: Int, _ set: InstructionSet) {
    let numbers = x.elements / sums.count * lanes
    if count == 0 {
      var first = sums
      set.addSums(x, centre: centre, lanes: lanes, to: &first)
      centre = first.map { Float($0 / Double(numbers)) }
    }
    set.addSums(x, centre: centre, lanes: lanes, to: &sums)
    set.addProducts(x, x, centres: (centre, centre), lanes: lanes, to: &squares)
    count += numbers
  }

  /// The mean of each channel.
  var means: [Double] { zip(centre, sums).map { Double($0) + $1 / Double(count) } }

  /// The variance of each channel about its mean.
  var variances: [Double] {
    zip(sums, squares).map { sum, square in
      max(0, square / Double(count) - sum / Double(count) * (sum / Double(count)))
    }
  }
}
