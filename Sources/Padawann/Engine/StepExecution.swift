extension Step {
  /// Runs the step over whole blocks.
  ///
  /// - Parameters:
  ///   - set: the instructions to use.
  ///   - magnitude: the index of the magnitude of the weights.
  ///   - blocks: how many blocks the buffers hold.
  ///   - zero: which of the step's squares are zero, in each block; empty for none.
  ///   - buffers: where each value is.
  ///   - scratch: at least ``scratchCount`` floats.
  func run(
    _ set: InstructionSet, magnitude: Int, blocks: Int, zero: [UInt8],
    _ buffers: (Int) -> LaneBuffer, scratch: LaneBuffer
  ) {
    let x = buffers(inputs[0])
    let y = buffers(output)
    let addend = adds ? inputs.last.map(buffers) : nil
    switch work {
    case .sum(let kernel, let epilogues):
      kernel.run(
        set, x, blocks: blocks, epilogues.of(magnitude: magnitude), adding: addend, zero: zero,
        to: y)
    case .winograd(let kernel, let epilogues):
      kernel.run(
        set, x, after: before.isEmpty ? nil : before.of(magnitude: magnitude), blocks: blocks,
        epilogues.of(magnitude: magnitude), adding: addend,
        zero: zero, to: y, scratch: scratch)
    case .lookup(let kernel, let epilogues):
      kernel.run(set, x, blocks: blocks, epilogues.of(magnitude: magnitude), to: y, scratch: scratch)
    case .pointwise(let epilogues, let plane):
      set.pointwise(x, plane: plane, blocks: blocks, epilogues.of(magnitude: magnitude), to: y)
    case .pad(let shape, let padding):
      set.pad(x, shape, by: padding, blocks: blocks, to: y)
    case .pool(let pool, let average, let from, let to):
      set.pool(x, from, pool, average, blocks: blocks, to: y, to)
    case .add(let count):
      set.add(x, buffers(inputs[1]), elements: count * blocks, to: y)
      for input in inputs.dropFirst(2) { set.add(y, buffers(input), elements: count * blocks, to: y) }
    case .concat(let counts):
      concatenate(set, counts, blocks, buffers)
    case .function(let function, let count):
      function.apply(x, elements: count * blocks, to: y)
    case .softmax(let shape, let logarithm):
      channelSoftmax(x, shape, logarithm: logarithm, blocks: blocks, to: y)
    }
  }

  private func concatenate(
    _ set: InstructionSet, _ counts: [Int], _ blocks: Int, _ buffers: (Int) -> LaneBuffer
  ) {
    let total = counts.reduce(0, +)
    let y = buffers(output)
    var place = 0
    for (input, count) in zip(inputs, counts) {
      for block in 0..<blocks {
        set.copy(
          buffers(input), from: block * count, elements: count, to: y, at: block * total + place)
      }
      place += count
    }
  }
}
