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
  /// - Parameter layout: how where nothing was said; `nil` for ``ModelForm/chosen(for:)``.
  func write(_ model: Model, byDefault layout: ModelForm.Layout? = nil) throws -> StoredModel {
    try form.write(model, to: output, byDefault: layout)
  }
}

/// How a command stores the model that it makes.
struct ModelFormOptions: ParsableArguments {
  @Flag(exclusivity: .exclusive)
  var layout: StoredLayout?

  @Flag(
    help: ArgumentHelp(
      "Round biases and the numbers of batch normalisations to 16 bits and store them so.",
      discussion:
        "Each keeps a precision of 1 in 2,048; where one would not, as a tiny one, all of its kind in the layer stay as they are."
    ))
  var float16 = false

  @Flag(
    help: ArgumentHelp(
      "Fold means and variances of batch normalisations into their scales and shifts, which are half the numbers.",
      discussion: "The answers stay the same but for rounding; the statistics cannot be estimated anew."))
  var foldBatchNorms = false

  /// Writes a model; its numbers are those of the file.
  func write(_ model: Model, to path: String, byDefault layout: ModelForm.Layout? = nil) throws
    -> StoredModel
  {
    var model = model
    if foldBatchNorms {
      model.network = try model.network.foldingStatistics()
      model.provenance.entries.append(Provenance.Entry("fold-batch-norms", "true"))
    }
    if float16 {
      model = try model.roundedToHalf()
      model.provenance.entries.append(Provenance.Entry("float16", "true"))
    }
    let chosen = self.layout?.form ?? layout ?? ModelForm.chosen(for: model.network).layout
    return try ModelFile.write(model, to: path, as: ModelForm(chosen, halvesNumbers: float16))
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
