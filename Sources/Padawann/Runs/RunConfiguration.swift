import Foundation

/// Everything that decides what comes of a run: `configuration.json` of its folder (`Formats/runs.md`).
package struct RunConfiguration<Settings: RunSettings>: Codable, Hashable, Sendable {
  /// The structure and its version.
  package private(set) var schema = RunConfigurationSchema.current
  /// What is done.
  package let kind: RunKind
  /// The version of what the job computes.
  package let algorithm: Int
  /// The program that began the run, and its version.
  package let tool: String
  /// The job's own settings.
  package var settings: Settings
  /// What it is done for.
  package let tasks: [TaskDescription]
  /// The models that it starts from, which are in the folder.
  package let parents: [RunParent]
  /// What the result is measured on at the end; never looked at before.
  package let tests: [RunTest]
  /// The runs of a group, each in a folder of its own; absent for a single run.
  package var members: [RunMember<Settings>]?
  /// How the result is stored; absent for ``ModelStorage/plain``.
  package var storage: ModelStorage?
  /// The folder from which relative paths of datasets lead, where they do not lead from the present one.
  package let workingFolder: String
  /// Where named datasets were.
  package let dataFolder: String?

  /// Puts a configuration together.
  ///
  /// - Parameters:
  ///   - kind: what is done.
  ///   - settings: the job's own.
  ///   - tasks: what it is done for.
  ///   - parents: the digests of the models that it starts from.
  ///   - tests: what the result is measured on.
  ///   - environment: the program, and where named datasets are.
  init(
    _ kind: RunKind, _ settings: Settings, tasks: [EvaluationTask], parents: [Digest], tests: [RunTest],
    _ environment: RunEnvironment
  ) {
    self.kind = kind
    algorithm = kind.algorithm
    tool = environment.tool
    self.settings = settings
    self.tasks = tasks.map(TaskDescription.init)
    self.parents = parents.enumerated().map { index, digest in
      RunParent(file: RunFolder.parent(index), sha256: digest.description)
    }
    self.tests = tests
    workingFolder = FileManager.default.currentDirectoryPath
    dataFolder = environment.data.map { URL(fileURLWithPath: $0.path).path }
  }

  /// Whether another configuration leads to the same result: whoever began it, and wherever.
  func decides(as other: RunConfiguration) -> Bool {
    kind == other.kind && algorithm == other.algorithm && settings == other.settings && tasks == other.tasks
      && parents == other.parents && tests == other.tests && members == other.members
      && storage == other.storage
  }

  /// The configuration of one run of a group.
  func member(_ member: RunMember<Settings>) -> RunConfiguration {
    var configuration = self
    configuration.settings = member.settings
    configuration.members = nil
    return configuration
  }

  /// How a result is stored.
  func form(of model: Model) -> ModelForm { (storage ?? .plain).form(for: model.network) }

  /// The data folder that a run works with.
  func data(_ environment: RunEnvironment) throws(PadawannError) -> DataFolder {
    if let data = environment.data { return data }
    guard let dataFolder else { throw PadawannError(.missing, "it is not known where the datasets are") }
    return DataFolder(path: dataFolder)
  }
}

/// The version of the structure that this program writes and reads.
enum RunConfigurationSchema {
  static let current = "padawann.run/1"
}

/// One run of a group: what its folder is called, and what is special about it.
package struct RunMember<Settings: RunSettings>: Codable, Hashable, Sendable {
  /// The name of its folder inside the group's.
  package let folder: String
  /// Its settings.
  package let settings: Settings
}

/// One task of a run, as its folder stores it.
package struct TaskDescription: Codable, Hashable, Sendable {
  /// Its name.
  package let name: String
  /// The dataset spec.
  package let dataset: String
  /// The digest of its images and labels.
  package let datasetSha256: String
  /// The number of images.
  package let images: Int
  /// The output of each class.
  package let outputs: [Int]

  init(_ task: EvaluationTask) {
    name = task.name
    dataset = task.dataset.name
    datasetSha256 = task.dataset.digest.description
    images = task.dataset.count
    outputs = task.outputs
  }
}

/// A model that a run started from.
package struct RunParent: Codable, Hashable, Sendable {
  /// The name of its file in the folder.
  package let file: String
  /// The digest of its content.
  package let sha256: String
}

/// Data that the result of a run is measured on, and that is never looked at before.
package struct RunTest: Codable, Hashable, Sendable {
  /// The dataset spec.
  package let dataset: String
  /// The output of each class; the first ones in order when `nil`.
  package let outputs: [Int]?
  /// The task whose images they are, as which the model answers; `nil` for data of no task.
  package let task: String?

  /// Names data of no task.
  package init(dataset: String) {
    self.dataset = dataset
    outputs = nil
    task = nil
  }

  init(dataset: String, of task: EvaluationTask) {
    self.dataset = dataset
    // Of images without labels nobody knows what the outputs stand for.
    outputs = task.dataset.isLabelled ? task.outputs : nil
    self.task = task.name
  }
}

// MARK: - reading

extension RunConfiguration {
  /// Reads a configuration file, trusting nothing.
  ///
  /// - Parameters:
  ///   - kind: what the run must do.
  ///   - path: the folder of the run.
  /// - Returns: the configuration, and the digest of its file, which the checkpoint must name.
  /// - Throws: ``PadawannError`` `missing` when no run was begun here, `data` when the file is damaged, `unsupported` when it is of
  ///   another kind, version or algorithm.
  static func read(_ kind: RunKind, in path: String) throws(PadawannError) -> (
    configuration: RunConfiguration, digest: Digest
  ) {
    let (bytes, header) = try RunHeader.read(in: path)
    let place = "\(path)/\(RunFolder.configuration)"
    guard header.kind == kind else {
      throw PadawannError(
        .unsupported, "this is a run of \(header.kind.rawValue), not of \(kind.rawValue)", at: place)
    }
    guard header.algorithm == kind.algorithm else {
      throw PadawannError(
        .unsupported, "the run was begun with another algorithm, by \(header.tool)", at: place,
        remedy: "Go on with the program that began it")
    }
    let configuration = try RunJSON.value(RunConfiguration.self, bytes, at: place)
    do throws(PadawannError) {
      try configuration.validate()
    } catch {
      throw PadawannError(.data, "the file was changed: \(error.message)", at: place)
    }
    return (configuration, Digest(of: bytes))
  }

  /// Checks a configuration that was read from a file.
  ///
  /// - Throws: ``PadawannError`` when it is none that this program writes.
  private func validate() throws(PadawannError) {
    try settings.validate()
    guard !tasks.isEmpty, tasks.allSatisfy({ $0.images > 0 }) else {
      throw PadawannError(.data, "a run needs a task with images")
    }
    // A parent's file is written where a member of a group begins, and must stay inside its folder.
    guard parents.isEmpty != kind.hasParents,
      parents.indices.allSatisfy({ parents[$0].file == RunFolder.parent($0) })
    else {
      throw PadawannError(.data, "its parents are not \(RunFolder.parent(0)) and so on")
    }
    guard let members else { return }
    guard !members.isEmpty, Set(members.map(\.folder)).count == members.count,
      members.allSatisfy({ RunHeader.Member.isName($0.folder) })
    else { throw PadawannError(.data, "the folders of its runs are not trial-1 and so on") }
    for member in members { try member.settings.validate() }
  }
}

/// What every version's configuration says first.
struct RunHeader: Decodable {
  let schema: String
  let kind: RunKind
  let algorithm: Int
  let tool: String
  /// The runs of a group; absent for a single run.
  let members: [Member]?

  /// One run of a group.
  struct Member: Decodable {
    let folder: String

    /// Whether this can be the name of a run's folder inside its group's.
    static func isName(_ folder: String) -> Bool {
      folder.wholeMatch(of: /(trial|density)-[0-9][0-9a-z.+-]*/) != nil
    }
  }

  private struct Version: Decodable {
    let schema: String
    let tool: String?
  }

  private static let sizeLimit = 1 << 28

  /// Reads it.
  ///
  /// - Returns: the bytes of the file, and its header.
  /// - Throws: as ``RunConfiguration/read(_:in:)``.
  static func read(in path: String) throws(PadawannError) -> (bytes: [UInt8], header: RunHeader) {
    let place = "\(path)/\(RunFolder.configuration)"
    guard RunFolder.isRun(path) else {
      guard !RunFolder.has("settings.json", in: path) else {
        throw PadawannError(
          .unsupported, "the run was begun by an earlier version", at: path,
          remedy: "Go on with the program that began it, or begin anew in another folder")
      }
      throw PadawannError(
        .missing, "no run was begun in this folder: it has no \(RunFolder.configuration)", at: path)
    }
    let bytes = try StoredFile.read(place, limit: sizeLimit, followsLinks: false)
    // First of all, because another version may have other keys.
    let version = try RunJSON.value(Version.self, bytes, at: place)
    guard version.schema == RunConfigurationSchema.current else {
      throw PadawannError(
        .unsupported, "the run is of another version: \(version.schema)", at: place,
        remedy: "Use the program that began it\(version.tool.map { ": \($0)" } ?? "")")
    }
    return (bytes, try RunJSON.value(RunHeader.self, bytes, at: place))
  }
}
