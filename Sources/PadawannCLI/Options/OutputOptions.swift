import ArgumentParser
import Padawann

/// Which outputs of a network stand for the classes of a dataset.
struct OutputOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "The output that stands for each class of the data, separated by commas; no other can be answered.",
      discussion:
        "Without it all outputs can be answered, and classes stand for them by name or, where the model does not know the names, in "
        + "order. For example, --data mnist:test,classes=4-6 --outputs 4,5,6.",
      valueName: "list"), transform: OutputList.init)
  var outputs: OutputList?

  /// What a model may answer about a dataset.
  ///
  /// - Throws: ``PadawannError`` `usage` when the number of outputs is not that of the classes, or the network does not have one.
  func answers(to dataset: Dataset, of spec: DatasetSpec, by model: AnsweringModel) throws(PadawannError)
    -> AnswerSpace
  {
    let count = model.network.outputs
    if let chosen = outputs?.indices {
      do throws(PadawannError) {
        return try AnswerSpace(dataset, only: chosen, of: count)
      } catch {
        throw error.inside("--outputs")
      }
    }
    // Whoever chooses classes has said which answers there are.
    if spec.classes != nil {
      return try AnswerSpace(dataset, only: Array(dataset.classNames.indices), of: count)
    }
    return try AnswerSpace(dataset, among: Array(0..<count), named: model.statedClassNames)
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
