import ArgumentParser
import Padawann

/// Where a command puts the model that it makes.
struct ModelOutputOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, help: ArgumentHelp("The model file to write.", valueName: "file"),
    completion: .file(extensions: ["h5"]))
  var output: String

  @OptionGroup var form: ModelFormOptions

  /// The path of the model file.
  var path: String { output }

  /// Writes a model.
  ///
  /// - Parameter standard: what holds where nothing is said.
  func write(_ model: Model, byDefault standard: ModelStorage = ModelStorage()) throws -> StoredModel {
    try form.write(model, to: output, byDefault: standard)
  }
}

/// How a command stores the model that it makes.
struct ModelFormOptions: ParsableArguments {
  @Flag(exclusivity: .exclusive)
  var layout: StoredLayout?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Round biases and the numbers of batch normalisations to 16 bits and store them so (default: only of convert).",
      discussion:
        "Each keeps a precision of 1 in 2,048; where one would not, as a tiny one, all of its kind in the layer stay as they are."
    ))
  var float16: Bool?

  @Flag(
    inversion: .prefixedNo,
    help: ArgumentHelp(
      "Fold means and variances of batch normalisations into their scales and shifts, which are half the numbers (default: only of convert).",
      discussion: "The answers stay the same but for rounding; the statistics cannot be estimated anew."))
  var foldBatchNorms: Bool?

  /// What was chosen.
  ///
  /// - Parameter standard: what holds where nothing is said.
  func storage(byDefault standard: ModelStorage = ModelStorage()) -> ModelStorage {
    ModelStorage(
      layout: layout?.form ?? standard.layout, foldsStatistics: foldBatchNorms ?? standard.foldsStatistics,
      halvesNumbers: float16 ?? standard.halvesNumbers)
  }

  /// Writes a model; its numbers are those of the file.
  func write(_ model: Model, to path: String, byDefault standard: ModelStorage = ModelStorage()) throws
    -> StoredModel
  {
    let storage = storage(byDefault: standard)
    let model = try storage.applied(to: model)
    return try ModelFile.write(model, to: path, as: storage.form(for: model.network))
  }
}

/// How masks and signs are stored.
enum StoredLayout: EnumerableFlag {
  case plain, compact, packed

  static func help(for layout: StoredLayout) -> ArgumentHelp? {
    switch layout {
    case .plain: "Write plain bit planes, which any program unpacks."
    case .compact: "Write coded planes as programs of format 1.0 read them."
    case .packed: "Write the smallest file."
    }
  }

  /// The library's name of it.
  var form: ModelForm.Layout {
    switch self {
    case .plain: .plain
    case .compact: .compact
    case .packed: .packed
    }
  }
}

/// What a model keeps of each weight: its sign, or its number.
enum KeptWeights: String, ExpressibleByArgument, CaseIterable {
  case sign, keep
}
