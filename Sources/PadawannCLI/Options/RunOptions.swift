import ArgumentParser
import Padawann

/// A command whose work several ranks can share; of all others only rank 0 does anything.
protocol RankedCommand {}

/// The folder of a run that is begun or gone on with, and how many runs there are in it.
struct RunOptions: ParsableArguments {
  @Option(
    name: .shortAndLong, help: ArgumentHelp("The folder of the run, which is made.", valueName: "folder"),
    completion: .directory)
  var output: String?

  @Option(
    help: ArgumentHelp(
      "Go on with the run of this folder, or finish all runs in it.", valueName: "folder"),
    completion: .directory)
  var resume: String?

  @Option(
    help: ArgumentHelp(
      "Only say how far the run of this folder is, also while another process works in it.",
      valueName: "folder"),
    completion: .directory)
  var status: String?

  @OptionGroup var several: TrialOptions

  var trials: Int? { several.trials }
  var trial: Int? { several.trial }

  @OptionGroup var events: EventOptions

  func validate() throws {
    guard [output, resume, status].count(where: { $0 != nil }) == 1 else {
      throw ValidationError("give one of --output, --resume and --status")
    }
    guard output?.isEmpty != true, resume?.isEmpty != true else {
      throw ValidationError("the name of a folder cannot be empty")
    }
    guard status == nil || (trials == nil && trial == nil) else {
      throw ValidationError("--status only looks at a folder: give no trials")
    }
    guard resume == nil || trials == nil else {
      throw ValidationError("--resume goes on with what the run was begun with: give no trials")
    }
  }

  /// Whether nothing is begun, so that nothing may be given to begin with.
  var isBegunAlready: Bool { resume != nil || status != nil }

  /// Begins or goes on with what a command means, and takes it to its end, unless a signal stops it.
  ///
  /// - Parameters:
  ///   - command: the command that goes on with it.
  ///   - start: what is begun; not asked for with --resume.
  /// - Returns: the folder, and what came of each run in it.
  func carryOut<Job: DisplayedJob & ~Copyable>(
    _: Job.Type, as command: String, _ dataFolder: DataFolderOptions, _ compute: ComputeOptions,
    _ start: @escaping @Sendable (RunDriver<Job>) async throws -> RunStart<Job.Settings>
  ) async throws -> (folder: String, reports: [RunReport<Job.Outcome>]) {
    let driver = try RunDriver<Job>(
      data: resume == nil ? dataFolder.folder() : dataFolder.given, threads: compute,
      writesEvents: events.tensorboard
    ) { Shell.command(["padawann"] + command.split(separator: " ").map(String.init) + ["--resume", $0]) }
    // One of several runs is what a process of its own was started for.
    guard trial == nil, let link = try await Launch.link(driver.environment) else {
      return try await Interruption().run { try await finish(driver) { try await start(driver) } }
    }
    return await RankedRuns(link: link, driver: driver).carryOut { driver in
      try await finish(driver) { try await start(driver) }
    }
  }

  /// Takes what is meant to its end.
  ///
  /// - Parameters:
  ///   - driver: the command's.
  ///   - start: what is begun; not asked for with --resume.
  /// - Returns: the folder, and what came of each run in it.
  func finish<Job: DisplayedJob & ~Copyable>(
    _ driver: RunDriver<Job>, _ start: () async throws -> RunStart<Job.Settings>
  ) async throws -> (folder: String, reports: [RunReport<Job.Outcome>]) {
    if let resume { return (resume, try await driver.resume(resume, only: trial).map(\.report)) }
    let path = output ?? ""
    var begun = try await start()
    if let trials { begun = try begun.trials(trials) }
    guard begun.configuration.members != nil else {
      return (path, [try await driver.begin(begun, in: path).report])
    }
    let group = try RunGroup<Job>.begin(begun, in: path)
    return (path, try await driver.finish(group, only: trial).map(\.report))
  }
}
