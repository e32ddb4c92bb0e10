/// Several evolutions that differ in their seeds, in folders of their own inside one (`Formats/runs.md`).
public struct EvolutionTrials: Sendable {
  /// The folder of all.
  public let path: String
  /// What decides their results, but for the seeds.
  public let plan: EvolutionPlan

  /// How many there are.
  public var count: Int { plan.trials ?? 1 }

  /// Begins trials in an unused folder, or joins others who work on the same.
  ///
  /// - Parameters:
  ///   - start: what all begin with.
  ///   - path: the folder of all.
  /// - Throws: ``PadawannError`` `cannotCreate` when the folder has something else in it.
  public static func begin(_ start: EvolutionStart, in path: String) throws -> EvolutionTrials {
    if !RunFolder.isRun(path) {
      // Held only while the folder is begun; the processes of a job array that come to it at once wait for the first.
      let folder = try RunFolder(path, creates: true, patience: .seconds(60))
      if !RunFolder.isRun(path) {
        try folder.checkIsUnused()
        try EvolutionRun.write(start.parents, start.plan, to: folder)
      }
    }
    guard try StoredEvolution(path: path).plan == start.plan else {
      throw PadawannError(
        .cannotCreate, "the folder has a run with other settings in it", at: path,
        remedy: "Choose another folder, or go on with --resume")
    }
    return EvolutionTrials(path: path, plan: start.plan)
  }

  /// The trials of a folder; `nil` when it has a single evolution in it.
  ///
  /// - Throws: ``PadawannError`` `missing` when there is no run, `unsupported` when it is of another version.
  public static func stored(in path: String, tool: String) throws(PadawannError) -> EvolutionTrials? {
    let stored = try StoredEvolution(path: path)
    try EvolutionRun.check(stored.plan, tool, at: path)
    return stored.plan.trials == nil ? nil : EvolutionTrials(path: path, plan: stored.plan)
  }

  /// One trial, from where it is.
  ///
  /// - Parameters:
  ///   - number: from 1 to ``count``.
  ///   - data: where named datasets are.
  ///   - inference: how networks are evaluated.
  /// - Throws: as ``EvolutionRun/resume(_:tool:data:inference:)``.
  public func run(_ number: Int, data: DataFolder, inference: Inference) throws -> EvolutionRun {
    guard (1...count).contains(number) else {
      throw PadawannError(.usage, "there is no trial \(number): the trials are 1 to \(count)")
    }
    let folder = try RunFolder("\(path)/\(RunFile.trial(number))", creates: true)
    if !folder.has(RunFile.settings) {
      try folder.checkIsUnused()
      try EvolutionRun.write(StoredEvolution(path: path).parents(), plan.trial(number), to: folder)
    }
    guard try StoredEvolution(path: folder.path).plan == plan.trial(number) else {
      throw PadawannError(
        .data, "its settings are not those of trial \(number) of the folder that it is in", at: folder.path,
        remedy: "Put back the settings.json of both")
    }
    return try EvolutionRun.resume(folder, tool: plan.tool, data: data, inference: inference)
  }
}

/// How several numbers lie: the mean, the sample standard deviation, and the ends.
public struct Spread: Codable, Sendable, Equatable {
  /// The mean.
  public let mean: Double
  /// The standard deviation of the sample, `√(Σ(x - mean)² / (n - 1))`; absent for a single number,
  /// and where a number is infinite.
  public let deviation: Double?
  /// The smallest.
  public let least: Double
  /// The largest.
  public let most: Double

  /// Describes numbers; `nil` when there is none.
  public init?(_ numbers: [Double]) {
    guard let least = numbers.min(), let most = numbers.max() else { return nil }
    let mean = numbers.reduce(0, +) / Double(numbers.count)
    let squares = numbers.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    self.mean = mean
    deviation =
      numbers.count > 1 && squares.isFinite ? (squares / Double(numbers.count - 1)).squareRoot() : nil
    self.least = least
    self.most = most
  }
}
