/// Where each value of a C program lies in its one array of floats, so that places are used again as soon as nothing reads what
/// was there.
struct CMemory {
  /// The first float of each value.
  private(set) var offsets: [Int] = []
  /// The first float of each step's scratch; 0 where it needs none.
  private(set) var scratches: [Int] = []
  /// Whether a step writes over its first input.
  private(set) var isInPlace: [Bool]
  /// The number of floats.
  private(set) var size = 0

  /// Something that has a place from one step to another.
  private struct Block {
    var count: Int
    var from: Int
    var to: Int
    var offset = 0
  }

  /// Places the values of a plan.
  init(_ plan: CPlan) {
    isInPlace = [Bool](repeating: false, count: plan.steps.count)
    var ends = [Int](repeating: -1, count: plan.values.count)
    for (index, step) in plan.steps.enumerated() { for input in step.inputs { ends[input] = index } }
    ends[plan.output] = plan.steps.count
    // The image is written before the first step.
    var blocks = [Block(count: plan.values[0].shape.count, from: -1, to: ends[0])]
    var blockOfValue = [0]
    for (index, step) in plan.steps.enumerated() {
      let count = plan.values[step.output].shape.count
      if step.work.mayOverwrite, ends[step.inputs[0]] == index {
        isInPlace[index] = true
        blockOfValue.append(blockOfValue[step.inputs[0]])
        blocks[blockOfValue[step.output]].to = ends[step.output]
      } else {
        blockOfValue.append(blocks.count)
        blocks.append(Block(count: count, from: index, to: ends[step.output]))
      }
    }
    let firstScratch = blocks.count
    for (index, step) in plan.steps.enumerated() where step.scratch > 0 {
      blocks.append(Block(count: step.scratch, from: index, to: index))
    }
    place(&blocks)
    offsets = blockOfValue.map { blocks[$0].offset }
    var next = firstScratch
    scratches = plan.steps.map { step in
      guard step.scratch > 0 else { return 0 }
      next += 1
      return blocks[next - 1].offset
    }
  }

  /// The largest first, each at the lowest place where nothing is at the same time.
  private mutating func place(_ blocks: inout [Block]) {
    var placed: [Int] = []
    for index in blocks.indices.sorted(by: { (-blocks[$0].count, $0) < (-blocks[$1].count, $1) }) {
      let neighbours = placed.filter {
        blocks[$0].from <= blocks[index].to && blocks[index].from <= blocks[$0].to
      }
      .sorted { blocks[$0].offset < blocks[$1].offset }
      var offset = 0
      for neighbour in neighbours {
        if offset + blocks[index].count <= blocks[neighbour].offset { break }
        offset = max(offset, blocks[neighbour].offset + blocks[neighbour].count)
      }
      blocks[index].offset = offset
      placed.append(index)
      size = max(size, offset + blocks[index].count)
    }
  }
}

extension CPlan.Work {
  /// Whether the result may stand where the first input stood.
  var mayOverwrite: Bool {
    switch self {
    case .channelwise, .softmax, .add: true
    case .convolution, .linear, .pool, .concat, .pad: false
    }
  }
}
