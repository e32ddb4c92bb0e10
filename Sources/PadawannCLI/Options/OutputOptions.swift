import ArgumentParser
import Padawann

/// Which outputs of a network stand for the classes of a dataset.
struct OutputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The output that stands for each class of the data, separated by commas (default: 0,1,2 and so on).",
      discussion:
        "For example, --data mnist:test,classes=4-6 --outputs 4,5,6. Outputs that are not named cannot be answered.",
      valueName: "list"), transform: OutputList.init)
  var outputs: OutputList?

  /// The outputs for the classes of a dataset; `nil` when they are all outputs of the network, in order.
  ///
  /// - Throws: ``PadawannError`` `usage` when their number is not that of the classes, or the network does not have one.
  func outputs(for dataset: Dataset, of network: Network) throws(PadawannError) -> [Int]? {
    let count = network.architecture.outputs
    let classes = dataset.classNames.indices
    guard let chosen = outputs?.indices else { return classes.count < count ? Array(classes) : nil }
    guard chosen.count == classes.count else {
      throw PadawannError(
        .usage, "--outputs names \(chosen.count) outputs for \(classes.count) classes", at: dataset.name)
    }
    guard chosen.allSatisfy({ $0 < count }) else {
      throw PadawannError(
        .usage, "--outputs names an output that the network does not have: it has 0 to \(count - 1)")
    }
    return chosen
  }
}

/// Outputs on a command line: different whole numbers from 0, separated by commas.
struct OutputList: CustomStringConvertible {
  var indices: [Int]

  /// - Throws: `ValidationError`.
  init(_ argument: String) throws {
    guard let list = argument.commaSeparated(Int.self), list.allSatisfy({ $0 >= 0 }),
      Set(list).count == list.count
    else {
      throw ValidationError("give different whole numbers from 0 with commas between them, for example 4,5,6")
    }
    indices = list
  }

  var description: String { indices.map(String.init).joined(separator: ",") }
}
