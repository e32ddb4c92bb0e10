import Foundation

/// A temporary folder with the demo network in it, in which the program that was just built can be run.
final class Workplace: Sendable {
  let folder: URL

  /// The root of the package.
  static let package = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent()

  /// The program, which the build puts beside the tests' resources.
  static let program = Bundle.module.bundleURL.deletingLastPathComponent().appendingPathComponent("padawann")

  /// - Parameter models: whether to make `net.h5` (signs) and `trained.h5` (weights) of the demo network.
  init(models: Bool = false) throws {
    folder = FileManager.default.temporaryDirectory.appendingPathComponent("padawann-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    for name in ["demo-net.pt", "demo-net.json"] {
      try FileManager.default.copyItem(
        at: Self.package.appendingPathComponent("tools/\(name)"), to: folder.appendingPathComponent(name))
    }
    guard models else { return }
    for (name, kept) in [("net.h5", "sign"), ("trained.h5", "keep")] {
      try run("import demo-net.pt --arch demo-net.json --weights \(kept) -o \(name)").check()
    }
  }

  deinit { try? FileManager.default.removeItem(at: folder) }

  func bytes(_ name: String) throws -> Data { try Data(contentsOf: folder.appendingPathComponent(name)) }

  func write(_ bytes: Data, to name: String) throws {
    let file = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try bytes.write(to: file)
  }

  /// Runs the program with arguments between single spaces.
  ///
  /// - Parameters:
  ///   - environment: added to a small fixed one, in which the home folder is the workplace and `PADAWANN_SIMD` is that of
  ///     the tests.
  ///   - output: a file that takes standard output instead.
  /// - Throws: ``Faults`` when it takes longer than a minute.
  @discardableResult
  func run(_ arguments: String, environment: [String: String] = [:], output: String? = nil) throws -> Outcome
  {
    try run(
      Self.program, arguments.split(separator: " ", omittingEmptySubsequences: false).map(String.init),
      environment,
      output)
  }

  /// Runs a line of shell in which `padawann` is the program.
  func shell(_ line: String) throws -> Outcome {
    try run(
      URL(fileURLWithPath: "/bin/bash"), ["-c", "padawann() { \"$PADAWANN\" \"$@\"; }; \(line)"],
      ["PADAWANN": Self.program.path], nil)
  }

  private func run(_ program: URL, _ arguments: [String], _ environment: [String: String], _ output: String?)
    throws -> Outcome
  {
    let process = Process()
    process.executableURL = program
    process.arguments = arguments
    process.currentDirectoryURL = folder
    let fixed = [
      "PATH": "/usr/bin:/bin", "HOME": folder.path, "COLUMNS": "100",
      "PADAWANN_SIMD": ProcessInfo.processInfo.environment["PADAWANN_SIMD"] ?? "",
    ]
    process.environment = fixed.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    let name = UUID().uuidString
    let files = ["out", "err"].map { folder.appendingPathComponent(".\(name).\($0)") }
    for file in files { try Data().write(to: file) }
    defer { for file in files { try? FileManager.default.removeItem(at: file) } }
    let handles = [
      try FileHandle(forWritingTo: output.map { URL(fileURLWithPath: $0) } ?? files[0]),
      try FileHandle(forWritingTo: files[1]),
    ]
    // Foundation keeps them open for as long as the tests run, and fails with a thousand open files.
    defer { for handle in handles { try? handle.close() } }
    process.standardOutput = handles[0]
    process.standardError = handles[1]
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    try process.run()
    guard ended.wait(timeout: .now() + 300) == .success else {
      process.terminate()
      throw Faults.slow(arguments.joined(separator: " "))
    }
    return Outcome(
      code: process.terminationStatus,
      output: String(decoding: try Data(contentsOf: files[0]), as: UTF8.self),
      errors: String(decoding: try Data(contentsOf: files[1]), as: UTF8.self))
  }
}

/// What came of a run.
struct Outcome {
  let code: Int32
  let output: String
  let errors: String

  /// The report on standard output.
  func json() throws -> [String: Any] {
    guard let object = try JSONSerialization.jsonObject(with: Data(output.utf8)) as? [String: Any] else {
      throw Faults.noReport(output)
    }
    return object
  }

  /// - Throws: ``Faults`` unless the run ended well.
  @discardableResult
  func check() throws -> Outcome {
    guard code == 0 else { throw Faults.failed(code, errors) }
    return self
  }
}

/// Whether two texts have the same words, where numbers may differ in their sixth digit or the last that is shown: results
/// without fused multiply-add are rounded differently.
func agree(_ text: String, _ other: String) -> Bool {
  let words = [text, other].map { $0.split(whereSeparator: \.isWhitespace).map(String.init) }
  guard words[0].count == words[1].count else { return false }
  return zip(words[0], words[1]).allSatisfy { first, second in
    guard first != second, first.count == second.count, let a = Double(first), let b = Double(second) else {
      return first == second
    }
    let decimals = first.split(separator: ".").dropFirst().first?.count ?? 0
    return abs(a - b) <= 2e-6 * abs(a) + 1.01 * pow(10, -Double(decimals))
  }
}

/// The same for JSON.
func agree(_ value: Any?, _ other: Any?) -> Bool {
  switch (value, other) {
  case (let value as [String: Any], let other as [String: Any]):
    value.count == other.count && value.allSatisfy { agree($0.value, other[$0.key]) }
  case (let value as [Any], let other as [Any]):
    value.count == other.count && zip(value, other).allSatisfy { agree($0 as Any?, $1 as Any?) }
  case (let value as NSNumber, let other as NSNumber):
    value == other || abs(value.doubleValue - other.doubleValue) <= 1e-5 * abs(value.doubleValue)
  default: (value as? NSObject) == (other as? NSObject)
  }
}

enum Faults: Error {
  case slow(String), failed(Int32, String), noReport(String)

  /// A whole number of the environment.
  static func number(_ name: String) -> Int? {
    ProcessInfo.processInfo.environment[name].flatMap(Int.init)
  }

  /// The key of what the tests draw: `PADAWANN_SEED`.
  static let seed = UInt64(number("PADAWANN_SEED") ?? 1)
}
