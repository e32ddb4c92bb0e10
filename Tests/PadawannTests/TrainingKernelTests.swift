import Testing

@testable import Padawann

/// Kernels of training that goldens do not see.
@Suite struct TrainingKernelTests {
  @Test func largestNumbersAreThoseOfASortedList() throws {
    var generator = KeyedGenerator(1)
    for count in [1, 2, 17, 1000] {
      let numbers = (0..<count).map { _ in
        generator.next(below: 4) == 0 ? Float(generator.next(below: 5)) - 2 : 4 * generator.uniform() - 2
      }
      let buffer = try LaneBuffer(numbers)
      let sorted = numbers.sorted(by: >)
      for k in [1, (count + 1) / 2, count] { #expect(buffer.largest(k) == sorted[k - 1]) }
    }
    #expect(try LaneBuffer([-.infinity, 3, .infinity, -2]).largest(4) == -.infinity)
  }

  @Test(arguments: InstructionSet.available)
  func halvesAreRoundedToNearestEven(_ set: InstructionSet) throws {
    let elements = 37
    var generator = KeyedGenerator(2)
    let x = try LaneBuffer(count: elements * 16)
    let special: [Float] = [
      0, -0.0, 1, -2.5, 65504, 70000, -1e9, 6.1e-5, 5.9e-8, 2.9e-8, 3.1e-8, 1 + 0x1p-11, 1 + 0x3p-11, 0x1p-24,
    ]
    for index in 0..<(elements * 16) {
      x[index] =
        index < special.count ? special[index] : (generator.uniform() - 0.5) * Float(1 << (index % 20))
    }
    let rows = try FeatureRows(count: 20, elements: elements, .half)
    rows.store(set, BlockSlice(x, block: 0, elements: elements), images: 3..<16)
    let y = try LaneBuffer(count: elements * 16)
    let order = Array(3..<16).reversed() as [Int]
    rows.load(set, order[...], to: BlockSlice(y, block: 0, elements: elements))
    for element in 0..<elements {
      for lane in 0..<16 {
        // Lane i holds image 15 - i, which was stored from lane 12 - i.
        let expected = lane < 13 ? Self.half(x[element * 16 + 12 - lane]) : 0
        #expect(y[element * 16 + lane].bitPattern == expected.bitPattern)
      }
    }
  }

  /// Rounding by arithmetic: to a multiple of the last place of a half.
  private static func half(_ x: Float) -> Float {
    let size = min(abs(x), 65504)
    let place = max(
      Float(sign: .plus, exponent: max(Int(size.exponent), -1000), significand: 1) * 0x1p-10, 0x1p-24)
    let rounded = size == 0 ? 0 : (size / place).rounded(.toNearestOrEven) * place
    return Float(signOf: x, magnitudeOf: rounded)
  }

  /// What runs in training is what runs in an engine: the same filters, forward and turned by half a turn.
  @Test(arguments: InstructionSet.available)
  func trainedFiltersAreThoseOfTheEngine(_ set: InstructionSet) throws {
    var generator = KeyedGenerator(5)
    for (channels, outputs, padding) in [(8, 21, 1), (19, 8, 0), (16, 32, 2)] {
      let source = Shape(channels: channels, height: 9, width: 11)
      let size = 2 * padding - 2
      let output = Shape(channels: outputs, height: 9 + size, width: 11 + size)
      let convolution = Convolution(
        outputs: outputs, kernel: Extent(3), padding: Padding(padding, padding), hasBias: false)
      let weights = (0..<(channels * outputs * 9)).map { _ in generator.uniform() - 0.5 }
      let layer = try TrainableLayer(
        .convolution(convolution), source, output, weights: weights, bias: nil, biasSets: 1)
      let trained = try #require(try layer.winograd?.kernels(goesBackward: true))
      trained.refresh(set, layer.weights.values)
      let (x, dy) = try (numbers(source, &generator), numbers(output, &generator))
      let results = try [output, output, source, source].map { try numbers($0, &generator) }
      let scratch = try LaneBuffer(count: trained.scratchCount)
      trained.forward(set, x, block: 0, to: results[0], scratch: scratch)
      try WinogradKernel(weights, .init(3, source, output, padding)).run(
        set, x, blocks: 0..<1, .identity(outputs: outputs), to: results[1], firstBlock: 0, scratch: scratch)
      #expect(results[0].array == results[1].array)

      var turned = weights
      for edge in weights.indices {
        let (filter, tap) = edge.quotientAndRemainder(dividingBy: 9)
        let (to, from) = filter.quotientAndRemainder(dividingBy: channels)
        turned[(from * outputs + to) * 9 + 8 - tap] = weights[edge]
      }
      let before = results[3].array
      trained.inputGradient(set, dy, block: 0, adds: false, to: results[2], scratch: scratch)
      let alone = results[2].array
      try WinogradKernel(turned, .init(3, output, source, 2 - padding)).run(
        set, dy, blocks: 0..<1, .identity(outputs: channels), to: results[2], firstBlock: 0, scratch: scratch)
      #expect(results[2].array == alone)
      trained.inputGradient(set, dy, block: 0, adds: true, to: results[3], scratch: scratch)
      #expect(results[3].array == zip(before, alone).map { $0 + $1 })
    }
  }

  private func numbers(_ shape: Shape, _ generator: inout KeyedGenerator) throws -> LaneBuffer {
    try LaneBuffer((0..<(shape.count * LaneBuffer.width)).map { _ in generator.uniform() - 0.5 })
  }

  @Test(arguments: InstructionSet.available)
  func dropoutKeepsItsShareAndItsScale(_ set: InstructionSet) throws {
    let elements = 5000
    let x = try LaneBuffer([Float](repeating: 1, count: elements * 16))
    let slice = BlockSlice(x, block: 0, elements: elements)
    let step = BatchStep(images: 16, biasSets: [], seed: 4, index: 2)
    set.drop(slice, rate: 0.25, keys: step.dropoutKeys(node: 3, block: 0), to: slice)
    let kept = x.array.filter { $0 != 0 }
    #expect(Set(kept) == [1 / 0.75])
    #expect(abs(Double(kept.count) / Double(elements * 16) - 0.75) < 0.01)
    let lanes = (0..<2).map { lane in (0..<elements).map { x[$0 * 16 + lane] } }
    #expect(lanes[0] != lanes[1])
  }
}

extension WinogradKernel.Geometry {
  /// Equal padding at all sides, without a pool.
  fileprivate init(_ kernel: Int, _ input: Shape, _ output: Shape, _ padding: Int) {
    self.init(kernel: kernel, input: input, output: output, top: padding, left: padding, pools: false)
  }
}
