import Foundation
import Padawann
import Testing

@Suite("Scores")
struct ScoresTests {
  private func predictions(_ rows: [[Float]], _ labels: [Int], dataset: String = "test") -> Predictions {
    Predictions(
      outputs: rows[0].count, logits: rows.flatMap { $0 }, labels: labels, dataset: Digest(of: dataset.utf8))
  }

  @Test("accuracy, cross-entropy and confusion are those computed with 60 digits")
  func goldens() throws {
    let golden = try StatisticsGoldens.read().scores
    for (rows, expected) in zip(golden.logits, golden.sets) {
      let scores = try Scores(of: predictions(rows, golden.labels))
      #expect(scores.accuracy.count == expected.correct && scores.accuracy.total == golden.labels.count)
      #expect(scores.confusion == expected.confusion)
      #expect(relativeError(try #require(scores.crossEntropy), expected.crossEntropy) < 1e-12)
    }
  }

  @Test("the ensemble is the mean of the probabilities")
  func ensembleGolden() throws {
    let golden = try StatisticsGoldens.read().scores
    let ensemble = try Ensemble(of: golden.logits.map { predictions($0, golden.labels) })
    #expect(ensemble.predictedClasses == golden.ensembleAnswers)
    #expect(relativeError(try #require(ensemble.scores.crossEntropy), golden.ensembleLoss) < 1e-12)
    let correct = zip(golden.ensembleAnswers, golden.labels).filter { $0 == $1 }.count
    #expect(ensemble.scores.accuracy.count == correct)
  }

  @Test("an ensemble of one model is that model, and equal probabilities go to the first class")
  func ensembleOfOne() throws {
    let one = predictions([[1, 3, 3], [0, 0, 0], [5, 1, 7]], [1, 0, 0])
    let ensemble = try Ensemble(of: [one])
    #expect(ensemble.predictedClasses == one.predictedClasses && ensemble.predictedClasses == [1, 0, 2])
    #expect(ensemble.scores.confusion == (try Scores(of: one)).confusion)
    let mirrored = try Ensemble(of: [predictions([[2, 0]], [1]), predictions([[0, 2]], [1])])
    #expect(mirrored.predictedClasses == [0])
  }

  @Test("the loss of a nearly certain answer keeps its digits, and large logits do not overflow")
  func extremeLogits() throws {
    let sure = try Scores(of: predictions([[40, 0]], [0]))
    #expect(relativeError(try #require(sure.crossEntropy), log1p(exp(-40))) < 1e-14)
    let wrong = try Scores(of: predictions([[3e38, -3e38]], [1]))
    #expect(relativeError(try #require(wrong.crossEntropy), Double(Float(3e38)) * 2) < 1e-14)
    let masked = try Scores(of: predictions([[0, -.infinity]], [0]))
    #expect(masked.crossEntropy == 0)
    #expect(try Scores(of: predictions([[0, -.infinity]], [1])).crossEntropy == nil)
  }

  @Test("per class: precision, recall, F1 and support, nil where they do not exist")
  func perClass() throws {
    let rows: [[Float]] = [[1, 0, 0], [1, 0, 0], [0, 1, 0], [1, 0, 0]]
    let scores = try Scores(of: predictions(rows, [0, 1, 1, 0]))
    let (first, second, third) = (scores.classes[0], scores.classes[1], scores.classes[2])
    #expect(first.support == 2 && first.predicted == 3 && first.precision == 2.0 / 3 && first.recall == 1)
    #expect(first.f1 == 4.0 / 5)
    #expect(second.precision == 1 && second.recall == 0.5 && second.f1 == 2.0 / 3)
    #expect(third.index == 2 && third.support == 0 && third.predicted == 0)
    #expect(third.precision == nil && third.recall == nil && third.f1 == nil)
  }

  @Test("named outputs stand for the classes; the others take no part")
  func restriction() throws {
    let all = predictions([[9, 1, 2, 0], [9, 3, 2, 1]], [0, 1])
    let scores = try Scores(of: all, outputs: [2, 1])
    #expect(scores.accuracy.count == 2 && scores.confusion == [[1, 0], [0, 1]])
    #expect(relativeError(try #require(scores.crossEntropy), log1p(exp(-1))) < 1e-14)
    let restricted = try all.restricted(to: [2, 1])
    #expect(
      restricted.logits == [2, 1, 2, 3] && restricted.outputs == 2 && restricted.dataset == all.dataset)
    for outputs in [[], [0, 0], [4], [-1]] {
      #expect(throws: PadawannError.self) { try all.restricted(to: outputs) }
    }
  }

  @Test("a label that no output stands for is refused with a remedy")
  func unknownLabel() {
    for label in [2, -1] {
      let error = #expect(throws: PadawannError.self) {
        try Scores(of: predictions([[0, 1], [0, 1]], [0, label]))
      }
      #expect(error?.kind == .data && error?.location == "image 1" && error?.remedy != nil)
    }
  }

  @Test(
    "rows without a softmax are refused and named",
    arguments: [[Float.nan, 1], [1, .nan], [.infinity, 1], [-.infinity, -.infinity], [-.infinity, .nan]])
  func notNumbers(_ row: [Float]) {
    let error = #expect(throws: PadawannError.self) { try Scores(of: predictions([[0, 1], row], [0, 0])) }
    #expect(error?.kind == .data && error?.location == "image 1")
  }

  @Test("no images and too many outputs are refused")
  func sizes() {
    let empty = Predictions(outputs: 3, logits: [], labels: [], dataset: Digest(of: []))
    #expect(throws: PadawannError.self) { try Scores(of: empty) }
    let wide = predictions([[Float](repeating: 0, count: 4097)], [0])
    let error = #expect(throws: PadawannError.self) { try Scores(of: wide) }
    #expect(error?.kind == .unsupported)
    #expect(throws: PadawannError.self) { try Ensemble(of: []) }
    #expect(throws: PadawannError.self) {
      try Ensemble(of: [predictions([[0, 1]], [0]), predictions([[0, 1]], [1])])
    }
    #expect(throws: PadawannError.self) {
      try Ensemble(of: [predictions([[0, 1]], [0]), predictions([[0, 1]], [0], dataset: "other")])
    }
  }

  @Test("the best shared weight has the highest accuracy, the first of equals")
  func sweep() throws {
    let bad = predictions([[1, 0], [1, 0]], [1, 1])
    let good = predictions([[1, 0], [0, 1]], [1, 1])
    let sweep = try WeightSweep(
      magnitudes: [.shared(0.5), .shared(1), .shared(2), .own], predictions: [bad, good, good, bad])
    #expect(sweep.best == 1 && sweep.points.map(\.scores.accuracy.count) == [0, 1, 1, 0])
    #expect(sweep.points.map(\.sharedWeight) == [0.5, 1, 2, nil])
    #expect(sweep.ensemble == (try Ensemble(of: [bad, good, good, bad])).scores)
    let coded = try JSONDecoder().decode(WeightSweep.self, from: JSONEncoder().encode(sweep))
    #expect(coded == sweep)
    #expect(throws: PadawannError.self) { try WeightSweep(magnitudes: [.own], predictions: [bad, good]) }
    #expect(throws: PadawannError.self) { try WeightSweep(magnitudes: [], predictions: []) }
  }
}
