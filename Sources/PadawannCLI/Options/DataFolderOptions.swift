import ArgumentParser
import Foundation
import Padawann

/// Where datasets are.
struct DataFolderOptions: ParsableArguments {
  @Option(
    name: .customLong("data-dir"),
    help: ArgumentHelp(
      "The folder with the datasets.",
      discussion: "Without it: $PADAWANN_DATA, else $XDG_CACHE_HOME/padawann, else ~/.cache/padawann.",
      valueName: "folder"),
    completion: .directory)
  var dataDir: String?

  /// The folder that was named.
  var given: DataFolder? { dataDir.map(DataFolder.init(path:)) }

  /// The folder that is meant.
  func folder() throws(PadawannError) -> DataFolder {
    if let dataDir { return DataFolder(path: dataDir) }
    return try DataFolder(environment: ProcessInfo.processInfo.environment)
  }

  /// Loads images that need no labels, as a model reads them.
  func unlabelled(_ texts: [String], for model: Model) throws(PadawannError) -> [Dataset] {
    var datasets: [Dataset] = []
    for text in texts {
      let spec = try DatasetSpec.parse(text, defaultSplit: .train).withLabelsWhereThereAreSome()
      datasets.append(try dataset(spec, normalisedAs: model.statedNormalisation))
    }
    return datasets
  }

  /// Loads the dataset that a text on the command line means.
  func dataset(_ text: String) throws(PadawannError) -> Dataset { try dataset(DatasetSpec.parse(text)) }

  /// Loads a dataset, with bytes normalised as somebody has said where the spec does not.
  func dataset(_ spec: DatasetSpec, normalisedAs stated: Normalisation? = nil) throws(PadawannError)
    -> Dataset
  {
    do throws(PadawannError) {
      return try spec.load(from: try folder(), normalisedAs: stated)
    } catch {
      throw Self.mistaken(spec) ?? error
    }
  }

  /// The error for a file that is no dataset but a model or PyTorch's.
  private static func mistaken(_ spec: DatasetSpec) -> PadawannError? {
    guard case .path(let path) = spec.source else { return nil }
    let what: String
    if (try? ModelFile.read(path)) != nil {
      what = "this is a model"
    } else if let file = try? TensorFile.read(path), file.format.hasPrefix("PyTorch"),
      !file.tensors.contains(where: { DatasetSpec.isNameOfImages($0.name) })
    {
      what = "this is a file of PyTorch's"
    } else {
      return nil
    }
    return PadawannError(
      .data, "\(what) where a dataset is expected", at: path,
      remedy: "Name a dataset or a file with images and labels, for example strokes:test")
  }
}
