// What a run stores in its folder, and reads back trusting nothing.
extension RunFolder {
  /// Writes what a run begins with; the configuration last, because it makes a folder a run's.
  ///
  /// - Throws: ``PadawannError`` `cannotCreate` when a file of a parent's name is there that is not the same model; whatever writing
  ///   throws.
  func write<Settings>(_ parents: [Model], _ configuration: RunConfiguration<Settings>) throws {
    // What stands there is of a beginning that was ended, or somebody else's.
    for parent in configuration.parents where has(parent.file) {
      guard let stored = try? ModelFile.read(file(parent.file), followsLinks: false),
        stored.digest.description == parent.sha256
      else {
        throw PadawannError(
          .cannotCreate, "a file of this name, which a run needs, is in the folder already",
          at: file(parent.file), remedy: "Choose another folder")
      }
    }
    for (parent, model) in zip(configuration.parents, parents) where !has(parent.file) {
      try ModelFile.write(model, to: file(parent.file), followsLinks: false)
    }
    try write(RunJSON.bytes(configuration, isPretty: true), to: Self.configuration)
  }

  // MARK: - what a run has stored

  /// The last checkpoint; `nil` when not even the first step was done.
  ///
  /// - Throws: ``PadawannError`` `missing` when there must have been one, `data` when it is damaged or of another run.
  func checkpoint(_ kind: RunKind, _ configuration: Digest) throws(PadawannError) -> RunCheckpoint? {
    try Self.checkpoint(kind, configuration, in: path)
  }

  /// The same of a folder that somebody else may work in.
  static func checkpoint(_ kind: RunKind, _ configuration: Digest, in path: String) throws(PadawannError)
    -> RunCheckpoint?
  {
    let place = "\(path)/\(checkpoint)"
    guard has(checkpoint, in: path) else {
      guard !has(log, in: path) else {
        throw PadawannError(
          .missing, "the checkpoint is gone, although the log has steps", at: place,
          remedy: "Put it back, or begin anew in another folder")
      }
      return nil
    }
    do throws(PadawannError) {
      let stored = try RunCheckpoint(
        StoredFile.read(place, limit: RunCheckpoint.sizeLimit, followsLinks: false), kind)
      guard stored.configuration == configuration else {
        throw PadawannError(
          .data, "the checkpoint belongs to another configuration",
          remedy: "Put back the \(Self.configuration) of the run")
      }
      return stored
    } catch {
      throw error.location == place ? error : error.inside(place)
    }
  }

  /// The log up to a checkpoint's line, each line with its line feed; what stands after it was not reached.
  ///
  /// - Throws: ``PadawannError`` `data` when it has not a line for each step, or is not the one that was written.
  func log<Line: Decodable>(of checkpoint: RunCheckpoint, steps: Int, _: Line.Type) throws(PadawannError)
    -> [UInt8]
  {
    _ = try RunJSON.value(Line.self, checkpoint.logLine, at: "\(file(Self.checkpoint)): log_line")
    let place = file(Self.log)
    let lines = (try read(Self.log, limit: 1 << 30) ?? [])
      .split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).dropLast().prefix(steps - 1)
    guard lines.count == steps - 1 else {
      throw PadawannError(
        .data, "the log has \(lines.count) lines of \(steps - 1) before the checkpoint's", at: place,
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

  /// The report that was stored, if it can be read; otherwise it is made again.
  func report<Outcome>(_: Outcome.Type) -> RunReport<Outcome>? {
    guard let bytes = try? read(Self.report, limit: 1 << 28) else { return nil }
    return try? RunJSON.value(RunReport<Outcome>.self, bytes, at: Self.report)
  }

  /// The path of the model that a path means: the result of a run's folder, or the path itself.
  ///
  /// - Throws: ``PadawannError`` `missing` when a run has no result yet, or the folder has several runs.
  package static func model(at path: String) throws(PadawannError) -> String {
    guard isRun(path) else { return path }
    let file = try RunHeader.read(in: path).header.kind.resultFile
    guard has(file, in: path) else {
      throw PadawannError(
        .missing, "the run in this folder has no result (\(file))", at: path,
        remedy: "Wait for its end, or name the folder of one of its runs")
    }
    return "\(path)/\(file)"
  }

  /// The paths of the results of all runs in a folder, in their order, or of the `first`; `nil` for anything but a folder of several
  /// runs.
  ///
  /// - Throws: ``PadawannError`` `missing` when one of them has no result yet.
  package static func results(at path: String, first: Int? = nil) throws(PadawannError) -> [String]? {
    guard isRun(path), let members = try RunHeader.read(in: path).header.members else { return nil }
    return try members.prefix(first ?? members.count).map { member throws(PadawannError) in
      let folder = "\(path)/\(member.folder)"
      guard RunHeader.Member.isName(member.folder), isRun(folder) else {
        throw PadawannError(
          .missing, "this run of the folder was not begun", at: folder,
          remedy: "Take all runs of the folder to their end first")
      }
      return try model(at: folder)
    }
  }
}
