/// Learns one mask for all tasks and then, where that is asked for, a mask for each task over the same signs.
///
/// Part 0 is the mask of all tasks. Part k, from 1, is that of task k: it begins with the scores and magnitudes that part 0 came
/// to, and with its biases, and sees the images of that task alone. Without ``MaskLearningSettings/taskMasks`` there is part 0 only,
/// a ``MaskLearning`` as it is.
///
/// The result is a function of the network, the tasks and the settings alone; a learning goes on from its snapshot exactly as it
/// would have, in a part or between two.
package struct MaskLearningParts: ~Copyable {
  /// How the masks are learned.
  package var settings: MaskLearningSettings { plan.settings }
  /// What came of the parts that are done; empty where there is one part only.
  package private(set) var results: [MaskLearning.Result]

  private let plan: Plan
  /// Where the parts of tasks begin; `nil` before there is one.
  private var beginning: MaskLearning.Beginning?
  /// The part that is being learned; `nil` between two parts, and where all are done.
  private var present: Part?

  private final class Part {
    var learning: MaskLearning

    init(_ learning: consuming MaskLearning) { self.learning = learning }
  }

  /// What every part is made of.
  private struct Plan {
    let network: Network
    let tasks: [TrainingTask]
    let settings: MaskLearningSettings
    let teachers: [Teacher]
    let threads: Int
    let instructionSet: InstructionSet

    func tasks(of part: Int) -> [TrainingTask] { part == 0 ? tasks : [tasks[part - 1]] }

    /// The batches of a part.
    func steps(of part: Int) -> Int {
      let images = tasks(of: part).reduce(0) { $0 + $1.dataset.count }
      return settings.ofPart(part).epochs * ((images + settings.batch - 1) / settings.batch)
    }

    /// The part that comes behind those that are done.
    func part(
      behind results: [MaskLearning.Result], _ beginning: MaskLearning.Beginning?,
      from snapshot: MaskLearning.Snapshot?, _ progress: ((Double) -> Void)?
    ) throws(PadawannError) -> Part {
      let part = results.count
      // Biases that are everybody's are those of the only set.
      let set = settings.biases == .perTask ? part - 1 : 0
      let learner = part == 0 ? network : try network.withBiases(results[0], set)
      return Part(
        try MaskLearning(
          learner, on: tasks(of: part), settings: settings.ofPart(part), teachers: teachers, from: snapshot,
          beginning: snapshot == nil ? beginning : nil, threads: threads, instructionSet: instructionSet,
          progress: progress))
    }
  }

  /// All that it is between two steps, apart from its network and its images.
  package struct Snapshot: Sendable, Equatable {
    /// As ``MaskLearningParts/results``.
    package var results: [MaskLearning.Result] = []
    /// Where the parts of tasks begin; `nil` before there is one.
    package var beginning: MaskLearning.Beginning?
    /// The part that is being learned; `nil` between two parts, and where all are done.
    package var present: MaskLearning.Snapshot?

    /// Joins them.
    package init(
      results: [MaskLearning.Result] = [], beginning: MaskLearning.Beginning? = nil,
      present: MaskLearning.Snapshot?
    ) {
      self.results = results
      self.beginning = beginning
      self.present = present
    }
  }

  /// Begins, or goes on from a snapshot.
  ///
  /// - Parameters:
  ///   - progress: told the share of the features that is computed before the first step.
  /// - Throws: as ``MaskLearning``; ``PadawannError`` `usage` for masks per task of a single task, `data` for a snapshot that does not
  ///   fit.
  package init(
    _ network: Network, on tasks: [TrainingTask], settings: MaskLearningSettings, teachers: [Teacher] = [],
    from snapshot: Snapshot? = nil, threads: Int = 1, instructionSet: InstructionSet = .best,
    progress: ((Double) -> Void)? = nil
  ) throws(PadawannError) {
    try settings.validate()
    if settings.taskMasks != nil { try TaskMaskSettings.check(tasks: tasks.count) }
    let plan = Plan(
      network: network, tasks: tasks, settings: settings, teachers: teachers, threads: threads,
      instructionSet: instructionSet)
    var present: Part?
    if let snapshot { try Self.validate(snapshot, network, tasks: tasks.count, settings) }
    let (results, beginning) = (snapshot?.results ?? [], snapshot?.beginning)
    if snapshot == nil || snapshot?.present != nil {
      present = try plan.part(behind: results, beginning, from: snapshot?.present, progress)
    }
    self.plan = plan
    self.results = results
    self.beginning = beginning
    self.present = present
  }

  /// The number of parts.
  package var parts: Int { settings.taskMasks == nil ? 1 : 1 + plan.tasks.count }
  /// The part that is being learned, or comes next; as many as there are parts where all are done.
  package var part: Int { results.count }
  /// The task whose own mask the part that is being learned, or was learned last, is for; `nil` for that of all tasks.
  package var task: Int? {
    let last = present == nil ? part - 1 : part
    return last > 0 ? last - 1 : nil
  }
  /// Whether all epochs of all parts are done.
  package var isFinished: Bool {
    settings.taskMasks == nil ? present?.learning.isFinished == true : part == parts
  }
  /// Whether no epoch is half done.
  package var isBetweenEpochs: Bool {
    present.map { $0.learning.step % $0.learning.stepsPerEpoch == 0 } ?? true
  }

  /// The epochs that were done, those of all parts together.
  package var epoch: Int {
    (0..<part).reduce(0) { $0 + settings.ofPart($1).epochs }
      + (present.map { $0.learning.step / $0.learning.stepsPerEpoch } ?? 0)
  }
  /// The batches that were done.
  package var step: Int { (0..<part).reduce(0) { $0 + plan.steps(of: $1) } + (present?.learning.step ?? 0) }
  /// The batches of all parts.
  package var steps: Int { (0..<parts).reduce(0) { $0 + plan.steps(of: $1) } }

  /// One step on one batch.
  ///
  /// - Throws: as ``MaskLearning/advance()``; ``PadawannError`` `usage` when all is done.
  package mutating func advance() throws(PadawannError) -> BatchResult {
    guard !isFinished else { throw PadawannError(.usage, "all steps of the learning are done") }
    if present == nil { present = try plan.part(behind: results, beginning, from: nil, nil) }
    guard let present else { throw Self.early }
    let result = try present.learning.advance()
    if settings.taskMasks != nil, present.learning.isFinished {
      if part == 0 { beginning = present.learning.beginning }
      results.append(present.learning.result)
      // Its memory is free before the next part takes some.
      self.present = nil
    }
    return result
  }

  /// All that it is now.
  package var snapshot: Snapshot {
    Snapshot(results: results, beginning: beginning, present: present?.learning.snapshot)
  }

  /// The network with the mask of all tasks, as ``MaskLearning/network()``.
  ///
  /// - Throws: ``PadawannError`` `usage` before that is learned.
  package func network() throws(PadawannError) -> Network {
    guard let joint = results.first else {
      guard let present else { throw Self.early }
      return try present.learning.network()
    }
    return try plan.network.learned(joint, biases: 0)
  }

  /// The learned biases of a task, by layer; empty when biases are kept.
  package func biases(task: Int) -> [Int: [Float]] {
    guard settings.taskMasks != nil else { return present?.learning.biases(task: task) ?? [:] }
    guard results.count > task + 1 else { return [:] }
    return (settings.biases == .perTask ? results[task + 1].biases : results[0].biases).first ?? [:]
  }

  /// The signs of each masked layer with a task's own mask, by node; empty where there is one mask for all.
  ///
  /// - Throws: ``PadawannError`` `usage` before it is learned.
  package func masks(task: Int) throws(PadawannError) -> [Int: EdgeWeights] {
    guard settings.taskMasks != nil else { return [:] }
    guard results.count > task + 1 else { throw Self.early }
    var masks: [Int: EdgeWeights] = [:]
    for layer in plan.network.layers {
      guard let mask = results[task + 1].masks[layer.index] else { continue }
      masks[layer.index] = try layer.weights.signsOnly().masked(by: mask).withoutPruned()
    }
    return masks
  }

  private static let early = PadawannError(.usage, "the learning is not at its end")
}

// Whether stored parts are those of this learning.
extension MaskLearningParts {
  private static func validate(
    _ snapshot: Snapshot, _ network: Network, tasks: Int, _ settings: MaskLearningSettings
  ) throws(PadawannError) {
    guard settings.taskMasks != nil else {
      guard snapshot.results.isEmpty, snapshot.beginning == nil, snapshot.present != nil else { throw broken }
      return
    }
    let done = snapshot.results.count
    guard (0...(1 + tasks)).contains(done), (done > 0) == (snapshot.beginning != nil),
      done > 0 || snapshot.present != nil, done <= tasks || snapshot.present == nil
    else { throw broken }
    try snapshot.beginning?.validate(for: network)
    let kept = try EdgeBudget(network, settings).kept
    let masked = Set(kept.keys)
    if let beginning = snapshot.beginning, Set(beginning.scores.keys) != masked { throw broken }
    let learned = masked.filter(network.hasBias)
    for (part, result) in snapshot.results.enumerated() {
      let sets =
        settings.biases == .keep
        ? 0 : settings.biases == .shared ? (part == 0 ? 1 : 0) : part == 0 ? tasks : 1
      guard result.biases.count == sets, Set(result.masks.keys) == masked,
        result.biases.allSatisfy({ Set($0.keys) == learned })
      else { throw broken }
      for layer in network.layers {
        if let mask = result.masks[layer.index] {
          guard mask.count == layer.weights.count, mask.popcount == kept[layer.index] else { throw broken }
        }
        for biases in result.biases {
          guard
            biases[layer.index].map({ $0.count == layer.bias?.count && $0.allSatisfy(\.isFinite) }) ?? true
          else { throw broken }
        }
      }
      _ = try network.learned(result, biases: 0)
    }
  }

  private static let broken = PadawannError(
    .data, "the stored parts of the learning do not fit each other", remedy: "Begin the learning anew")
}

extension Network {
  /// The network as it is, with a set of biases that were learned.
  fileprivate func withBiases(_ result: MaskLearning.Result, _ set: Int) throws(PadawannError) -> Network {
    guard result.biases.indices.contains(set) else { return self }
    var parameters = parameters
    for layer in layers {
      guard let biases = result.biases[set][layer.index], layer.bias != nil else { continue }
      parameters[layer.index] = .weighted(layer.weights, bias: biases)
    }
    return try Network(architecture: architecture, parameters: parameters)
  }
}
