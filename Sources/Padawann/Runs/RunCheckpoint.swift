package import HDF5

/// What a job is between two steps: the part of a checkpoint that is its own.
package struct RunState: Sendable {
  package var tree: HDFGroup

  package init(_ tree: HDFGroup) { self.tree = tree }

  static let broken = PadawannError(
    .data, "the checkpoint's parts do not fit together: it is damaged")
}

/// `checkpoint.h5`: all that a run needs to go on after a step (`Formats/runs.md`). The job's part stands beside what every
/// run stores.
package struct RunCheckpoint {
  /// The job's part.
  var state: RunState
  /// SHA-256 of the configuration file that it belongs to.
  var configuration: Digest
  /// The step's line of the log, with its line feed.
  var logLine: [UInt8]
  /// SHA-256 of the log up to this line.
  var log: Digest

  private static let format = "padawann-checkpoint"
  private static let version: Int64 = 2
  static let sizeLimit = 1 << 40

  init(_ state: RunState, configuration: Digest, logLine: [UInt8], log: Digest) {
    self.state = state
    self.configuration = configuration
    self.logLine = logLine
    self.log = log
  }

  /// The bytes of the file.
  ///
  /// - Throws: ``PadawannError`` `data` when it cannot be stored.
  func encoded(_ kind: RunKind) throws(PadawannError) -> [UInt8] {
    var root = state.tree
    root.attributes =
      [
        HDFEntry("format", .text(Self.format)), HDFEntry("format_version", .integer(Self.version)),
        HDFEntry("kind", .text(kind.rawValue)),
        HDFEntry("configuration_sha256", .text(configuration.description)),
        HDFEntry("log_sha256", .text(log.description)),
      ] + root.attributes
    root.datasets.append(HDFEntry("log_line", HDFDataset(shape: [logLine.count], .uint8(logLine))))
    root.attributes.append(
      HDFEntry(ContentDigest.attribute, .text(ContentDigest.digest(of: root).description)))
    do throws(HDF5Error) {
      return try root.encoded()
    } catch {
      throw PadawannError(.data, "the checkpoint cannot be stored: \(error.message)", at: error.path)
    }
  }

  /// Reads a file, trusting nothing; that its state fits is for the job to find.
  ///
  /// - Parameters:
  ///   - bytes: of the file.
  ///   - kind: what the run does.
  /// - Throws: ``PadawannError`` `data` when it is damaged or something else, `unsupported` when it is of another version.
  package init(_ bytes: [UInt8], _ kind: RunKind) throws(PadawannError) {
    let limits = ReadLimits(
      fileBytes: Self.sizeLimit, objects: 10 * Architecture.Limits.nodes, depth: 3,
      payloadBytes: Self.sizeLimit, unusedBytes: 0)
    let root: HDFGroup
    do throws(HDF5Error) {
      root = try HDFGroup(encoded: bytes, limits: limits)
    } catch {
      throw PadawannError(.data, "the checkpoint is damaged: \(error.message)", at: error.path)
    }
    var reader = AttributeReader(root, "/")
    guard try reader.text("format") == Self.format else {
      throw PadawannError(.data, "this is not the checkpoint of a run")
    }
    guard try reader.integer("format_version") == Int(Self.version) else {
      throw PadawannError(
        .unsupported, "the checkpoint is of another version", remedy: "Use the program that wrote it")
    }
    guard try reader.text("kind") == kind.rawValue else {
      throw PadawannError(.data, "this is the checkpoint of another kind of run")
    }
    guard try reader.digest(ContentDigest.attribute) == ContentDigest.digest(of: root) else {
      throw PadawannError(.data, "the checkpoint does not match its SHA-256 digest: it is damaged")
    }
    configuration = try reader.digest("configuration_sha256")
    log = try reader.digest("log_sha256")
    guard case .uint8(let line) = root.dataset("log_line")?.elements, !line.isEmpty,
      line.firstIndex(of: UInt8(ascii: "\n")) == line.count - 1
    else { throw RunState.broken }
    logLine = line
    state = RunState(root)
  }
}
