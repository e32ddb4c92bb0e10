import Foundation
import Padawann

#if MPI
  import MPI
#endif

/// How this process was started: alone, or with others by mpirun or srun.
enum Launch {
  /// The number of this process among those that were started together; `nil` for one alone.
  static var rank: Int? {
    let environment = ProcessInfo.processInfo.environment
    // Open MPI's mpirun, Slurm's and others' PMIx, MPICH's launcher and Slurm's PMI.
    return ["OMPI_COMM_WORLD_RANK", "PMIX_RANK", "PMI_RANK"].lazy.compactMap {
      environment[$0].flatMap { Int($0) }
    }
    .first
  }

  /// Whether what this process would say, or do alone, rank 0 says and does.
  static var isFollower: Bool {
    #if MPI
      return (rank ?? 0) > 0
    #else
      return false
    #endif
  }

  /// Meets the processes that were started with this one; `nil` for one alone.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when MPI cannot, or the program was built without it.
  static func link(_ environment: RunEnvironment) async throws -> RankLink? {
    guard rank != nil else { return nil }
    #if MPI
      let greeting = try RankGreeting.own(tool: environment.tool, environment.inference.instructionSet)
      return try await RankLink.open(greeting) { () throws(PadawannError) in try MPITransport() }
    #else
      guard Int(ProcessInfo.processInfo.environment["OMPI_COMM_WORLD_SIZE"] ?? "") ?? 1 > 1 else {
        return nil
      }
      throw PadawannError(
        .unsupported, "several processes were started together, but this program was built without MPI",
        remedy: "Build it with: swift build -c release --traits MPI")
    #endif
  }
}

#if MPI
  /// Messages by MPI.
  private struct MPITransport: RankTransport {
    private let world: MPIWorld

    init() throws(PadawannError) { world = try Self.asking { () throws(MPIError) in try MPIWorld() } }

    var rank: Int { world.rank }
    var count: Int { world.count }

    func send(_ message: [UInt8], to rank: Int) throws(PadawannError) {
      try Self.asking { () throws(MPIError) in try world.send(message, to: rank) }
    }

    func receive() throws(PadawannError) -> (message: [UInt8], source: Int)? {
      try Self.asking { () throws(MPIError) in try world.receive() }
    }

    func isIdle() throws(PadawannError) -> Bool {
      try Self.asking { () throws(MPIError) in try world.isIdle() }
    }

    func close() { world.close() }
    func abort(_ code: Int32) { world.abort(code) }

    private static func asking<Value>(_ body: () throws(MPIError) -> Value) throws(PadawannError) -> Value {
      do throws(MPIError) {
        return try body()
      } catch {
        throw PadawannError(
          .interrupted, "MPI failed: \(error.text); nothing is lost of the steps that were done",
          remedy: "Go on with the run when its cause is gone")
      }
    }
  }
#endif
