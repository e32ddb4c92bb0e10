import Foundation

/// Fetches one published file from the first mirror that has it, and puts it in its place when its checksum agrees.
///
/// What has arrived is kept in a sibling with the ending `.part`, from which a later attempt goes on; the content is the
/// same on every mirror, so it may go on from another one.
package struct Download: Sendable {
  /// How patient to be.
  package struct Settings: Hashable, Sendable {
    /// The longest time in seconds without a byte.
    package var timeout: Double
    /// How often one mirror is tried, as long as each attempt brings something.
    package var attempts: Int

    /// 30 seconds and 5 attempts unless told.
    package init(timeout: Double = 30, attempts: Int = 5) {
      self.timeout = timeout
      self.attempts = attempts
    }
  }

  /// What is fetched.
  package let file: PublishedFile
  /// Complete addresses, tried in this order.
  package let addresses: [String]
  /// The folder that it goes into, which is made if need be.
  package let folder: String
  /// How patient to be.
  package let settings: Settings

  /// Prepares a download; nothing is touched yet.
  package init(
    _ file: PublishedFile, from addresses: [String], into folder: String, settings: Settings = Settings()
  ) {
    self.file = file
    self.addresses = addresses
    self.folder = folder
    self.settings = settings
  }

  /// Where the file goes.
  package var target: String { "\(folder)/\(file.name)" }
  private var partial: String { target + ".part" }

  /// Fetches the file, whatever is at its place.
  ///
  /// - Throws: ``PadawannError`` `unavailable` with what every mirror answered, `cannotCreate` or `inputOutput` when the
  ///   folder or the disk is the problem; `CancellationError` when the task is cancelled.
  package func run(report: @escaping DownloadEvent.Receiver) async throws {
    try makeFolder()
    let part = try PartialFile(partial)
    var reasons: [String] = []
    for address in addresses {
      do {
        try await fetch(address, into: part, report: report)
        try part.place(at: target)
        return report(.finished(path: target, byteCount: part.byteCount))
      } catch let error as PadawannError where error.kind == .unavailable {
        reasons.append("\(address): \(error.message)")
      }
    }
    part.removeIfEmpty()
    throw PadawannError(
      .unavailable, "\(file.name) cannot be downloaded (\(reasons.joined(separator: "; ")))", at: folder,
      remedy: "Check the connection, name another server, or put \(file.name) into the folder yourself",
      choice: .server)
  }

  private func makeFolder() throws(PadawannError) {
    do {
      try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    } catch {
      throw PadawannError(
        .cannotCreate, "the folder cannot be made: \(systemReason(of: error))", at: folder,
        remedy: "Choose a folder that you may write to", choice: .dataFolder)
    }
  }

  /// Tries one mirror for as long as its answers bring the file nearer.
  private func fetch(_ address: String, into part: PartialFile, report: @escaping DownloadEvent.Receiver)
    async throws
  {
    var last = PadawannError(.unavailable, "no attempt was made")
    for _ in 0..<max(1, settings.attempts) {
      let present = try part.usable(of: file)
      if present > 0, try isComplete(part) { return }
      report(.started(file: file.name, address: address, present: present))
      do {
        try await request(address, from: present, into: part, report: report)
        if try isComplete(part) { return }
        throw try refusal(of: part)
      } catch let error as PadawannError where error.kind == .unavailable {
        last = error
        // What an answer changed, be it more bytes or a damaged start thrown away, makes another attempt worth it.
        guard part.byteCount != present else { break }
      }
      report(.failed(address: address, reason: last.message))
    }
    report(.failed(address: address, reason: last.message))
    throw last
  }

  /// Why a body that arrived without an error is not the file; a wrong one is thrown away.
  private func refusal(of part: PartialFile) throws(PadawannError) -> PadawannError {
    if let expected = file.byteCount, part.byteCount < expected {
      return PadawannError(.unavailable, "the connection ended after \(part.byteCount) of \(expected) bytes")
    }
    try part.clear()
    return PadawannError(.unavailable, "the server sent something else: its checksum is wrong")
  }

  private func isComplete(_ part: PartialFile) throws -> Bool {
    try part.synchronize()
    guard file.byteCount == nil || file.byteCount == part.byteCount else { return false }
    return file.agrees(with: try Checksums(ofFile: partial))
  }

  private func request(
    _ address: String, from present: Int, into part: PartialFile, report: @escaping DownloadEvent.Receiver
  )
    async throws
  {
    guard let url = URL(string: address), url.scheme == "https" || url.scheme == "http" else {
      throw PadawannError(.unavailable, "this is not an http or https address")
    }
    let body = BodyReceiver(file: file, part: part, present: present, report: report)
    try await body.receive(url, timeout: settings.timeout)
  }
}
