/// The taps that the outputs of a layer have, some outputs together: those that no output of a group uses are left out.
struct TapLists {
  private var offsets: [[Int]] = []
  private var weights: [[Float]] = []
  private let together: Int

  /// The taps of a linear layer.
  init(_ numbers: [Float], rows: Int, together: Int) {
    self.init(numbers, rows: rows, sharing: rows, together: together) { _, column in column }
  }

  /// The taps of a convolution, as offsets from a filter's first one in the padded input.
  init(_ numbers: [Float], _ convolution: Convolution, _ padded: Shape, together: Int) {
    let taps = convolution.kernel.height * convolution.kernel.width
    let channels = padded.channels / convolution.groups
    let outputs = convolution.outputs
    self.init(numbers, rows: outputs, sharing: outputs / convolution.groups, together: together) {
      group, column in
      let channel = group * channels + column / taps
      let row = column % taps / convolution.kernel.width * convolution.dilation.height
      return (channel * padded.height + row) * padded.width
        + column % convolution.kernel.width * convolution.dilation.width
    }
  }

  /// Collects taps.
  ///
  /// - Parameters:
  ///   - numbers: rows × columns, row-major; zeros are pruned edges.
  ///   - rows: the number of outputs.
  ///   - sharing: how many successive outputs see the same inputs.
  ///   - together: how many outputs share one list.
  ///   - offset: where in the input the edge of a column begins, for each group of outputs that see the same inputs.
  private init(
    _ numbers: [Float], rows: Int, sharing: Int, together: Int, offset: (_ group: Int, _ column: Int) -> Int
  ) {
    self.together = together
    let columns = numbers.count / rows
    for first in stride(from: 0, to: rows, by: together) {
      let members = first..<min(first + together, rows)
      var (found, values): ([Int], [Float]) = ([], [])
      for group in (members.lowerBound / sharing)...((members.upperBound - 1) / sharing) {
        let seeing = members.clamped(to: (group * sharing)..<((group + 1) * sharing))
        for column in 0..<columns where seeing.contains(where: { numbers[$0 * columns + column] != 0 }) {
          found.append(offset(group, column))
          for row in first..<(first + together) {
            values.append(seeing.contains(row) ? numbers[row * columns + column] : 0)
          }
        }
      }
      offsets.append(found)
      weights.append(values)
    }
  }

  /// The kernel that sums over these taps.
  func kernel(positions: [Int], outputs: Int, inputCount: Int) throws(PadawannError) -> SumKernel {
    try SumKernel(
      taps: offsets, weights: weights, positions: positions, outputs: outputs, together: together,
      inputCount: inputCount)
  }
}
