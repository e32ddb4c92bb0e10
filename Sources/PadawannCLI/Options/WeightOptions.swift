import ArgumentParser
import Padawann

/// Which magnitudes the edges have in an evaluation.
struct WeightOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The shared weights to try, separated by commas (default: those of the model).",
      discussion: """
        In a model whose every layer has its own weights, their signs times the shared weight are evaluated; in a model \
        of which only some layers have, those keep them.
        """, valueName: "list"), transform: WeightList.init)
  var weights: WeightList?

  @Flag(help: "Evaluate with the weights that the model has kept (default, where every layer has kept them).")
  var ownWeights = false

  /// What the edges of one model are worth, in turn.
  ///
  /// - Throws: ``PadawannError`` `usage` when own weights are asked of a model that has none.
  func magnitudes(of model: AnsweringModel, _ path: String) throws(PadawannError) -> [Magnitude] {
    switch model {
    case .layers(let model): return try magnitudes(of: model, path)
    case .neurons(let model):
      guard !ownWeights else {
        throw PadawannError(
          .usage,
          "--own-weights is for networks of layers; in a WANN they are the shared weight times a factor each",
          at: path, remedy: "Leave it out")
      }
      return (weights?.values ?? model.sharedWeights).map(Magnitude.shared)
    }
  }

  private func magnitudes(of model: Model, _ path: String) throws(PadawannError) -> [Magnitude] {
    if ownWeights, !model.network.hasOwnValuesOnly {
      throw PadawannError(
        .usage, "--own-weights needs a model that has kept its weights, and this one has only signs",
        at: path,
        remedy: "Import it with --weights keep")
    }
    let isOwn = ownWeights || (weights == nil && model.network.hasOwnValuesOnly)
    let shared = weights?.values ?? (isOwn ? [] : model.sharedWeights)
    return (isOwn ? [.own] : []) + shared.map(Magnitude.shared)
  }
}

/// Shared weights on a command line: numbers separated by commas.
struct WeightList: CustomStringConvertible {
  var values: [Float]

  init(values: [Float]) { self.values = values }

  /// Reads 1 to 64 finite numbers, none of them zero.
  ///
  /// - Throws: `ValidationError`.
  init(_ argument: String) throws {
    guard let list = argument.commaSeparated(Float.self), list.count <= 64,
      list.allSatisfy({ $0.isFinite && $0 != 0 })
    else {
      throw ValidationError("give 1 to 64 numbers other than 0 with commas between them, for example 0.5,1,2")
    }
    values = list
  }

  /// One finite number that is not zero.
  ///
  /// - Throws: `ValidationError`.
  static func one(_ argument: String) throws -> Float {
    guard let weight = Float(argument), weight.isFinite, weight != 0 else {
      throw ValidationError("give a number other than 0, for example 0.5")
    }
    return weight
  }

  var description: String { values.map(Format.weight).joined(separator: ",") }
}
