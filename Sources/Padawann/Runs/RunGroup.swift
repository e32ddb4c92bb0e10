/// Several runs that differ in their settings, in folders of their own inside one (`Formats/runs.md`): trials of different
/// seeds, or a sweep.
package struct RunGroup<Job: RunJob & ~Copyable>: Sendable {
  /// The folder of all.
  package let path: String
  /// What all of them share, and the list of them.
  package let configuration: RunConfiguration<Job.Settings>
  /// The runs.
  package let members: [RunMember<Job.Settings>]

  /// Begins a group in an unused folder, or joins others who work on the same.
  ///
  /// - Parameters:
  ///   - start: what all begin with, with its members.
  ///   - path: the folder of all.
  /// - Throws: ``PadawannError`` `cannotCreate` when the folder has something else in it.
  package static func begin(_ start: RunStart<Job.Settings>, in path: String) throws -> RunGroup {
    if !RunFolder.isRun(path) {
      // Held only while the folder is begun; the processes of a job array that come to it at once wait for the first.
      let folder = try RunFolder(path, creates: true, patience: .seconds(60))
      if !RunFolder.isRun(path) {
        try folder.checkIsUnused()
        try folder.write(start.parents, start.configuration)
      }
    }
    try Run<Job>.checkJoin(start.configuration, path)
    return RunGroup(
      path: path, configuration: start.configuration, members: start.configuration.members ?? [])
  }

  /// The group of a folder; `nil` when it has a single run in it.
  ///
  /// - Throws: as ``RunConfiguration/read(_:in:)``.
  package static func stored(in path: String) throws(PadawannError) -> RunGroup? {
    let configuration = try RunConfiguration<Job.Settings>.read(Job.kind, in: path).configuration
    return configuration.members.map { RunGroup(path: path, configuration: configuration, members: $0) }
  }

  /// One of the runs, from where it is.
  ///
  /// - Parameters:
  ///   - index: from 0.
  ///   - environment: where and how it works.
  /// - Throws: as ``Run/resume(_:_:)``.
  package func run(_ index: Int, _ environment: RunEnvironment) async throws -> Run<Job> {
    guard members.indices.contains(index) else {
      throw PadawannError(
        .usage, "there is no run \(index + 1) in the folder: it has 1 to \(members.count)", at: path)
    }
    let folder = try RunFolder("\(path)/\(members[index].folder)", creates: true)
    let own = configuration.member(members[index])
    if !RunFolder.isRun(folder.path) {
      try folder.checkIsUnused()
      try folder.write(RunStart.parents(configuration, in: path), own)
    }
    let stored = try RunConfiguration<Job.Settings>.read(Job.kind, in: folder.path).configuration
    guard stored.decides(as: own) else {
      throw PadawannError(
        .data, "its configuration is not that of this run of the folder that it is in", at: folder.path,
        remedy: "Put back the \(RunFolder.configuration) of both")
    }
    return try await Run.resume(folder, environment)
  }
}

extension RunStart {
  /// The same as a group of trials, whose seeds are derived from this one's.
  ///
  /// - Throws: ``PadawannError`` `usage` for a number that makes no sense.
  package func trials(_ count: Int) throws(PadawannError) -> RunStart {
    try TrialSeed.check(count)
    var start = self
    let variants = configuration.members ?? [RunMember(folder: "", settings: configuration.settings)]
    start.configuration.members = variants.flatMap { variant in
      (1...count).map { number in
        var settings = variant.settings
        settings.seed = TrialSeed.seed(of: number, from: variant.settings.seed)
        let folder = variant.folder.isEmpty ? "trial-\(number)" : "\(variant.folder)-trial-\(number)"
        return RunMember(folder: folder, settings: settings)
      }
    }
    return start
  }
}
