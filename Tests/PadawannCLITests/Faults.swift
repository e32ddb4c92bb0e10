import Foundation

/// Ends the program, or takes its space away, at the n-th call that changes a file: `Faults/faults.c` between the program and
/// the system. On Linux where there is a C compiler.
struct FaultInjection: Sendable {
  private let library: String

  /// What becomes of a call.
  enum Fault: String, CaseIterable {
    case killBefore = "kill-before"
    case killHalf = "kill-half"
    case killAfter = "kill-after"
    case full
    case fullOnce = "full-once"

    static let kills: [Fault] = [.killBefore, .killHalf, .killAfter]
  }

  /// Compiled once for all tests; nil where that is not possible.
  static let shared: FaultInjection? = compiled()

  private static func compiled() -> FaultInjection? {
    #if os(Linux)
      let source = Workplace.package.appendingPathComponent("Tests/PadawannCLITests/Faults/faults.c").path
      let library = Workplace.program.deletingLastPathComponent().appendingPathComponent("faults.so").path
      for compiler in ["/usr/bin/cc", "/usr/bin/gcc", "/usr/bin/clang", "/usr/local/bin/clang"]
      where FileManager.default.isExecutableFile(atPath: compiler) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: compiler)
        process.arguments = ["-O1", "-shared", "-fPIC", "-o", library, source, "-ldl"]
        guard (try? process.run()) != nil else { continue }
        process.waitUntilExit()
        if process.terminationStatus == 0 { return FaultInjection(library: library) }
      }
    #endif
    return nil
  }

  private func environment(_ place: Workplace) -> [String: String] {
    ["LD_PRELOAD": library, "FAULTS_BELOW": place.folder.resolvingSymlinksInPath().path]
  }

  /// Runs a command and tells how many calls change files.
  func count(_ command: String, in place: Workplace) throws -> (outcome: Outcome, calls: Int) {
    let file = "\(place.folder.path).calls"
    defer { try? FileManager.default.removeItem(atPath: file) }
    let outcome = try place.run(
      command, environment: environment(place).merging(["FAULTS_COUNT": file]) { $1 })
    let calls = try? String(contentsOfFile: file, encoding: .utf8).split(separator: "\n").count
    return (outcome, calls ?? 0)
  }

  /// Runs a command with a fault at the n-th call, from 1.
  func run(_ command: String, in place: Workplace, _ fault: Fault, at call: Int) throws -> Outcome {
    let faults = ["FAULTS_AT": "\(call)", "FAULTS_HOW": fault.rawValue]
    return try place.run(command, environment: environment(place).merging(faults) { $1 })
  }
}
