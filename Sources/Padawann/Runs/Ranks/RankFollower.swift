/// A rank that computes what other ranks ask, until rank 0 ends the job.
package struct RankFollower: Sendable {
  private let link: RankLink
  private let prepare: @Sendable (_ task: [UInt8]) async throws -> any PieceComputer

  /// - Parameters:
  ///   - link: this rank's.
  ///   - prepare: makes what computes the pieces of a task.
  package init(
    _ link: RankLink, _ prepare: @escaping @Sendable (_ task: [UInt8]) async throws -> any PieceComputer
  ) {
    self.link = link
    self.prepare = prepare
  }

  /// Computes until the job ends. What goes wrong rank 0 is told, which then ends it.
  ///
  /// - Returns: the exit code that rank 0 ended it with.
  /// - Throws: ``PadawannError`` `interrupted` when rank 0 is lost.
  package func run() async throws -> Int32 {
    do {
      try await link.run { try await obey() }
    } catch {
      // Nobody is there to be told that rank 0 is lost.
      if link.stopCode == nil, link.failure == nil { link.fail(Self.told(error)) }
    }
    // A task that was cancelled cannot wait itself any more.
    try await Task.detached { [link] in try await link.over.value() }.value
    if let failure = link.failure { throw failure }
    return link.stopCode ?? 0
  }

  private func obey() async throws {
    var work: any FollowedTask = NoTask()
    for await (message, source) in link.orders {
      if message.kind == .task {
        work = Self.followed(try await prepare(message.content))
        link.send(
          RankMessage(.answer, crew: message.crew, number: Int(RankCoordinator.readiness)), to: source)
      } else if let answer = try await work.take(message) {
        link.send(RankMessage(.answer, crew: message.crew, number: Int(message.number), answer), to: source)
      }
    }
    try Task.checkCancellation()
  }

  private static func followed(_ computer: some PieceComputer) -> any FollowedTask { PieceTask(computer) }

  private static func told(_ error: any Error) -> PadawannError {
    if let error = error as? PadawannError { return error }
    guard !(error is CancellationError) else {
      return PadawannError(.interrupted, "stopped; nothing is lost of the steps that were done")
    }
    return PadawannError(.inputOutput, "reading or computing failed: \(systemReason(of: error))")
  }
}

/// What a follower makes of the messages of a task.
private protocol FollowedTask {
  /// - Returns: the answer to a piece.
  mutating func take(_ message: RankMessage) async throws -> [UInt8]?
}

private struct NoTask: FollowedTask {
  func take(_ message: RankMessage) async throws -> [UInt8]? {
    throw PadawannError(.data, "a piece came before its task")
  }
}

private struct PieceTask<Computer: PieceComputer>: FollowedTask {
  let computer: Computer
  var parts: [Int: Computer.Part] = [:]

  init(_ computer: Computer) { self.computer = computer }

  mutating func take(_ message: RankMessage) async throws -> [UInt8]? {
    guard message.kind == .piece else {
      parts[Int(message.number)] = try computer.part(message.content)
      return nil
    }
    var reader = ByteReader(message.content)
    let number = try reader.count()
    for _ in 0..<(try reader.count()) { parts[try reader.count()] = nil }
    guard let part = parts[number] else { throw PadawannError(.data, "a piece came before its part") }
    return try await computer.answer(Array(try reader.take(reader.remaining)), about: part)
  }
}
