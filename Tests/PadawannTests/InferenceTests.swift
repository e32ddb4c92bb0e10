import Padawann
import Testing

@Suite struct InferenceTests {
  private static func dataset(
    _ count: Int, shape: Shape = Shape(channels: 1, height: 6, width: 6), classes: Int = 3
  )
    throws -> Dataset
  {
    var generator = KeyedGenerator(4)
    return try Dataset(
      name: "drawn", shape: shape,
      pixels: .bytes((0..<(count * shape.count)).map { _ in UInt8(truncatingIfNeeded: generator.next()) }),
      labels: (0..<count).map { $0 % classes }, classNames: (0..<classes).map(String.init),
      normalisation: .mnist)
  }

  @Test(arguments: [1, 63, 64, 65, 200])
  func everyNumberOfThreadsGivesTheSameBits(count: Int) async throws {
    let network = try Fixtures.network()
    let dataset = try Self.dataset(count)
    var logits: [[UInt32]] = []
    for threads in [1, 2, 7, 300] {
      let predictions = try await Inference(threads: threads).predictions(
        of: network, on: dataset, magnitude: .shared(0.7))
      #expect(predictions.logits.count == 5 * count)
      logits.append(predictions.logits.map(\.bitPattern))
    }
    #expect(logits.allSatisfy { $0 == logits[0] })
    let alone = ReferenceEvaluator(network, magnitude: .shared(0.7)).logits([dataset.input(count - 1)])
    let largest = alone[0].map(abs).max() ?? 0
    for (fast, slow) in zip(logits[0].suffix(5).map(Float.init(bitPattern:)), alone[0]) {
      #expect(abs(fast - slow) <= 1e-5 * largest)
    }
  }

  @Test func whatDoesNotFitIsRefused() async throws {
    let network = try Fixtures.network()
    func kind(_ dataset: Dataset, threads: Int = 1) async -> PadawannError.Kind? {
      let inference = Inference(threads: threads)
      return await #expect(throws: PadawannError.self) {
        try await inference.predictions(of: network, on: dataset, magnitude: .own)
      }?.kind
    }
    #expect(try await kind(Self.dataset(4, shape: Shape(channels: 1, height: 6, width: 5))) == .data)
    #expect(try await kind(Self.dataset(4, shape: Shape(channels: 36))) == .data)
    #expect(try await kind(Self.dataset(6, classes: 6)) == .data)
    #expect(try await kind(Self.dataset(4), threads: 0) == .usage)
    #expect(try await kind(Self.dataset(4), threads: -3) == .usage)
  }
}
