import Testing

@testable import Padawann

@Suite struct AnswerSpaceTests {
  private static func dataset(_ names: [String], labels: [Int]) throws -> Dataset {
    try Dataset(
      name: "data", shape: Shape(channels: 1), pixels: .bytes(labels.map { UInt8($0) }), labels: labels,
      classNames: names, normalisation: .none(divisor: 1))
  }

  private static func predictions(_ labels: [Int], outputs: Int, answer: Int) throws -> Predictions {
    let row = (0..<outputs).map { $0 == answer ? Float(1) : 0 }
    return Predictions(
      outputs: outputs, logits: labels.flatMap { _ in row }, labels: labels,
      dataset: try dataset(["a", "b", "c"], labels: labels).digest)
  }

  /// A folder with a picture of one class alone was answered right, whatever the network said.
  @Test func absentClassesCompete() throws {
    let data = try Self.dataset(["7"], labels: [0])
    let space = try AnswerSpace(data, among: Array(0..<10))
    #expect(space.places == [7])
    #expect(space.rule == .name)
    for answer in 0..<10 {
      let all = try Self.predictions([0], outputs: 10, answer: answer).answering(in: space)
      #expect(try Scores(of: all).accuracy.count == (answer == 7 ? 1 : 0))
    }
  }

  @Test func classesFindTheirOutputsByName() throws {
    let data = try Self.dataset(["cat", "dog"], labels: [0, 1, 1])
    let space = try AnswerSpace(data, among: [0, 1, 2], named: ["bird", "dog", "cat"])
    #expect(space.places == [2, 1])
    #expect(space.names == ["bird", "dog", "cat"])
    #expect(!space.namesDiffer)
    let answered = try Self.predictions([0, 1, 1], outputs: 3, answer: 1).answering(in: space)
    #expect(answered.labels == [2, 1, 1])
    #expect(try Scores(of: answered).accuracy.count == 2)
  }

  @Test func otherNamesStandInOrder() throws {
    let data = try Self.dataset(["a", "b"], labels: [0, 1])
    let space = try AnswerSpace(data, among: [3, 4, 5], named: ["x", "y", "b"])
    #expect(space.places == [0, 1])
    #expect(space.names == ["a", "b", "b"])
    #expect(space.rule == .order)
    #expect(space.namesDiffer)
    #expect(try !AnswerSpace(data, among: [3, 4, 5]).namesDiffer)
    let answered = try Self.predictions([0, 1], outputs: 7, answer: 4).answering(in: space)
    #expect(answered.outputs == 3)
    #expect(answered.predictedClasses == [1, 1])
  }

  @Test func namedOutputsAreAllThatCanBeAnswered() throws {
    let data = try Self.dataset(["a", "b"], labels: [0, 1])
    let space = try AnswerSpace(data, only: [5, 2], of: 6)
    let answered = try Self.predictions([0, 1], outputs: 6, answer: 2).answering(in: space)
    #expect(answered.predictedClasses == [1, 1])
    #expect(throws: PadawannError.self) { try AnswerSpace(data, only: [5, 6], of: 6) }
    #expect(throws: PadawannError.self) { try AnswerSpace(data, only: [1], of: 6) }
    #expect(throws: PadawannError.self) { try AnswerSpace(data, only: [1, 1], of: 6) }
    #expect(throws: PadawannError.self) { try AnswerSpace(data, among: [0]) }
  }
}
