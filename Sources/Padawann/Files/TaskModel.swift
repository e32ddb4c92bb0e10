/// A model as one of its tasks uses it.
package struct TaskModel: Sendable {
  /// The task.
  package let task: ModelTask
  /// The network with the task's own numbers in it.
  package let network: Network
  /// The shared weights with which it is meant to be evaluated: the task's alone where it has numbers of its own, which
  /// were made for that weight; `nil` stands for the network's own weights.
  package let magnitudes: [Magnitude]
}

extension Model {
  /// The model as a task uses it.
  ///
  /// - Throws: ``PadawannError`` `usage` when the model has no such task.
  package func use(of name: String) throws(PadawannError) -> TaskModel {
    let task = try tasks.named(name)
    let network = try self.network.replacing(task.parameters)
    if network.hasOwnValuesOnly { return TaskModel(task: task, network: network, magnitudes: [.own]) }
    let own = task.parameters.isEmpty ? nil : task.bestSharedWeight
    return TaskModel(
      task: task, network: network, magnitudes: (own.map { [$0] } ?? sharedWeights).map(Magnitude.shared))
  }
}

extension [ModelTask] {
  /// The task of a name.
  ///
  /// - Throws: ``PadawannError`` `usage` when there is none.
  package func named(_ name: String) throws(PadawannError) -> ModelTask {
    guard let task = first(where: { $0.name == name }) else {
      let names = map(\.name).joined(separator: ", ")
      throw PadawannError(
        .usage, "the model has no task \"\(name)\"",
        remedy: names.isEmpty ? "It has none" : "It has: \(names)")
    }
    return task
  }
}

extension ModelTask {
  /// What the task is measured on: the test images of its dataset where that is a named set's training images, else the
  /// dataset itself.
  ///
  /// - Throws: ``PadawannError`` `usage` when the dataset's text cannot be read.
  public func testData() throws(PadawannError) -> DatasetSpec {
    let spec = try DatasetSpec.parse(dataset)
    return spec.testSplit ?? spec
  }
}
