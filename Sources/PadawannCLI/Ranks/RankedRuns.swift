import Foundation
import Padawann

/// The runs of a command on several ranks: rank 0 does what a process alone does, and the others compute for it.
struct RankedRuns<Job: DisplayedJob & ~Copyable>: Sendable {
  let link: RankLink
  let driver: RunDriver<Job>

  /// Does the work of this rank. Only on rank 0, and only if all goes well, it returns; otherwise the process ends with the exit
  /// code of the whole job.
  ///
  /// - Parameter body: the work of rank 0, or of a process alone.
  func carryOut<Result: Sendable>(
    _ body: @escaping @Sendable (RunDriver<Job>) async throws -> Result
  ) async -> Result {
    do {
      guard link.rank == 0 else { leave(nil, try await follow()) }
      var driver = driver
      driver.link = link
      driver.environment.sharing = RankCoordinator(link, followers: Array(1..<max(link.count, 1)))
      let (link, ready) = (link, driver)
      let result = try await Interruption().run { try await link.run { try await body(ready) } }
      driver.line.note(link.summary)
      link.end(0)
      return result
    } catch {
      let failure = Failure(error)
      leave(failure.message, failure.code)
    }
  }

  /// The message is told before the end, which can be an abrupt one.
  private func leave(_ message: String?, _ code: Int32) -> Never {
    if let message, !message.isEmpty { Output.writeError(message + "\n") }
    link.end(code)
    exit(code)
  }

  private func follow() async throws -> Int32 {
    let (link, driver) = (link, driver)
    let follower = RankFollower(link) { task in
      if let members = try MembersTask(task) { return try MemberComputer<Job>(members, link, driver) }
      return try pieceComputer(of: task, driver.environment)
    }
    return try await Interruption().run { try await follower.run() }
  }
}

/// The runs of a group side by side: crews of ranks, each of which takes one run after another to its end.
struct MembersTask: Sendable {
  /// The group's folder.
  let path: String
  /// The first rank of every crew, which leads it, ascending.
  let leaders: [Int]

  private static let mark = "runs side by side"

  /// Divides ranks among the runs of a group; `nil` when every run had better have all of them.
  init?<Job: RunJob & ~Copyable>(_ group: RunGroup<Job>, ranks: Int) {
    let crews = min(group.members.count, ranks / min(ranks, Job.usefulRanks(group.configuration)))
    guard crews > 1 else { return nil }
    path = group.path
    leaders = (0..<crews).map { $0 * ranks / crews }
  }

  /// The ranks that compute for a leader.
  func followers(of leader: Int, ranks: Int) -> [Int] {
    Array((leader + 1)..<(leaders.first { $0 > leader } ?? ranks))
  }

  var encoded: [UInt8] {
    Array(([Self.mark, path] + leaders.map { "\($0)" }).joined(separator: "\n").utf8)
  }

  /// Reads it; `nil` when it is something else.
  init?(_ bytes: [UInt8]) throws(PadawannError) {
    let lines = String(decoding: bytes, as: UTF8.self).split(
      separator: "\n", omittingEmptySubsequences: false)
    guard lines.first == Self.mark[...], lines.count > 2 else { return nil }
    path = lines.dropFirst().dropLast(lines.count - 2).joined()
    leaders = lines.dropFirst(2).compactMap { Int($0) }
  }
}

/// Takes runs of a group to their end, together with the ranks of a crew.
struct MemberComputer<Job: DisplayedJob & ~Copyable>: PieceComputer {
  private let group: RunGroup<Job>
  private let driver: RunDriver<Job>

  init(_ task: MembersTask, _ link: RankLink, _ driver: RunDriver<Job>) throws {
    guard let group = try RunGroup<Job>.stored(in: task.path) else {
      throw PadawannError(.data, "the folder has a single run in it", at: task.path)
    }
    let followers = task.followers(of: link.rank, ranks: link.count)
    self.group = group
    var driver = driver
    driver.environment.sharing = followers.isEmpty ? nil : RankCoordinator(link, followers: followers)
    if link.rank > 0 { driver.line.silence() }
    self.driver = driver
  }

  func part(_ content: [UInt8]) -> Bool { true }

  func answer(_ request: [UInt8], about part: Bool) async throws -> [UInt8] {
    let member = String(decoding: request, as: UTF8.self)
    guard let index = group.members.firstIndex(where: { $0.folder == member }) else {
      throw PadawannError(.data, "there is no such run in the folder", at: "\(group.path)/\(member)")
    }
    _ = try await driver.finish(group, index: index)
    return []
  }
}

extension RunDriver where Job: ~Copyable {
  /// Takes the runs of a group to their end by crews of ranks, where there are more ranks than one run has work for.
  func finishSideBySide(_ group: RunGroup<Job>) async throws {
    guard let link, let task = MembersTask(group, ranks: link.count) else { return }
    line.note("\(group.members.count) runs, \(task.leaders.count) at a time")
    let crews = RankCoordinator(link, followers: Array(task.leaders.dropFirst()))
    crews.begin(task.encoded)
    let work = PieceWork(group.members.map { Array($0.folder.utf8) })
    _ = try await crews.answers(to: work, by: MemberComputer(task, link, self), progress: nil)
  }
}

extension RankLink {
  /// What rank 0 tells at the end.
  fileprivate var summary: String {
    let traffic = traffic
    return
      "\(count) ranks: rank 0 sent \(Format.size(traffic.sentBytes)) in \(Format.count(traffic.sentMessages)) messages and "
      + "received \(Format.size(traffic.receivedBytes)) in \(Format.count(traffic.receivedMessages)); "
      + "\(Format.decimal(traffic.ownSeconds, 2)) of its \(Format.decimal(traffic.processSeconds, 2)) CPU seconds were not for pieces"
  }
}
