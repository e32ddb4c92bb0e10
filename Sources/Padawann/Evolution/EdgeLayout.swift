/// The edges that a network can have: its weighted layers in order, and the shape of each.
///
/// Edges are numbered from 0 over all layers together: layer after layer, row-major inside a layer, outputs first.
public struct EdgeLayout: Hashable, Sendable {
  /// The shape of each layer: `[outputs, inputs]` or `[outputs, inputs / groups, kernel height, kernel width]`.
  public let shapes: [[Int]]
  /// The number of the first edge of each layer.
  public let offsets: [Int]
  /// The number of edges over all layers, pruned ones included.
  public let count: Int

  /// The edges of layers of these shapes.
  ///
  /// - Throws: ``PadawannError`` `data` when there is no layer, a layer has no edges, or the edges cannot be counted.
  public init(shapes: [[Int]]) throws(PadawannError) {
    guard !shapes.isEmpty else {
      throw PadawannError(.data, "the network has no weighted layer", remedy: "Evolve a network with edges")
    }
    var offsets: [Int] = []
    var total = 0
    for (index, shape) in shapes.enumerated() {
      guard let edges = Self.count(of: shape), case (let sum, false) = total.addingReportingOverflow(edges)
      else { throw PadawannError(.data, "\(shape) is not the shape of a layer", at: "layer \(index)") }
      offsets.append(total)
      total = sum
    }
    self.shapes = shapes
    self.offsets = offsets
    count = total
  }

  /// The number of edges of a layer; `nil` when it is not positive or too large.
  private static func count(of shape: [Int]) -> Int? {
    shape.isEmpty ? nil : shape.product.flatMap { $0 > 0 ? $0 : nil }
  }

  /// The edges of one layer, by their numbers.
  public func edges(of layer: Int) -> Range<Int> {
    offsets[layer]..<(layer + 1 < offsets.count ? offsets[layer + 1] : count)
  }

  /// The number of output channels of one layer; each has equally many edges.
  public func channels(of layer: Int) -> Int { shapes[layer][0] }

  /// The edges into one output channel of a layer.
  public func edges(of layer: Int, channel: Int) -> Range<Int> {
    let width = edges(of: layer).count / channels(of: layer)
    let first = offsets[layer] + channel * width
    return first..<(first + width)
  }

  /// The layer that an edge belongs to. `edge` is in `0..<count`.
  public func layer(of edge: Int) -> Int {
    var low = 0
    var high = offsets.count
    while high - low > 1 {
      let middle = (low + high) / 2
      if offsets[middle] <= edge { low = middle } else { high = middle }
    }
    return low
  }
}
