import Testing

@testable import Padawann

/// Sums over single edges have the bits of sums over the taps of eight outputs.
@Suite struct EdgeKernelTests {
  /// A convolution whose filters see some channels of a plane.
  struct Layer: Sendable, CustomTestStringConvertible {
    var channels: Int
    var kernel: Int
    var stride = 1
    var outputs: Int
    var groups = 1
    var density: Float
    var size = 9

    var testDescription: String {
      "\(channels)x\(size)x\(size) \(kernel)/\(stride) \(outputs)/\(groups) \(density)"
    }

    var convolution: Convolution {
      Convolution(outputs: outputs, kernel: Extent(kernel), stride: Extent(stride), groups: groups)
    }
    var input: Shape { Shape(channels: channels, height: size, width: size) }
    var side: Int { (size - kernel) / stride + 1 }
    var positions: [Int] {
      (0..<(side * side)).map { $0 / side * stride * size + $0 % side * stride }
    }
  }

  /// One block of columns and many, one sum of an output and several, and lists that begin anywhere.
  static let layers = [
    Layer(channels: 1, kernel: 3, outputs: 32, density: 0.5),
    Layer(channels: 3, kernel: 5, outputs: 11, density: 0.8),
    Layer(channels: 40, kernel: 3, stride: 2, outputs: 37, density: 0.5),
    Layer(channels: 33, kernel: 3, outputs: 20, density: 0.97),
    Layer(channels: 90, kernel: 3, outputs: 9, density: 0.05),
    Layer(channels: 64, kernel: 1, outputs: 40, density: 0.5, size: 8),
    Layer(channels: 600, kernel: 1, outputs: 70, density: 0.6, size: 3),
    Layer(channels: 24, kernel: 3, outputs: 24, groups: 24, density: 0.7),
    Layer(channels: 72, kernel: 5, outputs: 12, groups: 3, density: 0.9, size: 7),
    Layer(channels: 4, kernel: 2, outputs: 8, density: 0, size: 4),
  ]

  @Test(arguments: layers) func bitsAreThoseOfEightOutputs(_ layer: Layer) throws {
    var generator = KeyedGenerator(4)
    let count = layer.outputs * layer.channels / layer.groups * layer.kernel * layer.kernel
    let numbers = (0..<count).map { _ -> Float in
      guard generator.uniform() < layer.density else { return 0 }
      return generator.uniform() < 0.5 ? -1 : 1
    }
    let taps = TapLists(numbers, layer.convolution, layer.input, together: SumKernel.together)
    let (positions, inputCount) = (layer.positions, layer.input.count)
    let sums = try taps.kernel(positions: positions, inputCount: inputCount)
    let blocks = 2
    let x = try LaneBuffer(
      (0..<(blocks * inputCount * LaneBuffer.width)).map { _ in generator.uniform() - 0.5 })
    let outputCount = blocks * layer.outputs * positions.count * LaneBuffer.width
    let addend = try LaneBuffer((0..<outputCount).map { _ in generator.uniform() - 0.5 })
    let numbersOfOutputs = (0..<layer.outputs).map { _ in generator.uniform() - 0.5 }
    for set in InstructionSet.available where set.fusesMultiplyAdd {
      for (activation, adds) in [(Epilogue.Activation.relu, false), (.none, false), (.hardSwish, true)] {
        let epilogue = try Epilogue(scale: numbersOfOutputs, bias: numbersOfOutputs, activation)
        let expected = try LaneBuffer(count: outputCount)
        sums.run(set, x, blocks: blocks, epilogue, adding: adds ? addend : nil, zero: [], to: expected)
        for copies in layer.groups == 1 ? [false, true] : [false] {
          let edges = try taps.edgeKernel(positions: positions, inputCount: inputCount, copies: copies)
          let actual = try LaneBuffer(count: outputCount)
          edges.run(set, x, blocks: blocks, epilogue, adding: adds ? addend : nil, zero: [], to: actual)
          let differing = (0..<outputCount).count { expected[$0].bitPattern != actual[$0].bitPattern }
          #expect(differing == 0, "\(set), \(activation), copies: \(copies)")
        }
      }
    }
  }

  /// Positions that are told to be alike are computed once, wherever they are.
  @Test(arguments: InstructionSet.available) func positionsThatAreAlikeAreCopied(_ set: InstructionSet) throws
  {
    let layer = Layer(channels: 2, kernel: 3, outputs: 12, density: 0.6)
    var generator = KeyedGenerator(6)
    let numbers = (0..<(12 * 18)).map { _ -> Float in generator.uniform() < 0.6 ? 1 : 0 }
    let kernel = try TapLists(numbers, layer.convolution, layer.input, together: 1)
      .edgeKernel(positions: layer.positions, inputCount: layer.input.count, copies: false)
    let x = try LaneBuffer(count: 3 * layer.input.count * LaneBuffer.width)
    // The third block is zero, and so are the first four rows of the others.
    for block in 0..<2 {
      for element in 0..<layer.input.count where element / layer.size % layer.size >= 4 {
        for lane in 0..<LaneBuffer.width {
          x[(block * layer.input.count + element) * LaneBuffer.width + lane] = generator.uniform()
        }
      }
    }
    let zero = (0..<(3 * 49)).map { UInt8($0 >= 98 || $0 % 49 < 14 ? 1 : 0) }
    let epilogue = try Epilogue(
      scale: [Float](repeating: 0.5, count: 12), bias: (0..<12).map { Float($0) }, .relu)
    var results: [[Float]] = []
    for marks in [[], zero] {
      let y = try LaneBuffer(count: 3 * 12 * 49 * LaneBuffer.width)
      kernel.run(set, x, blocks: 3, epilogue, adding: nil, zero: marks, to: y)
      results.append((0..<y.count).map { y[$0] })
    }
    #expect(results[0] == results[1])
    #expect(Set(results[0]).count > 1000)
  }
}
