import Foundation
import Padawann
import Testing

/// The example of the README and of the documentation, compiled with what another package sees of the library.
@Suite struct LibraryExampleTests {
  private static let package = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
  private static let shared = package.deletingLastPathComponent().appendingPathComponent("shared").path
  private static let isThere = FileManager.default.fileExists(atPath: shared + "/models/mnist-net.pt")

  /// Whether the compiler optimises: 10,000 images take half a minute where it does not.
  private static let isFast: Bool = {
    #if DEBUG
      return false
    #else
      return true
    #endif
  }()

  /// The example, with paths that begin with the folders of its files, which the README leaves out.
  private static func example(_ models: String, _ sets: String, _ output: String) async throws -> Double {
    // begin
    // A pre-trained network becomes a PADAWANN, in a file.
    let tensors = try ImportedParameters(TensorFile.read("\(models)mnist-net.pt"))
    let imported = try NetworkImport().network(tensors.parameters, Preset.mnistNet.architecture)
    try ModelFile.write(Model(network: imported), to: "\(output)mnist.h5")

    // A stored model is evaluated.
    let network = try ModelFile.read("\(output)mnist.h5").model.network
    let digits = try DatasetSpec.parse("mnist:test").load(from: DataFolder(path: "\(sets)data"))
    let predictions = try await Inference(threads: 2).predictions(
      of: network, on: digits, magnitude: .shared(0.5))
    let accuracy = try Scores(of: predictions).accuracy.value
    print("\(network.remainingEdges) edges, \(accuracy)")
    // end
    return accuracy
  }

  @Test(arguments: ["README.md", "Sources/Padawann/Padawann.docc/Padawann.md"])
  func isWhatTheDocumentationShows(page: String) throws {
    let source = try String(contentsOfFile: #filePath, encoding: .utf8)
    let body = try #require(source.firstMatch(of: /\/\/ begin\n(.*?)\n *\/\/ end\n/.dotMatchesNewlines())?.1)
    let indented = body.split(separator: "\n", omittingEmptySubsequences: false)
    let lines = indented.map { String($0.dropFirst(4)).replacing(/\\\((models|sets|output)\)/, with: "") }
    let text = try String(contentsOf: Self.package.appendingPathComponent(page), encoding: .utf8)
    let shown = try #require(
      text.firstMatch(of: /```swift\nimport Padawann\n\n(.*?)```/.dotMatchesNewlines())?.1)
    #expect(shown == lines.joined(separator: "\n") + "\n")
  }

  @Test(.enabled(if: isThere && isFast, "skipped: ../shared is not there, or this is a debug build"))
  func doesWhatItSays() async throws {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("example-\(UUID())").path + "/"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
    defer { try? FileManager.default.removeItem(atPath: folder) }
    let accuracy = try await Self.example("\(Self.shared)/models/", "\(Self.shared)/", folder)
    #expect(accuracy == 0.974)
  }
}
