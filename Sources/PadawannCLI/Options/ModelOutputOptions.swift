import ArgumentParser
import Padawann

/// Where a command puts the model that it makes.
struct ModelOutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, help: ArgumentHelp("The model file to write.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var output: String

  @Flag(help: "Write the smallest encoding instead of plain bit planes.")
  var compact = false

  /// The path of the model file.
  var path: String { output }

  /// Writes a model.
  func write(_ model: Model) throws -> StoredModel {
    try ModelFile.write(model, to: output, compact: compact)
  }
}

/// What a model keeps of each weight: its sign, or its number.
enum KeptWeights: String, ExpressibleByArgument, CaseIterable {
  case sign, keep
}
