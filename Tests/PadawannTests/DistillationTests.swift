import Testing

@testable import Padawann

/// Masks that are learned from teachers.
@Suite struct DistillationTests {
  private static func teacher(seed: UInt64 = 4) throws -> Network {
    let nodes: [(String, NodeOperation)] = [
      ("conv", .convolution(Convolution(outputs: 6, kernel: Extent(5), stride: Extent(3), hasBias: false))),
      ("norm", .batchNormalisation(epsilon: 1e-5)), ("relu", .relu),
      ("pool", .maxPool(Pool(kernel: Extent(2)))), ("flat", .flatten),
      ("fc1", .linear(Linear(outputs: 24))), ("relu1", .relu), ("fc2", .linear(Linear(outputs: 10))),
    ]
    let architecture = try Architecture(
      input: Shape(channels: 1, height: 28, width: 28),
      nodes: nodes.enumerated().map { Node($1.0, $1.1, inputs: [$0 - 1]) })
    var trainer = try Trainer(
      Network.initialised(architecture, seed: seed), on: [TrainingTask(try images())],
      settings: TrainingSettings(optimiser: .adam(), rate: 0.01, epochs: 6, batch: 30))
    while !trainer.isFinished { try trainer.advance() }
    return try trainer.network()
  }

  private static func images(_ spec: String = "strokes:train,per-class=30") throws -> Dataset {
    try DatasetSpec.parse(spec).load(from: DataFolder(path: "nowhere"))
  }

  private static func settings(_ change: (inout MaskLearningSettings) -> Void = { _ in })
    -> MaskLearningSettings
  {
    var settings = MaskLearningSettings(density: 0.5)
    (settings.epochs, settings.batch, settings.seed, settings.biases) = (3, 30, 2, .shared)
    settings.distillation = DistillationSettings()
    settings.distillation?.augmentation = Augmentation(shift: 1, views: 2)
    change(&settings)
    return settings
  }

  private static func agreement(_ network: Network, _ teacher: Network, on dataset: Dataset) -> Double {
    let inputs = (0..<dataset.count).map { dataset.input($0) }
    let mine = ReferenceEvaluator(network, magnitude: .shared(1)).logits(inputs)
    let theirs = ReferenceEvaluator(teacher, magnitude: .own).logits(inputs)
    func answers(_ rows: [[Float]]) -> [Int?] { rows.map { $0.firstIndex(of: $0.max() ?? 0) } }
    let same = zip(answers(mine), answers(theirs)).count { $0.0 == $0.1 }
    return Double(same) / Double(dataset.count)
  }

  /// It learns without labels: they are all wrong here.
  @Test func itImitatesItsTeacherWithoutLabels() throws {
    let teacher = try Self.teacher()
    let images = try Self.images("strokes:train,per-class=60,unlabelled")
    #expect(!images.isLabelled && Set(images.labels) == [0])
    var learning = try MaskLearning(
      teacher, on: [TrainingTask(images)], settings: Self.settings { $0.epochs = 8 },
      teachers: [Teacher(teacher)])
    let begun = try learning.network()
    var losses: [Double] = []
    while !learning.isFinished { losses.append(try learning.advance().loss) }
    let learned = try learning.network()
    #expect(learned.remainingEdges * 2 <= learned.edgeCount)
    #expect(learned.layers.allSatisfy { !$0.weights.hasOwnValues })
    for (layer, trained) in zip(learned.layers, teacher.layers) {
      let (mine, theirs) = (layer.weights, trained.weights.signs)
      #expect(mine.signs.intersection(mine.mask) == theirs.intersection(mine.mask))
    }
    let test = try Self.images("strokes:test,per-class=20")
    let (first, last) = (losses.prefix(10).reduce(0, +), losses.suffix(10).reduce(0, +))
    #expect(last < 0.5 * first)
    #expect(Self.agreement(learned, teacher, on: test) > Self.agreement(begun, teacher, on: test) + 0.05)
    #expect(Self.agreement(learned, teacher, on: test) > 0.8)
  }

  @Test(arguments: [MaskLearningSettings.Biases.keep, .shared, .perTask])
  func aSnapshotGoesOnExactly(_ biases: MaskLearningSettings.Biases) throws {
    let (one, two) = (try Self.teacher(), try Self.teacher(seed: 9))
    let tasks = [
      TrainingTask(try Self.images("strokes:train,per-class=10")),
      TrainingTask(try Self.images("strokes-letters:train,per-class=10,classes=0-9,unlabelled")),
    ]
    let settings = Self.settings { $0.biases = biases }
    let teachers = [Teacher(one), Teacher(two)]
    var whole = try MaskLearning(one, on: tasks, settings: settings, teachers: teachers)
    while !whole.isFinished { try whole.advance() }
    for stop in [0, 1, 9] {
      var first = try MaskLearning(one, on: tasks, settings: settings, teachers: teachers)
      while first.step < stop { try first.advance() }
      var second = try MaskLearning(resuming: first.snapshot, one, on: tasks, teachers: teachers, threads: 2)
      while !second.isFinished { try second.advance() }
      #expect(second.snapshot == whole.snapshot)
      #expect(try second.network() == whole.network())
    }
  }

  @Test(
    .enabled(
      if: InstructionSet.available.contains(where: \.fusesMultiplyAdd),
      "skipped: no instruction set fuses multiply-add"))
  func threadsAndInstructionsChangeNoBit() throws {
    let teacher = try Self.teacher()
    let tasks = [TrainingTask(try Self.images("strokes:train,per-class=10"))]
    var seen: [MaskLearning.Snapshot] = []
    for set in InstructionSet.available where set.fusesMultiplyAdd {
      for threads in [1, 3] {
        var learning = try MaskLearning(
          teacher, on: tasks, settings: Self.settings(), teachers: [Teacher(teacher)], threads: threads,
          instructionSet: set)
        while !learning.isFinished { try learning.advance() }
        seen.append(learning.snapshot)
      }
    }
    #expect(seen.count >= 2 && seen.allSatisfy { $0 == seen[0] })
  }

  /// The gradient of the loss is its slope.
  @Test(arguments: [0, 0.3, 1])
  func theGradientIsTheSlope(_ labelShare: Double) throws {
    var generator = KeyedGenerator(8)
    let loss = TeacherLoss(temperature: 3, labelShare: labelShare)
    let theirs = (0..<6).map { _ in 4 * generator.uniform() }
    let own = (0..<6).map { _ in 4 * generator.uniform() }
    let answers = TeacherAnswers([.init(logits: theirs[...], loss: loss)])
    func score(_ logits: [Float]) throws -> (loss: Double, gradient: [Float]) {
      let (values, gradient) = (try LaneBuffer(count: 6 * 16), try LaneBuffer(count: 6 * 16))
      let (x, dx) = (BlockSlice(values, block: 0, elements: 6), BlockSlice(gradient, block: 0, elements: 6))
      for (place, logit) in logits.enumerated() { x[place, 2] = logit }
      let found = answers.score(0, label: 4, x, dx, 2, share: 1)
      return (found.loss, (0..<6).map { dx[$0, 2] })
    }
    let gradient = try score(own).gradient
    for place in own.indices {
      var (above, below) = (own, own)
      above[place] += 0.01
      below[place] -= 0.01
      let slope = (try score(above).loss - score(below).loss) / 0.02
      #expect(abs(slope - Double(gradient[place])) < 2e-3)
    }
    if labelShare == 0 {
      let same = try score(theirs)
      #expect(abs(same.loss) < 1e-9 && same.gradient.allSatisfy { abs($0) < 1e-6 })
    }
  }

  @Test func whatCannotBeIsRefused() throws {
    let teacher = try Self.teacher()
    let task = TrainingTask(try Self.images("strokes:train,per-class=2"))
    func refused(_ teachers: [Teacher], _ change: (inout MaskLearningSettings) -> Void = { _ in }) -> String {
      do throws(PadawannError) {
        _ = try MaskLearning(teacher, on: [task], settings: Self.settings(change), teachers: teachers)
        return ""
      } catch {
        return error.kind == .usage ? error.description : ""
      }
    }
    #expect(refused([]).contains("belong together"))
    #expect(refused([Teacher(teacher), Teacher(teacher)]).contains("2 teachers do not fit 1 tasks"))
    let cold = refused([Teacher(teacher)]) { $0.distillation?.loss.temperature = 0 }
    #expect(cold.contains("temperature"))
    let labels = refused([Teacher(teacher)]) { $0.distillation?.loss.labelShare = 2 }
    #expect(labels.contains("labels"))
    let rate = refused([Teacher(teacher)]) { $0.distillation?.biasRate = .nan }
    #expect(rate.contains("bias rate"))
    let few = refused([Teacher(teacher)]) { $0.density = 0.0001 }
    #expect(few.contains("too few"))
    let other = try Network.initialised(Preset.mnistNet.architecture, seed: 1)
    let architecture = try Architecture(
      input: Shape(channels: 1, height: 28, width: 28),
      nodes: [Node("flat", .flatten, inputs: [-1]), Node("fc", .linear(Linear(outputs: 3)), inputs: [0])])
    let small = try Network.initialised(architecture, seed: 1)
    #expect(refused([Teacher(other)]) == "")
    #expect(refused([Teacher(small)]).contains("gives"))
  }
}
