/// What a report says of a run's configuration, whatever its kind.
struct RunDescription: Sendable {
  let kind: RunKind
  let tool: String
  let tasks: [TaskDescription]
  let tests: [RunTest]
  let parents: [RunParent]
  /// The folders of its runs, where it is a group of them.
  let members: [String]?
  /// All settings, with flat names.
  let settings: [FlatLine.Text]
  let workingFolder: String
  let dataFolder: String?

  /// Reads the configuration of a folder.
  ///
  /// - Throws: as ``RunConfiguration/read(_:in:)``.
  init(of path: String) throws {
    switch try RunHeader.read(in: path).header.kind {
    case .evolve: try self.init(RunConfiguration<EvolutionRunSettings>.read(.evolve, in: path).configuration)
    case .learn: try self.init(RunConfiguration<MaskLearningSettings>.read(.learn, in: path).configuration)
    case .train: try self.init(RunConfiguration<TrainingJob.Settings>.read(.train, in: path).configuration)
    case .finetune:
      try self.init(RunConfiguration<FineTuningJob.Settings>.read(.finetune, in: path).configuration)
    case .wann: try self.init(RunConfiguration<WannRunSettings>.read(.wann, in: path).configuration)
    }
  }

  private init<Settings>(_ configuration: RunConfiguration<Settings>) throws {
    kind = configuration.kind
    tool = configuration.tool
    tasks = configuration.tasks
    tests = configuration.tests
    parents = configuration.parents
    members = configuration.members?.map(\.folder)
    settings = try FlatLine(RunJSON.bytes(configuration.settings, isPretty: false)).texts
    workingFolder = configuration.workingFolder
    dataFolder = configuration.dataFolder
  }

  /// The command that goes on with a run of this kind in a folder; `nil` where only the same command does.
  var resumption: [String]? {
    switch kind {
    case .evolve: ["evolve", "--resume"]
    case .learn: ["learn", "--resume"]
    case .wann: ["wann", "evolve", "--resume"]
    case .train, .finetune: nil
    }
  }
}
