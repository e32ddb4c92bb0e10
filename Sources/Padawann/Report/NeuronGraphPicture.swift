extension Figure {
  /// A graph of neurons: bias and inputs at the left, outputs at the right, each hidden neuron at the length of the longest path that
  /// leads to it. Enabled connections alone.
  static func connections(of graph: NeuronGraph, name: String, title: String) -> Figure {
    let (width, height) = (460.0, 320.0)
    let layers = graph.layers
    let last = max(layers.max() ?? 1, 1)
    var placed = [Int](repeating: 0, count: last + 1)
    let counts = layers.reduce(into: [Int](repeating: 0, count: last + 1)) { $0[$1] += 1 }
    let points = layers.map { layer -> (x: Double, y: Double) in
      placed[layer] += 1
      let x = 14 + Double(layer) / Double(last) * (width - 28)
      return (x, 30 + (Double(placed[layer]) - 0.5) / Double(counts[layer]) * (height - 44))
    }
    let lines = graph.connections.filter(\.isEnabled).map { connection in
      let (from, to) = (points[Int(connection.source)], points[Int(connection.destination)])
      return "M\(Int(from.x)) \(Int(from.y))L\(Int(to.x)) \(Int(to.y))"
    }
    let connections = Markup.element(
      "path",
      [
        "class": "s0", "fill": "none", "stroke-width": "0.5", "stroke-opacity": "0.35",
        "d": lines.joined(),
      ])
    let used = Set(graph.connections.filter(\.isEnabled).flatMap { [Int($0.source), Int($0.destination)] })
    let neurons = points.indices.filter(used.contains).map { index in
      let isOutput = graph.outputNeurons.contains(index)
      return Markup.element(
        "circle",
        [
          "class": isOutput ? "f1" : "ink", "r": isOutput ? "3.5" : "1.3",
          "cx": points[index].x.coordinate, "cy": points[index].y.coordinate,
        ])
    }
    return Figure(
      name: name, title: title,
      caption:
        "\(Format.count(graph.enabledConnections)) connections, from the inputs at the left to the outputs at the right.",
      width: width, height: height,
      content: [Draw.title(title, 8, room: width - 8), connections] + neurons)
  }
}
