import ArgumentParser
import Padawann

/// How trained weights become signs that answer alike, without learning.
struct ConversionOptions: ParsableArguments {
  /// What the layers' edges are worth.
  enum Scales: String, ExpressibleByArgument, CaseIterable {
    case none, fold
  }

  @Option(
    help: ArgumentHelp(
      "What becomes of the layers' scales: none, as in the thesis, or fold (default with --calibrate).",
      discussion: "fold gives each layer its best scale, and folds it into biases and batch normalisations.",
      valueName: "how"))
  var scales: Scales?

  @Option(
    help: ArgumentHelp(
      "Which edges are left where scales are folded: all, or fitted to the weights (default with --calibrate).",
      valueName: "which"))
  var mask: SignConversion.Mask?

  @Option(
    help: ArgumentHelp(
      "Images, labelled or not, by which biases and batch normalisations are corrected; may be repeated.",
      valueName: "spec"))
  var calibrate: [String] = []

  @Option(help: ArgumentHelp("How many images a calibration looks at.", valueName: "number"))
  var calibrationImages = Calibration().images

  func validate() throws {
    guard !folds || scales != Scales.none else {
      throw ValidationError("--mask and --calibrate go with folded scales: leave --scales none out")
    }
    guard calibrationImages > 0 else { throw ValidationError("--calibration-images is a number from 1 up") }
  }

  /// Whether signs are more than signs.
  var folds: Bool { scales == .fold || mask != nil || !calibrate.isEmpty }

  /// The settings.
  var conversion: SignConversion {
    var conversion = SignConversion()
    conversion.mask = mask ?? (calibrate.isEmpty ? .all : .fitted)
    conversion.calibration?.images = calibrationImages
    if calibrate.isEmpty { conversion.calibration = nil }
    return conversion
  }

  /// The settings, for the record.
  var entries: [Provenance.Entry] {
    [.init("scales", "fold"), .init("mask", conversion.mask.rawValue)]
      + calibrate.map { .init("calibrate", $0) }
  }
}

extension SignConversion.Mask: ExpressibleByArgument {}

extension Network {
  /// What is to be said of layers whose scales could not be folded; `nil` where all could.
  var multiplierNote: String? {
    let names = layers.filter { $0.weights.multiplier != 1 }.map(\.name)
    guard !names.isEmpty else { return nil }
    return
      "the scales of \(names.joined(separator: ", ")) cannot be folded, because a sum or an activation that is not homogeneous "
      + "reads what they give: these layers have a multiplier beside the shared weight"
  }
}
