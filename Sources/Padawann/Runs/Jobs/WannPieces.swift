import Synchronization

/// The pieces of a search of WANN: the whole population on a range of a batch's images.
///
/// The population is not cut, because most of what its graphs compute they have in common. A part is the population, packed.
final class WannPieces: PieceComputer {
  private let evaluator: WannEvaluator
  /// The program of the population that was read last.
  private let latest = Mutex<NeuronProgram?>(nil)

  /// How long a piece is in images, of which sixteen are a block.
  static let bounds = PieceWork.Bounds(least: 64, most: 4096, unit: LaneBuffer.width)

  init(_ evaluator: WannEvaluator) { self.evaluator = evaluator }

  func part(_ content: [UInt8]) throws -> NeuronProgram {
    let program = try program(of: NeuronGraph.population(packed: content))
    latest.withLock { $0 = program }
    return program
  }

  func answer(_ request: [UInt8], about program: NeuronProgram) async throws -> [UInt8] {
    var reader = ByteReader(request)
    let (task, batch) = (try reader.count(), try reader.count())
    let (first, end) = (try reader.count(), try reader.count())
    guard evaluator.tasks.indices.contains(task), first < end, end <= evaluator.batchCount(of: task),
      first % LaneBuffer.width == 0
    else { throw PadawannError(.data, "a piece is about a task or images that there are none of") }
    let images = evaluator.images(task, batch, first..<end)
    return try evaluator.inference.blocks(of: program, on: [images])[0].encoded
  }

  private func program(of graphs: [NeuronGraph]) throws(PadawannError) -> NeuronProgram {
    try NeuronProgram(
      graphs, .scores, weights: evaluator.settings.weights, threads: evaluator.inference.threads)
  }

  // MARK: - on the rank that leads

  /// Evaluates a population on all ranks.
  func evaluate(_ graphs: [NeuronGraph], batch: Int, _ sharing: any PieceSharing) async throws
    -> WannEvaluator.Result
  {
    let lengths = evaluator.tasks.indices.map(evaluator.batchCount)
    let cuts = PieceWork.cut(lengths, ranks: sharing.ranks, Self.bounds)
    let work = PieceWork(
      parts: [NeuronGraph.packed(graphs)],
      pieces: cuts.map { cut in
        var writer = ByteWriter()
        for number in [cut.thing, batch, cut.range.lowerBound, cut.range.upperBound] {
          writer.append(UInt32(number))
        }
        return PieceWork.Piece(
          part: 0, size: cut.range.count * evaluator.settings.weights.count, request: writer.bytes)
      })
    latest.withLock { $0 = nil }
    let answers = try await sharing.answers(to: work, by: self, progress: evaluator.inference.progress)
    let program = try latest.withLock { $0 } ?? program(of: graphs)
    var blocks = [[NeuronBlockScore]](repeating: [], count: lengths.count)
    for (cut, answer) in zip(cuts, answers) {
      blocks[cut.thing] += try [NeuronBlockScore](
        answer, count: (cut.range.count + LaneBuffer.width - 1) / LaneBuffer.width,
        width: program.kernel.networks * program.kernel.weights.count)
    }
    return evaluator.result(
      zip(blocks, lengths).map { program.scores($0, images: $1, threads: evaluator.inference.threads) },
      program)
  }
}

extension [NeuronBlockScore] {
  fileprivate var encoded: [UInt8] {
    var writer = ByteWriter()
    for block in self {
      for loss in block.losses { writer.append(loss) }
      for right in block.right { writer.append(UInt8(truncatingIfNeeded: right)) }
    }
    return writer.bytes
  }

  fileprivate init(_ bytes: [UInt8], count: Int, width: Int) throws(PadawannError) {
    guard bytes.count == 9 * count * width else {
      throw PadawannError(.data, "an answer is not about the images that were asked about")
    }
    var reader = ByteReader(bytes)
    self = []
    for _ in 0..<count {
      var losses: [Double] = []
      losses.reserveCapacity(width)
      for _ in 0..<width { losses.append(try reader.double()) }
      append(NeuronBlockScore(losses: losses, right: try reader.take(width).map { Int32($0) }))
    }
  }
}

extension NeuronGraph {
  /// Graphs of one search as bytes: their common first connections are one bit each, all others have a factor of 1.
  fileprivate static func packed(_ graphs: [NeuronGraph]) -> [UInt8] {
    var writer = ByteWriter()
    let (inputs, outputs) = (graphs.first?.inputs ?? 0, graphs.first?.outputs ?? 0)
    for number in [graphs.count, inputs, outputs] { writer.append(UInt32(number)) }
    for graph in graphs {
      writer.append(list: graph.hiddenActivations.map { UInt8($0.rawValue) })
      writer.append(UInt32(graph.connections.count))
      writer.bytes += Bitmask(graph.connections.lazy.map(\.isEnabled)).packed
      for connection in graph.connections.dropFirst((inputs + 1) * outputs) {
        // There are at most 65,536 neurons.
        writer.append(UInt16(truncatingIfNeeded: connection.source))
        writer.append(UInt16(truncatingIfNeeded: connection.destination))
      }
    }
    return writer.bytes
  }

  /// Reads them. That no path leads in a circle is not looked at again: the bytes are those that the same program sent.
  ///
  /// - Throws: ``PadawannError`` `data` when they make no sense.
  fileprivate static func population(packed bytes: [UInt8]) throws(PadawannError) -> [NeuronGraph] {
    var reader = ByteReader(bytes)
    let (count, inputs, outputs) = (try reader.count(), try reader.count(), try reader.count())
    var graphs: [NeuronGraph] = []
    for _ in 0..<count { graphs.append(try NeuronGraph(packed: &reader, inputs, outputs)) }
    return graphs
  }

  private init(packed reader: inout ByteReader, _ inputs: Int, _ outputs: Int) throws(PadawannError) {
    let broken = PadawannError(.data, "a graph of neurons makes no sense")
    var activations = [NeuronActivation](repeating: .linear, count: 1 + inputs + outputs)
    for code in try reader.list() {
      guard let activation = NeuronActivation(rawValue: Int(code)) else { throw broken }
      activations.append(activation)
    }
    let (count, common) = (try reader.count(), (inputs + 1) * outputs)
    guard count >= common, count <= Limits.connections, activations.count <= Limits.neurons,
      let enabled = Bitmask(packed: try reader.take((count + 7) / 8), count: count)
    else { throw broken }
    var connections: [Connection] = []
    connections.reserveCapacity(count)
    for place in 0..<common {
      connections.append(
        Connection(from: place / outputs, to: inputs + 1 + place % outputs, isEnabled: enabled[place]))
    }
    for place in common..<count {
      let (source, destination) = (try reader.integer(UInt16.self), try reader.integer(UInt16.self))
      guard Int(source) < activations.count, Int(destination) > inputs, Int(destination) < activations.count
      else {
        throw broken
      }
      connections.append(Connection(from: Int(source), to: Int(destination), isEnabled: enabled[place]))
    }
    self.init(unchecked: inputs, outputs: outputs, activations: activations, connections: connections)
  }
}
