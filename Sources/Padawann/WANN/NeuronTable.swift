import Foundation

/// The file format of the published search: a table of weights from each neuron to each, and the activations.
///
/// N rows of N + 1 columns, separated by commas, `%1.2e`. The neurons are the bias, the inputs, the hidden ones in order and the
/// outputs; a row has the weights from its neuron to each, 0 where there is no connection and `nan` where it is disabled, and in
/// the last column its activation's number. A file may be gzip-compressed.
public struct NeuronTable: Sendable {
  /// The weight that a connection had, or how it is known that there is none.
  private let neurons: Int
  private let activations: [NeuronActivation]
  private let entries: [(source: Int, destination: Int, weight: Float)]
  /// SHA-256 of the file, as it is stored.
  public let digest: Digest
  /// The size of the file, as it is stored.
  public let byteCount: Int

  /// Reads a file.
  ///
  /// - Throws: ``PadawannError`` `missing` when it is not there, `data` for whatever is not such a table.
  public init(path: String) throws(PadawannError) {
    let bytes = try StoredFile.read(path, limit: ExpansionBudget.most)
    do throws(PadawannError) { try self.init(bytes) } catch { throw error.inside(path) }
  }

  /// Reads the bytes of a file, compressed or not.
  ///
  /// - Throws: ``PadawannError`` `data` for whatever is not such a table.
  public init(_ stored: [UInt8]) throws(PadawannError) {
    let bytes = try GzipFile.content(of: stored)
    (digest, byteCount) = (Digest(of: stored), stored.count)
    var entries: [(Int, Int, Float)] = []
    var activations: [NeuronActivation] = []
    var columns = 0
    let lines = bytes.split(separator: UInt8(ascii: "\n"))
    guard lines.count > 2, lines.count <= NeuronGraph.Limits.neurons else {
      throw PadawannError(
        .data, "a table of \(lines.count) rows is none of neurons",
        remedy: "Use a file that the published search wrote")
    }
    for (row, line) in lines.enumerated() {
      let fields = (line.last == UInt8(ascii: "\r") ? line.dropLast() : line).split(
        separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
      columns = fields.count
      guard columns == lines.count + 1, let last = fields.last else {
        throw PadawannError(
          .data, "the row has \(columns) columns where \(lines.count) rows need \(lines.count + 1)",
          at: "row \(row + 1)")
      }
      for (column, field) in fields.dropLast().enumerated() where !Self.isPlainZero(field) {
        let weight = try Self.number(field, row, column)
        if weight != 0 { entries.append((row, column, weight)) }
      }
      let code = try Self.number(last, row, columns - 1)
      guard let activation = Int(exactly: code).flatMap(NeuronActivation.init(rawValue:)) else {
        throw PadawannError(
          .data, "\(code) is no activation", at: "row \(row + 1)",
          remedy: "Activations are numbered from 1 to 11")
      }
      activations.append(activation)
    }
    neurons = lines.count
    self.activations = activations
    self.entries = entries
  }

  /// Nearly all of a table, for which nothing has to be parsed.
  private static func isPlainZero(_ field: ArraySlice<UInt8>) -> Bool {
    field.count == 8 && field.elementsEqual("0.00e+00".utf8)
  }

  private static func number(_ field: ArraySlice<UInt8>, _ row: Int, _ column: Int) throws(PadawannError)
    -> Float
  {
    let text = String(decoding: field, as: UTF8.self)
    let trimmed = text.trimmingCharacters(in: .whitespaces)
    guard let number = Float(trimmed), !number.isInfinite else {
      throw PadawannError(
        .data, "“\(trimmed.prefix(40))” is not a number", at: "row \(row + 1), column \(column + 1)")
    }
    return number
  }

  /// What the table describes.
  ///
  /// - Parameters:
  ///   - outputs: how many of the last neurons are outputs.
  ///   - inputs: how many neurons after the bias are inputs.
  ///   - keepsWeights: whether each connection keeps its weight as its factor; otherwise every factor is 1, as the published
  ///     programs have it, which put one shared weight into the place of all.
  /// - Throws: ``PadawannError`` `data` when that makes no network.
  public func graph(inputs: Int, outputs: Int, keepsWeights: Bool = false) throws(PadawannError)
    -> NeuronGraph
  {
    let hidden = neurons - 1 - inputs - outputs
    guard inputs > 0, outputs > 0, hidden >= 0 else {
      throw PadawannError(
        .data, "a table of \(neurons) neurons has no bias, \(inputs) inputs and \(outputs) outputs",
        remedy: "State the inputs and outputs that it has")
    }
    /// The number of a row in a graph, where the outputs are before the hidden neurons.
    func number(_ row: Int) -> Int {
      if row <= inputs { return row }
      return row >= neurons - outputs ? row - hidden : row + outputs
    }
    let connections = entries.map { entry in
      NeuronGraph.Connection(
        from: number(entry.source), to: number(entry.destination), isEnabled: !entry.weight.isNaN,
        factor: keepsWeights && !entry.weight.isNaN ? entry.weight : 1)
    }
    return try NeuronGraph(
      inputs: inputs, outputs: Array(activations.suffix(outputs)),
      hidden: Array(activations[(1 + inputs)..<(neurons - outputs)]), connections: connections)
  }
}

extension NeuronGraph {
  /// The bytes of the published file format; see ``NeuronTable``.
  ///
  /// Hidden neurons are put into an order in which each comes after all that it has connections from, and weights are those of
  /// the shared weight 1, rounded to three digits as the format has it.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when the table would have more than a billion places.
  public func table() throws(PadawannError) -> [UInt8] {
    let count = activations.count
    guard count <= 31_622 else {
      throw PadawannError(.unsupported, "a table of \(count) neurons is too large")
    }
    let order = NeuronOrder(self, enabledOnly: false)?.neurons.map(Int.init) ?? []
    let sequence = Array(0...inputs) + order.filter(hiddenNeurons.contains) + Array(outputNeurons)
    var column = [Int](repeating: 0, count: count)
    for (place, neuron) in sequence.enumerated() { column[neuron] = place }
    var outgoing = [[Connection]](repeating: [], count: count)
    for connection in connections { outgoing[Int(connection.source)].append(connection) }
    let zero = Array("0.00e+00,".utf8)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(count * (count + 1) * 9)
    for neuron in sequence {
      var fields: [Int: Connection] = [:]
      for connection in outgoing[neuron] { fields[column[Int(connection.destination)]] = connection }
      for place in 0..<count {
        guard let connection = fields[place] else {
          bytes += zero
          continue
        }
        bytes += (connection.isEnabled ? Self.field(Double(connection.factor)) : "nan").utf8
        bytes.append(UInt8(ascii: ","))
      }
      bytes += Self.field(Double(activations[neuron].rawValue)).utf8
      bytes.append(UInt8(ascii: "\n"))
    }
    return bytes
  }

  private static func field(_ value: Double) -> String { String(format: "%1.2e", value) }
}
