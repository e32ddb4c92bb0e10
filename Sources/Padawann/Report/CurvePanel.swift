/// A number of a run's log over its steps: what one chart shows.
struct CurvePanel: Sendable, Equatable {
  let title: String
  let xTitle: String
  let quantity: Quantity
  /// The flat name of the number, or what the names of several begin with whose mean is shown.
  let name: String

  /// What is shown of a kind of run, in order.
  static func all(of description: RunDescription) -> [CurvePanel] {
    switch description.kind {
    case .evolve:
      return description.tasks.map {
        CurvePanel(
          title: "\($0.name): accuracy of the best model", xTitle: evolutionX,
          quantity: .share, name: "champion/tasks/\($0.name)/accuracy")
      } + [
        CurvePanel(
          title: "Edges of the best model", xTitle: evolutionX, quantity: .count, name: "champion/edges"),
        CurvePanel(
          title: "Loss of the best model (cross-entropy, nats)", xTitle: evolutionX, quantity: .number,
          name: "champion/cross_entropy"),
        CurvePanel(
          title: "Fitness of the best model", xTitle: evolutionX, quantity: .number, name: "champion/fitness"),
        CurvePanel(
          title: "Diversity of the population", xTitle: evolutionX, quantity: .share, name: "diversity"),
      ]
    case .wann:
      return description.tasks.map {
        CurvePanel(
          title: "\($0.name): best of a generation, mean over weights", xTitle: "generation",
          quantity: .share,
          name: "best/tasks/\($0.name)/accuracies")
      } + wann
    case .learn, .train, .finetune:
      return [
        CurvePanel(
          title: "Accuracy while learning", xTitle: "epoch", quantity: .share, name: "accuracy"),
        CurvePanel(
          title: "Loss while learning (cross-entropy, nats)", xTitle: "epoch", quantity: .number,
          name: "cross_entropy"),
      ]
    }
  }

  private static let evolutionX = "generation + 1; 0 is the unpruned model"

  private static let wann = [
    CurvePanel(
      title: "Reward of the best graph (tests)", xTitle: "generation", quantity: .number,
      name: "champion/reward"),
    CurvePanel(
      title: "Mean reward of the population", xTitle: "generation", quantity: .number, name: "mean_reward"),
    CurvePanel(
      title: "Connections of the best graph", xTitle: "generation", quantity: .count,
      name: "champion/connections"),
    CurvePanel(
      title: "Hidden neurons of the best graph", xTitle: "generation", quantity: .count,
      name: "champion/neurons"),
  ]

  private func value(in line: FlatLine) -> Double? {
    line[name] ?? Spread(line.numbers.filter { $0.name.hasPrefix("\(name)/") }.map(\.value))?.mean
  }

  /// The curve of one run.
  ///
  /// - Parameter start: what it begins with, before the first step; only for evolutions.
  func points(of run: ReportedRun, from start: UnprunedFigures?) -> [LineChart.Point] {
    let isEvolution = run.description.kind == .evolve
    let points = run.log.enumerated().compactMap { place, line -> LineChart.Point? in
      guard let y = value(in: line) else { return nil }
      let step = line["generation"] ?? Double(place + 1)
      return LineChart.Point(x: isEvolution ? step + 1 : step, y: y)
    }
    return (start?.numbers[name].map { [LineChart.Point(x: 0, y: $0)] } ?? []) + points
  }
}

/// What a network comes to before an evolution prunes it, under the names of the log.
struct UnprunedFigures: Sendable {
  let numbers: [String: Double]

  init(_ individual: EvolutionLogLine.Individual) {
    var numbers = [
      "champion/edges": Double(individual.edges), "champion/cross_entropy": individual.crossEntropy,
      "champion/fitness": individual.fitness,
    ]
    for task in individual.tasks { numbers["champion/tasks/\(task.name)/accuracy"] = task.accuracy }
    self.numbers = numbers
  }
}
