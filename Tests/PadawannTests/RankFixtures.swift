import Foundation
import Synchronization

@testable import Padawann

/// Ranks of one process, whose messages travel through memory.
final class MemoryRanks: Sendable {
  let count: Int
  /// What becomes of a message; `nil` when it is lost.
  private let route: @Sendable (_ message: [UInt8], _ source: Int, _ destination: Int) -> [UInt8]?
  private let boxes: Mutex<[[(message: [UInt8], source: Int)]]>
  /// The ranks that ended everything at once, and with which code.
  let aborts = Mutex<[Int32]>([])

  init(
    _ count: Int,
    _ route: @escaping @Sendable (_ message: [UInt8], _ source: Int, _ destination: Int) -> [UInt8]? = {
      message, _, _ in message
    }
  ) {
    self.count = count
    self.route = route
    boxes = Mutex([[(message: [UInt8], source: Int)]](repeating: [], count: count))
  }

  struct Transport: RankTransport {
    let ranks: MemoryRanks
    let rank: Int
    var count: Int { ranks.count }

    func send(_ message: [UInt8], to destination: Int) {
      guard let message = ranks.route(message, rank, destination) else { return }
      ranks.boxes.withLock { $0[destination].append((message, rank)) }
    }

    func receive() -> (message: [UInt8], source: Int)? {
      ranks.boxes.withLock { $0[rank].isEmpty ? nil : $0[rank].removeFirst() }
    }

    func isIdle() -> Bool { true }
    func close() {}
    func abort(_ code: Int32) { ranks.aborts.withLock { $0.append(code) } }
  }

  static func greeting(_ rank: Int, program: String = "one") -> RankGreeting {
    RankGreeting(host: "node\(rank)", tool: RunPlace.tool, program: program, fusesMultiplyAdd: true)
  }

  /// What the ranks came to: rank 0 what it returned or threw, the others their exit codes.
  struct Ending<Result: Sendable>: Sendable {
    var leader: Swift.Result<Result, any Error>
    var followers: [Int32?]
    var error: PadawannError? {
      guard case .failure(let error) = leader else { return nil }
      return error as? PadawannError
    }
  }

  /// Lets rank 0 do some work for which the others compute.
  ///
  /// - Parameters:
  ///   - greeting: what each rank is.
  ///   - patience: how long a rank may be silent; very long, because other tests may keep all threads for minutes.
  ///   - prepare: what another rank makes of a task.
  ///   - body: the work of rank 0.
  func run<Result: Sendable>(
    greeting: @escaping @Sendable (Int) -> RankGreeting = { greeting($0) },
    patience: Duration = .seconds(1200),
    prepare: @escaping @Sendable (_ rank: Int, _ task: [UInt8]) async throws -> any PieceComputer = {
      try pieceComputer(of: $1, RunPlace.environment)
    },
    _ body: @escaping @Sendable (RunEnvironment) async throws -> Result
  ) async throws -> Ending<Result> {
    let followers = (1..<count).map { rank in
      Task {
        let link = try await RankLink.open(greeting(rank), patience: patience) {
          Transport(ranks: self, rank: rank)
        }
        let code = try? await RankFollower(link) { try await prepare(rank, $0) }.run()
        link.end(code ?? 75)
        return code
      }
    }
    let link = try await RankLink.open(greeting(0), patience: patience) { Transport(ranks: self, rank: 0) }
    var environment = RunPlace.environment
    environment.sharing = RankCoordinator(link, followers: Array(1..<count))
    let ready = environment
    let leader: Swift.Result<Result, any Error>
    do {
      leader = .success(try await link.run { try await body(ready) })
      link.end(0)
    } catch {
      leader = .failure(error)
      link.end(65)
    }
    var codes: [Int32?] = []
    for follower in followers { codes.append(try await follower.value) }
    return Ending(leader: leader, followers: codes)
  }
}

extension RunPlace {
  /// Everything in a run's folder that must be the same however it was computed.
  func ending(_ name: String) throws -> [String] {
    let log = try text("\(name)/log.jsonl").replacing(/"seconds":[0-9.e-]+/, with: "")
    return [log]
      + (try ["champion.h5", "report.json"].map { Digest(of: try bytes("\(name)/\($0)")).description })
  }
}
