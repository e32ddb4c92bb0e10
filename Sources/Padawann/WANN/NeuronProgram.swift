/// Graphs as one list of steps in which every different expression is computed once, whichever graphs it is in (hash-consing).
///
/// Graphs that descend from each other have nearly all of their neurons in common: a neuron is the same as another when it has
/// the same activation, and the same sources with the same factors. A value's place is given to another when nothing needs it any
/// more, so that what is at work stays near.
struct NeuronProgram: Sendable {
  /// What is made of the graphs' outputs.
  enum Purpose: Sendable {
    /// Losses and right answers.
    case scores
    /// The outputs themselves, of one graph.
    case outputs
  }

  let kernel: NeuronKernel
  /// The network that is scored for each graph: graphs that compute the same are scored once.
  let networks: [Int]
  /// The neurons of all graphs that lead to outputs.
  let neurons: Int
  /// Those that are computed.
  let distinctNeurons: Int

  /// Joins graphs, which have the same inputs and outputs.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when there is not enough memory.
  init(_ graphs: [NeuronGraph], _ purpose: Purpose, weights: [Float], threads: Int) throws(PadawannError) {
    let (inputs, outputs) = (graphs.first?.inputs ?? 1, graphs.first?.outputs ?? 1)
    precondition(graphs.allSatisfy { $0.inputs == inputs && $0.outputs == outputs }, "graphs of one kind")
    precondition(purpose == .scores || graphs.count == 1, "outputs are those of one graph")
    var union = NeuronUnion(inputs: inputs)
    var networks: [Int] = []
    for form in ThreadPool(threads: threads).map(graphs, NeuronForm.init) {
      networks.append(union.append(form, purpose))
    }
    self.networks = networks
    neurons = union.neurons
    distinctNeurons = union.values.count
    let places = union.places()
    kernel = try NeuronKernel(
      places.steps, operands: places.operands, factors: union.isAgnostic ? nil : union.factors,
      weights: weights,
      inputs: inputs, values: places.count, networks: union.networkCount,
      outputs: purpose == .outputs ? outputs : 0)
  }
}

/// Different expressions, and the steps that compute them and use them.
private struct NeuronUnion {
  /// The expression that a step computes.
  struct Value {
    let kind: Int32
    let first: Int32
    let end: Int32
  }

  private(set) var values: [Value] = []
  private(set) var operands: [Int32] = []
  private(set) var factors: [Float] = []
  private(set) var isAgnostic = true
  private(set) var neurons = 0
  private(set) var networkCount = 0
  /// Steps in order; the target of an activation is an expression.
  private var steps: [NeuronKernel.Instruction] = []
  private var known = KeyTable()
  /// The number of each neuron of the graph that is added.
  private var numbers: [Int32] = []
  private var scored: [[Int32]: Int] = [:]
  /// The number of the first expression, behind bias and inputs.
  private let base: Int32

  init(inputs: Int) { base = Int32(inputs + 1) }

  /// Adds a graph; returns the number of the network that is scored for it.
  mutating func append(_ form: NeuronForm, _ purpose: NeuronProgram.Purpose) -> Int {
    numbers.removeAll(keepingCapacity: true)
    for neuron in form.neurons { numbers.append(number(of: neuron, form)) }
    neurons += form.neurons.count
    let outputs = form.outputs.map { numbers[Int($0 - base)] }
    if purpose == .scores, let network = scored[outputs] { return network }
    let network = networkCount
    if purpose == .scores {
      scored[outputs] = network
      networkCount += 1
    }
    let kind =
      purpose == .scores ? NeuronKernel.Instruction.Special.score : NeuronKernel.Instruction.Special.outputs
    let first = operands.count
    operands += outputs
    factors += repeatElement(1, count: outputs.count)
    appendStep(kind, from: first, target: Int32(network))
    return network
  }

  /// The number of an expression, known or new.
  private mutating func number(of neuron: NeuronForm.Neuron, _ form: NeuronForm) -> Int32 {
    // Its sources are put where they stay if it is new.
    let (first, sources) = (operands.count, Int(neuron.first)..<Int(neuron.end))
    for place in sources {
      let source = form.sources[place]
      operands.append(source < base ? source : numbers[Int(source - base)])
    }
    let known = known.number(
      of: neuron.key,
      where: { number in
        let value = values[Int(number - base)]
        return value.kind == neuron.kind && hasLastOperands(value, from: first)
          && hasFactors(value, form, sources)
      })
    if let known {
      operands.removeLast(sources.count)
      return known
    }
    let number = base + Int32(values.count)
    self.known.keep(number, key: neuron.key)
    values.append(Value(kind: neuron.kind, first: Int32(first), end: Int32(operands.count)))
    factors += form.factors[sources]
    isAgnostic = isAgnostic && form.isAgnostic
    appendStep(neuron.kind, from: first, target: number)
    return number
  }

  private func hasLastOperands(_ value: Value, from first: Int) -> Bool {
    guard Int(value.end - value.first) == operands.count - first else { return false }
    for place in first..<operands.count where operands[place] != operands[Int(value.first) + place - first] {
      return false
    }
    return true
  }

  /// Whether an expression of as many sources has the same factors.
  private func hasFactors(_ value: Value, _ form: NeuronForm, _ sources: Range<Int>) -> Bool {
    if isAgnostic, form.isAgnostic { return true }
    return factors[Int(value.first)..<Int(value.end)].elementsEqual(form.factors[sources])
  }

  private mutating func appendStep(_ kind: Int32, from first: Int, target: Int32) {
    steps.append(
      .init(kind: kind, first: Int32(first), count: Int32(operands.count - first), target: target))
  }

  /// The steps with places in memory in the place of expressions. A place is used again after the last step that reads it.
  func places() -> (steps: [NeuronKernel.Instruction], operands: [Int32], count: Int) {
    var lastUse = [Int32](repeating: -1, count: values.count)
    for (index, step) in steps.enumerated() {
      for place in Int(step.first)..<Int(step.first + step.count) where operands[place] >= base {
        lastUse[Int(operands[place] - base)] = Int32(index)
      }
    }
    var result = steps
    var placed = operands
    var place = [Int32](repeating: 0, count: values.count)
    var free: [Int32] = []
    var count = base
    for (index, step) in steps.enumerated() {
      for operand in Int(step.first)..<Int(step.first + step.count) where operands[operand] >= base {
        let value = Int(operands[operand] - base)
        placed[operand] = place[value]
        if lastUse[value] == Int32(index) {
          free.append(place[value])
          // Of a source that is there twice only once.
          lastUse[value] = -1
        }
      }
      guard step.kind < NeuronKernel.Instruction.Special.score else { continue }
      // Every lane of a value is read before it is written, so that a source may lend its place.
      let target = Int(step.target - base)
      place[target] = free.popLast() ?? count
      if place[target] == count { count += 1 }
      result[index].target = place[target]
    }
    return (result, placed, Int(count))
  }
}
