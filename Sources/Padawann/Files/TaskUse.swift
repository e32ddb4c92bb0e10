/// A model as one of its tasks uses it.
public struct TaskUse: Sendable {
  /// The task.
  public let task: TaskRecord
  /// The network with the task's own numbers in it.
  public let network: Network
  /// The shared weights with which it is meant to be evaluated: the task's alone where it has numbers of its own, which
  /// were made for that weight; `nil` stands for the network's own weights.
  public let settings: [Float?]
}

extension Model {
  /// The model as a task uses it.
  ///
  /// - Throws: ``PadawannError`` `usage` when the model has no such task.
  public func use(of name: String) throws(PadawannError) -> TaskUse {
    guard let task = tasks.first(where: { $0.name == name }) else {
      let names = tasks.map(\.name).joined(separator: ", ")
      throw PadawannError(
        .usage, "the model has no task \"\(name)\"",
        remedy: names.isEmpty ? "It has none" : "It has: \(names)")
    }
    let network = try self.network.replacing(task.parameters)
    if network.hasOwnValuesOnly { return TaskUse(task: task, network: network, settings: [nil]) }
    let own = task.parameters.isEmpty ? nil : task.bestSharedWeight
    return TaskUse(task: task, network: network, settings: own.map { [$0] } ?? sharedWeights)
  }
}

extension TaskRecord {
  /// What the task is measured on: the test images of its dataset where that is a named set's training images, else the
  /// dataset itself.
  ///
  /// - Throws: ``PadawannError`` `usage` when the dataset's text cannot be read.
  public func testData() throws(PadawannError) -> DatasetSpec {
    let spec = try DatasetSpec.parse(dataset)
    return spec.testSplit ?? spec
  }
}
