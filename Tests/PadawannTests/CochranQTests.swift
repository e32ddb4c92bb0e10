import Padawann
import Testing

@Suite("Cochran's Q and Holm's adjustment")
struct CochranQTests {
  private func masks(_ rows: [String]) -> [Bitmask] { rows.map { row in Bitmask(row.map { $0 == "1" }) } }

  @Test("Q and p are statsmodels'")
  func goldens() throws {
    for golden in try StatisticsGoldens.read().cochran {
      let test = try CochranQ(correct: masks(golden.right))
      #expect(test.degreesOfFreedom == golden.right.count - 1)
      #expect(relativeError(test.statistic, golden.statistic) < 1e-12)
      #expect(relativeError(test.p, golden.p) < 1e-12)
    }
  }

  @Test("for two models it is McNemar's chi-square, whatever their order")
  func twoModels() throws {
    let correct = masks(["1110010111", "0110000101"])
    let mcnemar = try McNemar(b: 3, c: 0).chiSquare
    for order in [correct, correct.reversed()] {
      let test = try CochranQ(correct: order)
      #expect(relativeError(test.statistic, mcnemar.statistic) < 1e-14)
      #expect(relativeError(test.p, mcnemar.p) < 1e-14)
    }
  }

  @Test("models that are right on the same images do not differ")
  func identical() throws {
    for row in ["0101", "0000", "1111"] {
      let test = try CochranQ(correct: masks([row, row, row]))
      #expect(test.statistic == 0 && test.p == 1 && test.degreesOfFreedom == 2)
    }
  }

  @Test("one model, or models of different images, are refused")
  func refusals() {
    for rows in [[], ["01"], ["01", "010"]] {
      #expect(throws: PadawannError.self) { try CochranQ(correct: masks(rows)) }
    }
  }

  @Test("Holm's adjustment is statsmodels'")
  func holmGoldens() throws {
    for golden in try StatisticsGoldens.read().holm {
      let adjusted = holm(golden.p)
      #expect(adjusted.count == golden.p.count)
      for (value, expected) in zip(adjusted, golden.adjusted) {
        #expect(relativeError(value, expected) < 1e-14)
      }
    }
    #expect(holm([]) == [])
  }
}
