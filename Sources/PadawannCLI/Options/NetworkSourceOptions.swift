import ArgumentParser
import Padawann

/// How the network in a file of another program is read.
struct NetworkSourceOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The architecture: a name or a JSON file (Formats/architecture.md).", valueName: "name or file"),
    completion: .file(extensions: ["json"]))
  var arch: String?

  @Option(
    help: ArgumentHelp(
      "The shape of an image that a graph reads as a vector, or of which a sketch is made, for example 1x28x28.",
      valueName: "shape"),
    transform: Shape.init(argument:))
  var imageShape: Shape?

  @Option(
    help: ArgumentHelp(
      "The key of the weights in a checkpoint, or keys with / between them (default: the usual one).",
      valueName: "key"))
  var key: String?

  @Option(
    help: ArgumentHelp("Take only tensors whose names begin so, without it.", valueName: "prefix"))
  var prefix: String?

  @Option(
    help: ArgumentHelp(
      "A tensor that is not needed, * for any characters of its name; may be repeated.", valueName: "tensor"))
  var ignore: [String] = []

  @Option(
    help: ArgumentHelp(
      "How pixels become inputs: mnist, cifar10, imagenet, none, raw and so on, or MEAN/DEVIATION for each channel.",
      discussion:
        "As a dataset's option of that name (Formats/datasets.md). Every command that uses the model then does so.",
      valueName: "how"), transform: PixelNormalisation.init)
  var normalise: PixelNormalisation?

  @Option(
    help: ArgumentHelp(
      "What the outputs stand for: names with + between them, or a text file with a name in each line.",
      valueName: "names"))
  var classNames: String?

  /// How the file becomes a model.
  ///
  /// - Throws: ``PadawannError`` `usage` for names of classes that are none.
  func importing() throws(PadawannError) -> ModelImport {
    var importing = ModelImport()
    importing.architecture = arch
    importing.imageShape = imageShape
    importing.choice = TensorChoice(keys: key?.split(separator: "/").map(String.init), prefix: prefix)
    importing.ignored = ignore
    importing.normalisation = normalise?.choice
    importing.classNames = try classNames.map { text throws(PadawannError) in
      do throws(PadawannError) {
        return try ClassNameList(argument: text).names
      } catch {
        throw error.inside("--class-names")
      }
    }
    return importing
  }
}
