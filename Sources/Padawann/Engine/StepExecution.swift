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
    case .edges(let kernel, let epilogues):
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
      let epilogue = epilogues.of(magnitude: magnitude)
      forEachBlock(blocks, x, epilogue.outputs * plane, y) { x, y, _ in set.pointwise(x, epilogue, to: y) }
    case .pad(let shape, let pad):
      forEachBlock(blocks, x, shape.count, y, pad.padded(shape).count) { x, y, _ in
        set.pad(x, shape, by: pad, to: y)
      }
    case .surround(let shape, let padding):
      forEachBlock(blocks, x, shape.count, y, shape.padded(by: padding).count) { x, y, _ in
        set.pad(x, shape, by: padding, to: y)
      }
    case .pool(let pool, let average, let from, let to):
      forEachBlock(blocks, x, from.count, y, to.count) { x, y, _ in
        set.pool(x, from, pool, average, to, to: y)
      }
    case .add(let count):
      forEachBlock(blocks, x, count, y) { x, y, block in
        set.add(x, BlockSlice(buffers(inputs[1]), block: block, elements: count), to: y)
        for input in inputs.dropFirst(2) {
          set.add(y, BlockSlice(buffers(input), block: block, elements: count), to: y)
        }
      }
    case .concat(let counts):
      concatenate(counts, blocks, buffers)
    case .function(let function, let count):
      forEachBlock(blocks, x, count, y) { x, y, _ in function.apply(x, to: y) }
    case .softmax(let shape, let logarithm):
      forEachBlock(blocks, x, shape.count, y) { x, y, _ in
        softmaxOverChannels(x, shape, logarithm: logarithm, to: y)
      }
    }
  }

  /// Goes through the blocks of a value of `count` elements and of one that has as many, or `others`.
  private func forEachBlock(
    _ blocks: Int, _ x: LaneBuffer, _ count: Int, _ y: LaneBuffer, _ others: Int? = nil,
    _ body: (_ x: BlockSlice, _ y: BlockSlice, _ block: Int) -> Void
  ) {
    for block in 0..<blocks {
      body(
        BlockSlice(x, block: block, elements: count), BlockSlice(y, block: block, elements: others ?? count),
        block)
    }
  }

  private func concatenate(_ counts: [Int], _ blocks: Int, _ buffers: (Int) -> LaneBuffer) {
    let total = counts.reduce(0, +)
    let y = buffers(output)
    var place = 0
    for (input, count) in zip(inputs, counts) {
      for block in 0..<blocks {
        BlockSlice(y, block: block, elements: total).part(place..<(place + count))
          .copy(BlockSlice(buffers(input), block: block, elements: count))
      }
      place += count
    }
  }
}
