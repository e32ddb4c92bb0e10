import Foundation
import Padawann
import Testing

/// C programs are compiled with every warning an error, and check themselves.
@Suite struct CExportTests {
  static let compiler = ["/usr/bin/gcc", "/usr/bin/cc", "/usr/bin/clang"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  @Test(.enabled(if: compiler != nil, "skipped: there is no C compiler"), arguments: 1...40)
  func randomNetworks(_ seed: UInt64) async throws {
    let network = try RandomNetworks.make(seed).network
    var model = Model(network: network, sharedWeights: [seed % 2 == 0 ? 0.5 : -1.25])
    // Some are of inputs, some of pixels.
    if seed % 3 > 0 { model.normalisation = .mnist }
    try await check(model)
  }

  @Test(.enabled(if: compiler != nil, "skipped: there is no C compiler"))
  func everyOperation() async throws {
    try await check(ExportFixture.model(ExportFixture.everyOperation()).model)
  }

  @Test(.enabled(if: compiler != nil, "skipped: there is no C compiler"), arguments: 1...10)
  func layersWithMultipliers(_ seed: UInt64) async throws {
    let network = try LayerMultiplierTests.multiplied(RandomNetworks.make(seed).network, seed: seed)
    try await check(Model(network: network, sharedWeights: [seed % 2 == 0 ? 0.5 : -1.25]))
  }

  @Test(
    .enabled(if: compiler != nil, "skipped: there is no C compiler"), arguments: [0.02, 0.5, 1] as [Float])
  func everyDensity(_ density: Float) async throws {
    for own in [false, true] {
      let network = try Fixtures.network(own: own, density: density)
      var model = Model(network: network, sharedWeights: [2])
      model.normalisation = Normalisation(mean: [0.5], deviation: [0.25])
      try await check(model)
    }
  }

  @Test(.enabled(if: compiler != nil, "skipped: there is no C compiler"))
  func namesThatWouldEndATextOrAComment() async throws {
    var model = Model(network: try Fixtures.network(), sharedWeights: [1])
    model.classNames = ["*/ int x;", "\"quoted\\", "two\nlines\r\t", "??/ ??= é \u{202e}", "0"]
    model.normalisation = .mnist
    try await check(model, names: model.classNames)
  }

  /// `test.c` has constants like `test_outputs`, which no name of the test may be.
  @Test(
    .enabled(if: compiler != nil, "skipped: there is no C compiler"),
    arguments: ["test", "memory", "run", "input", "relu", "é", "9-net"])
  func anyNameOfAFile(_ name: String) async throws {
    try await check(ExportFixture.model(Fixtures.network()).model, file: "\(name).c")
  }

  @Test func theSameModelGivesTheSameBytes() async throws {
    let stored = try ExportFixture.model(ExportFixture.everyOperation())
    let subject = try ExportSubject(stored, task: nil)
    var programs: [[UInt8]] = []
    for threads in [1, 2] {
      let vectors = try await TestVectors(of: subject, dataset: nil, by: Inference(threads: threads))
      programs.append(try CExport(file: "a/net.c").program(of: subject, vectors: vectors).bytes)
    }
    #expect(programs[0] == programs[1])
  }

  @Test func aNameThatC99CannotHaveIsRefused() async throws {
    var model = Model(network: try Fixtures.network(), sharedWeights: [1])
    model.classNames = [String(repeating: "a", count: 4096), "b", "c", "d", "e"]
    let subject = try ExportSubject(ExportFixture.stored(model), task: nil)
    let vectors = try await TestVectors(of: subject, dataset: nil, by: Inference(threads: 1))
    let error = #expect(throws: PadawannError.self) {
      try CExport(file: "net.c").program(of: subject, vectors: vectors)
    }
    #expect(error?.kind == .unsupported)
  }

  // MARK: Compilation

  /// - Parameter names: printed by the program after its checks, where they are given.
  private func check(_ model: Model, file: String = "9-net.c", names: [String] = []) async throws {
    let subject = try ExportSubject(ExportFixture.stored(model), task: nil)
    let vectors = try await TestVectors(of: subject, dataset: nil, by: Inference(threads: 1))
    let program = try CExport(file: file).program(of: subject, vectors: vectors)
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent(
      "padawann-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let source = folder.appendingPathComponent(file)
    try Data(program.bytes).write(to: source)
    let flags = ["-std=c99", "-O1", "-Wall", "-Wextra", "-Werror", "-pedantic"]
    let compiler = try #require(Self.compiler)
    // The program as a part of another one, and as its own test.
    let object = try Self.run(compiler, flags + ["-c", source.path, "-o", folder.path + "/net.o"])
    #expect(object.code == 0, "\(object.output)")
    let test = try Self.run(
      compiler, flags + ["-DPADAWANN_TEST", source.path, "-o", folder.path + "/net", "-lm"])
    #expect(test.code == 0, "\(test.output)")
    let outcome = try Self.run(folder.path + "/net", [])
    #expect(outcome.code == 0 && outcome.output.hasSuffix("\nok\n"), "\(outcome.output)")
    guard !names.isEmpty else { return }
    let printer = """
      #include <stdio.h>
      extern const char *const n9_net_class_names[\(names.count)];
      int main(void) { int i; for (i = 0; i < \(names.count); i++) printf("%s%c", n9_net_class_names[i], 0); return 0; }
      """
    try Data(printer.utf8).write(to: folder.appendingPathComponent("main.c"))
    let built = try Self.run(
      compiler,
      flags + [folder.path + "/main.c", folder.path + "/net.o", "-o", folder.path + "/names", "-lm"])
    #expect(built.code == 0, "\(built.output)")
    let printed = try Self.run(folder.path + "/names", []).output
    #expect(
      printed.split(separator: "\0", omittingEmptySubsequences: false).dropLast().map(String.init) == names)
  }

  private static func run(_ program: String, _ arguments: [String]) throws -> (code: Int32, output: String) {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = arguments
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = pipe
    process.standardInput = FileHandle.nullDevice
    try process.run()
    let output = try pipe.fileHandleForReading.readToEnd() ?? Data()
    process.waitUntilExit()
    return (process.terminationStatus, String(decoding: output, as: UTF8.self))
  }
}
