/// The taps that the outputs of a layer have, some outputs together: those that no output of a group uses are left out.
struct TapLists {
  /// One tap, and the weights with which the outputs of its list use it.
  private struct Tap {
    /// Its place among the taps of an output, masked ones included.
    var column: Int
    /// Where it lies in the (padded) input, as an offset from a position.
    var offset: Int
    var weights: [Float]
  }

  private var lists: [[Tap]] = []
  private let outputs: Int
  private let together: Int
  /// Where the taps of an output lie in the input, if it is the same for all outputs.
  private let columns: [Int]?
  private let columnCount: Int

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
    outputs = rows
    let count = numbers.count / rows
    columnCount = count
    columns = sharing == rows ? (0..<count).map { offset(0, $0) } : nil
    for first in stride(from: 0, to: rows, by: together) {
      let members = first..<min(first + together, rows)
      var found: [Tap] = []
      for group in (members.lowerBound / sharing)...((members.upperBound - 1) / sharing) {
        let seeing = members.clamped(to: (group * sharing)..<((group + 1) * sharing))
        for column in 0..<count where seeing.contains(where: { numbers[$0 * count + column] != 0 }) {
          let weights = (first..<(first + together)).map { row in
            seeing.contains(row) ? numbers[row * count + column] : 0
          }
          found.append(Tap(column: column, offset: offset(group, column), weights: weights))
        }
      }
      lists.append(found)
    }
  }

  /// The kernel that takes the outputs of a list together, of which there are eight.
  func kernel(positions: [Int], inputCount: Int) throws(PadawannError) -> SumKernel {
    try SumKernel(
      taps: lists.map { $0.map(\.offset) }, weights: lists.map { $0.flatMap(\.weights) },
      positions: positions, outputs: outputs, inputCount: inputCount)
  }

  /// The kernel that takes every output alone. It sums in the order of the lists: another sum begins wherever one does
  /// that takes a list as a whole.
  ///
  /// - Parameter copies: whether the inputs of a position are copied next to each other; only where all outputs see the same.
  func edgeKernel(positions: [Int], inputCount: Int, copies: Bool) throws(PadawannError) -> EdgeKernel {
    var rows: [[EdgeKernel.Edge]] = []
    for output in 0..<outputs {
      let (list, member) = output.quotientAndRemainder(dividingBy: together)
      rows.append(
        lists[list].enumerated().compactMap { place, tap in
          let weight = tap.weights[member]
          guard weight != 0 else { return nil }
          return EdgeKernel.Edge(
            column: tap.column, offset: tap.offset, weight: weight, sum: place / EdgeKernel.tapsOfASum)
        })
    }
    return try EdgeKernel(
      rows, columns: copies ? columns : nil, columnCount: columnCount, positions: positions,
      inputCount: inputCount)
  }
}
