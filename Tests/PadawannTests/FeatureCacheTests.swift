import Testing

@testable import Padawann

@Suite struct FeatureCacheTests {
  /// The last layer's gradients after some batches, with room for so many bytes of features.
  private static func gradients(
    room: Int?, shifts: Bool, _ precision: FeatureRows.Precision?, threads: Int = 1
  ) throws -> [[Float]] {
    let architecture = try Architecture(
      input: Shape(channels: 1, height: 28, width: 28),
      nodes: [
        Node(
          "conv", .convolution(Convolution(outputs: 5, kernel: Extent(5), stride: Extent(3))), inputs: [-1]),
        Node("tanh", .tanh, inputs: [0]), Node("flatten", .flatten, inputs: [1]),
        Node("fc", .linear(Linear(outputs: 10)), inputs: [2]),
      ])
    let network = try Network.initialised(architecture, seed: 3)
    let task = TrainingTask(
      try DatasetSpec.parse("strokes:train,per-class=7").load(from: DataFolder(path: "nowhere")))
    let images = try TrainingImages([task], for: architecture)
    let machine = try TrainingEngine(
      network, .own, .nodes([3]), biasSets: 1, batch: 32, .best, ThreadPool(threads: threads))
    let feed = BatchFeed(images: images, size: 32, epochs: 2, seed: 4, shifts: shifts)
    let run = try BatchRunner(
      machine, feed, usesBiasSets: false, keeps: precision, room: room ?? FeatureCache.room)
    return try (0..<feed.steps).map { step in
      _ = try run.gradients(step: step)
      return machine.layers[3]?.weights.gradients.array ?? []
    }
  }

  /// Features once took 9 GB where 60,000 images had five versions each.
  @Test(arguments: [false, true], [FeatureRows.Precision.half, .single])
  func theRoomForFeaturesChangesNoNumber(_ shifts: Bool, _ precision: FeatureRows.Precision) throws {
    let whole = try Self.gradients(room: nil, shifts: shifts, precision)
    let row = 5 * 8 * 8 * precision.bytes
    for rows in [0, 1, 33, 69, 70, 349] {
      let some = try Self.gradients(room: rows * row + 3, shifts: shifts, precision, threads: 1 + rows % 2)
      #expect(some == whole, "\(rows) rows")
    }
    #expect(whole.count == 6 && whole.allSatisfy { $0.contains { $0 != 0 } })
  }

  @Test func singlePrecisionIsThatOfComputingEverythingAnew() throws {
    let anew = try Self.gradients(room: nil, shifts: true, nil)
    #expect(try Self.gradients(room: nil, shifts: true, .single) == anew)
    #expect(try Self.gradients(room: 1000, shifts: true, .single) == anew)
    #expect(try Self.gradients(room: nil, shifts: true, .half) != anew)
  }

  /// A signal once waited until the features of all images were there.
  @Test func aTaskThatIsCancelledStopsBetweenTwoBatches() async throws {
    let task = Task {
      withUnsafeCurrentTask { $0?.cancel() }
      return try Self.gradients(room: nil, shifts: true, .half)
    }
    let error = await #expect(throws: PadawannError.self) { try await task.value }
    #expect(error?.kind == .interrupted)
  }
}
