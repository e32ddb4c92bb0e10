/// What is left of each network, layer by layer, and pictures of it.
struct NetworkBlocks {
  let blocks: [ReportContent.Block]

  /// A network, or what a task with masks of its own makes of it.
  private typealias Named = (name: String, network: Network)

  /// So many networks are drawn; all are in the table.
  private static let drawn = 6
  /// More layers than this are not drawn.
  private static let layers = 40

  /// - Throws: as ``GreyPicture/png()``, and ``PadawannError`` `data` for a mask that does not fit.
  init(_ models: [ReportedModel]) throws(PadawannError) {
    let networks = models.filter { !$0.isUnpruned }
    let layered = try networks.map(Self.layered).flatMap(\.self)
    var figures: [Figure] = []
    if !layered.isEmpty { figures.append(Self.chart(layered)) }
    for (index, model) in layered.prefix(Self.drawn).enumerated()
    where model.network.layers.count <= Self.layers {
      figures.append(
        try .masks(of: model.network, name: "masks-\(index + 1)", title: "Masks: \(model.name)"))
    }
    for (index, model) in networks.enumerated() {
      guard case .neurons(let wann) = model.content else { continue }
      figures.append(
        .connections(of: wann.graph, name: "graph-\(index + 1)", title: "Connections: \(model.name)"))
    }
    let omitted = layered.count - min(layered.count, Self.drawn)
    blocks =
      [.figures(figures)] + (layered.isEmpty ? [] : [.table(Self.table(layered))])
      + (omitted > 0 ? [.paragraph("The masks of \(omitted) more networks are not drawn.")] : [])
  }

  /// The network of a model with layers, and those of its tasks that have masks of their own.
  private static func layered(_ model: ReportedModel) throws(PadawannError) -> [Named] {
    guard let network = model.content.layers else { return [] }
    var named: [Named] = [(model.name, network)]
    for task in model.content.tasks {
      let masks = task.parameters.filter { $0.ownMask != nil }
      if !masks.isEmpty { named.append(("\(model.name), task \(task.name)", try network.replacing(masks))) }
    }
    return named
  }

  /// The names of all layers, in the order in which the networks bring them.
  private static func names(_ networks: [Named]) -> [String] {
    networks.flatMap { $0.network.layers.map(\.name) }.reduce(into: []) {
      if !$0.contains($1) { $0.append($1) }
    }
  }

  private static func density(_ layer: String, of network: Network) -> Double? {
    network.layers.first { $0.name == layer }.map {
      Double($0.weights.remainingEdges) / Double(max($0.weights.count, 1))
    }
  }

  private static func chart(_ networks: [Named]) -> Figure {
    let shown = Array(networks.prefix(10))
    return BarChart(
      name: "density", title: "Edges that are left in each layer", caption: "",
      systems: shown.map(\.name),
      groups: names(shown).prefix(layers).map { layer in
        .init(name: layer, shares: shown.map { density(layer, of: $0.network) })
      }
    ).figure
  }

  private static func table(_ networks: [Named]) -> ReportTable {
    ReportTable(
      name: "density", title: "Edges that are left in each layer", note: "",
      columns: ["model", "layer", "shape", "edges", "left", "density in %", "negative in %"],
      rows: networks.flatMap { model in
        model.network.layers.map { layer in
          let weights = layer.weights
          let negative = weights.signs.intersection(weights.mask).popcount
          return [
            .text(model.name), .text(layer.name), .text(Format.shape(weights.shape)), .count(weights.count),
            .count(weights.remainingEdges),
            .number(100 * Double(weights.remainingEdges) / Double(max(weights.count, 1)), 2),
            .number(
              weights.remainingEdges == 0 ? nil : 100 * Double(negative) / Double(weights.remainingEdges), 2),
          ]
        }
      })
  }
}
