/// The surviving edges of one layer, output by output, as offsets into its input.
///
/// A convolution and a linear layer become the same thing: an output is the sum, over its edges, of an input at a fixed
/// offset times a weight.
struct EdgeList: Sendable {
  typealias Lanes = SIMD16<Float>

  /// Where the edges of output `o` begin: `starts[o]..<starts[o + 1]`.
  private var starts: [Int] = [0]
  private var offsets: [Int] = []
  private var weights: [Float] = []

  /// Sums are taken in blocks of this many edges, then over the blocks, so that rounding errors do not pile up over
  /// thousands of terms.
  private static let block = 64

  /// The edges of a linear layer.
  ///
  /// - Parameters:
  ///   - numbers: outputs × inputs, row-major; zeros are pruned edges.
  ///   - rows: the number of outputs.
  init(_ numbers: [Float], rows: Int) {
    let columns = numbers.count / rows
    append(numbers, rows: rows) { edge in edge % columns }
  }

  /// The edges of a convolution, as offsets from a filter's first tap in the padded input.
  ///
  /// - Parameters:
  ///   - numbers: outputs × (inputs / groups) × kernel height × kernel width, row-major; zeros are pruned edges.
  ///   - convolution: the operation.
  ///   - source: the shape of its input, without padding.
  init(_ numbers: [Float], _ convolution: Convolution, _ source: Shape) {
    let padded = convolution.padded(source)
    let taps = convolution.kernel.height * convolution.kernel.width
    let channelsPerGroup = source.channels / convolution.groups
    let outputsPerGroup = convolution.outputs / convolution.groups
    append(numbers, rows: convolution.outputs) { edge in
      let output = edge / (channelsPerGroup * taps)
      let channel = output / outputsPerGroup * channelsPerGroup + edge / taps % channelsPerGroup
      let row = edge % taps / convolution.kernel.width * convolution.dilation.height
      let column = edge % convolution.kernel.width * convolution.dilation.width
      return (channel * padded.height + row) * padded.width + column
    }
  }

  private mutating func append(_ numbers: [Float], rows: Int, offset: (Int) -> Int) {
    let columns = numbers.count / rows
    for row in 0..<rows {
      for edge in (row * columns)..<((row + 1) * columns) where numbers[edge] != 0 {
        offsets.append(offset(edge))
        weights.append(numbers[edge])
      }
      starts.append(offsets.count)
    }
  }

  /// The output of a linear layer.
  func multiply(_ x: [Lanes], _ bias: [Float]) -> [Lanes] {
    bias.indices.map { sum($0, x, at: 0) + bias[$0] }
  }

  /// The output of a convolution, channels × rows × columns.
  func convolve(_ x: [Lanes], _ source: Shape, _ convolution: Convolution, _ bias: [Float], to shape: Shape)
    -> [Lanes]
  {
    let padded = convolution.padded(source)
    let input = padded == source ? x : convolution.pad(x, source, to: padded)
    let plane = shape.height * shape.width
    var result = [Lanes](repeating: .zero, count: shape.count)
    for row in 0..<shape.height {
      for column in 0..<shape.width {
        let origin = row * convolution.stride.height * padded.width + column * convolution.stride.width
        for output in 0..<shape.channels {
          result[output * plane + row * shape.width + column] = sum(output, input, at: origin) + bias[output]
        }
      }
    }
    return result
  }

  /// The weighted sum of one output, with its input moved by `origin`.
  private func sum(_ output: Int, _ x: [Lanes], at origin: Int) -> Lanes {
    var total = Lanes.zero
    var edge = starts[output]
    let end = starts[output + 1]
    while edge < end {
      let blockEnd = min(edge + Self.block, end)
      var partial = Lanes.zero
      while edge < blockEnd {
        partial += x[origin + offsets[edge]] * weights[edge]
        edge += 1
      }
      total += partial
    }
    return total
  }
}

extension Convolution {
  /// The input's shape with its padding.
  fileprivate func padded(_ source: Shape) -> Shape {
    Shape(
      channels: source.channels, height: source.height + padding.top + padding.bottom,
      width: source.width + padding.left + padding.right)
  }

  fileprivate func pad(_ x: [SIMD16<Float>], _ source: Shape, to padded: Shape) -> [SIMD16<Float>] {
    var result = [SIMD16<Float>](repeating: .zero, count: padded.count)
    for channel in 0..<source.channels {
      for row in 0..<source.height {
        let from = (channel * source.height + row) * source.width
        let to = (channel * padded.height + row + padding.top) * padded.width + padding.left
        for column in 0..<source.width { result[to + column] = x[from + column] }
      }
    }
    return result
  }
}
