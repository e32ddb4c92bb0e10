/// What a run's folder says of an evolution: its plan, its parents, and how far it is.
struct StoredEvolution {
  let path: String
  let plan: EvolutionPlan
  /// SHA-256 of the settings file, which the checkpoint must name.
  let settings: Digest

  private func file(_ name: String) -> String { "\(path)/\(name)" }

  /// The content of a file; `nil` when it is not there.
  private func read(_ name: String, limit: Int) throws(PadawannError) -> [UInt8]? {
    RunFolder.has(name, in: path) ? try StoredFile.read(file(name), limit: limit) : nil
  }

  private static let sizeLimit = 1 << 30

  /// Reads the settings.
  ///
  /// - Throws: ``PadawannError`` `missing` when no run was begun here, `data` when they are damaged, `unsupported` when they are of
  ///   another version.
  init(path: String) throws(PadawannError) {
    guard RunFolder.isRun(path) else {
      throw PadawannError(.missing, "no run was begun in this folder: it has no settings.json", at: path)
    }
    self.path = path
    let bytes = try StoredFile.read("\(path)/\(RunFile.settings)", limit: Self.sizeLimit)
    settings = Digest(of: bytes)
    let place = "\(path)/\(RunFile.settings)"
    // First of all, because another version may have other keys.
    let header = try RunJSON.value(Header.self, bytes, at: place)
    guard header.schema == EvolutionPlan.schema else {
      throw PadawannError(
        .unsupported, "the run is of another kind or version: \(header.schema)", at: place,
        remedy: "Use the padawann that began it: \(header.tool)")
    }
    plan = try RunJSON.value(EvolutionPlan.self, bytes, at: place)
    do throws(PadawannError) {
      try plan.validate()
    } catch {
      throw PadawannError(.data, "the file was changed: \(error.message)", at: place)
    }
  }

  private struct Header: Decodable {
    let schema: String
    let tool: String
  }

  /// The models that the run started from.
  ///
  /// - Throws: ``PadawannError`` as ``ModelFile/read(_:)``, and `data` when a file is not the one that the run began with.
  func parents() throws(PadawannError) -> [Model] {
    var models: [Model] = []
    for parent in plan.parents {
      let stored = try ModelFile.read(file(parent.file))
      guard stored.digest.description == parent.sha256 else {
        throw PadawannError(
          .data, "this is not the model that the run began with", at: file(parent.file))
      }
      models.append(stored.model)
    }
    return models
  }

  /// The network that all individuals are parts of.
  func body() throws(PadawannError) -> EvolutionBody {
    try EvolutionBody(
      parents: try parents().map(\.network), values: plan.edgeValues(), keepsSigns: plan.keepsSigns,
      seed: plan.evolution.seed)
  }

  /// The last checkpoint; `nil` when not even the initial population was evaluated.
  ///
  /// - Throws: ``PadawannError`` `missing` when there must have been one, `data` when it is damaged or of other settings.
  func checkpoint(_ layout: EdgeLayout) throws(PadawannError) -> EvolutionCheckpoint? {
    let place = file(RunFile.checkpoint)
    guard let image = try read(RunFile.checkpoint, limit: EvolutionCheckpoint.sizeLimit) else {
      guard !RunFolder.has(RunFile.log, in: path) else {
        throw PadawannError(
          .missing, "the checkpoint is gone, although the log has generations", at: place,
          remedy: "Put it back, or begin anew in another folder")
      }
      return nil
    }
    do throws(PadawannError) {
      let checkpoint = try EvolutionCheckpoint(image: image, plan, layout)
      guard checkpoint.settings == settings else {
        throw PadawannError(
          .data, "the checkpoint belongs to other settings", remedy: "Put back the settings.json of the run")
      }
      return checkpoint
    } catch {
      throw error.inside(place)
    }
  }

  /// The individuals of the last generation as models, fittest first.
  func population() throws(PadawannError) -> [Model] {
    let body = try body()
    guard let checkpoint = try checkpoint(body.genomes[0].layout) else {
      throw PadawannError(.missing, "the run has no population yet", at: path)
    }
    var models: [Model] = []
    for individual in checkpoint.snapshot.population {
      models.append(Model(network: try body.network.masked(by: individual.genome)))
    }
    return models
  }

  /// The log up to a checkpoint's line, each line with its line feed; what stands after it was not reached.
  ///
  /// - Throws: ``PadawannError`` `data` when it has not a line for each generation, in order, or is not the one that was written.
  func log(of checkpoint: EvolutionCheckpoint) throws(PadawannError) -> [UInt8] {
    let place = file(RunFile.log)
    let generation = checkpoint.snapshot.generation
    let bytes = try read(RunFile.log, limit: Self.sizeLimit) ?? []
    let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
      .dropLast().prefix(generation)
    for (index, line) in lines.enumerated() {
      let read = try RunJSON.value(EvolutionLogLine.self, Array(line), at: "\(place), line \(index + 1)")
      guard read.generation == index else {
        throw PadawannError(
          .data, "it is of generation \(read.generation)", at: "\(place), line \(index + 1)")
      }
    }
    guard lines.count == generation else {
      throw PadawannError(
        .data, "the log has \(lines.count) generations of \(generation) before the checkpoint's", at: place,
        remedy: "Put back the log of the run")
    }
    let log = lines.flatMap { $0 + [UInt8(ascii: "\n")] } + checkpoint.logLine
    guard Digest(of: log) == checkpoint.log else {
      throw PadawannError(
        .data, "the log is not the one that was written: it was changed or is damaged", at: place,
        remedy: "Put back the log of the run")
    }
    return log
  }
}
