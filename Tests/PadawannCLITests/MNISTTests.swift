import Foundation
import Testing

/// The thesis' numbers on real files, which are not part of the package: skipped where they are not there.
@Suite struct MNISTTests {
  static let shared = Workplace.package.resolvingSymlinksInPath().deletingLastPathComponent()
    .appendingPathComponent("shared")
  static let isThere = ["data/mnist", "models/thesis-feedforward.pth", "models/mnist-net.pt"].allSatisfy {
    FileManager.default.fileExists(atPath: shared.appendingPathComponent($0).path)
  }

  #if DEBUG
    private static let isFast = false
  #else
    private static let isFast = true
  #endif

  @Test(.enabled(if: isThere, "skipped: ../shared is not there"))
  func theThesisFeedForwardNetwork() throws {
    let scores = try Self.scores(of: "thesis-feedforward.pth", data: "mnist:test")
    #expect(scores.percent == "97.29")
    #expect(abs(scores.crossEntropy - 0.0923) < 0.00005)
  }

  @Test(.enabled(if: isThere && isFast, "skipped: ../shared is not there, or this is a debug build"))
  func theConvolutionalNetwork() throws {
    let scores = try Self.scores(of: "mnist-net.pt", data: "mnist:test")
    #expect(scores.percent == "99.10")
  }

  private static func scores(of file: String, data: String) throws -> (percent: String, crossEntropy: Double)
  {
    let place = try Workplace()
    let source = shared.appendingPathComponent("models/\(file)").path
    try place.run("import \(source) --weights keep -o net.h5").check()
    let report = try place.run(
      "evaluate net.h5 --data \(data) --own-weights --json",
      environment: ["PADAWANN_DATA": shared.appendingPathComponent("data").path]
    ).check().json()
    let dataset = try #require((report["datasets"] as? [[String: Any]])?.first)
    let sweep = try #require(dataset["sweep"] as? [String: Any])
    let scores = try #require((sweep["points"] as? [[String: Any]])?.first?["scores"] as? [String: Any])
    let accuracy = try #require((scores["accuracy"] as? [String: Any])?["value"] as? Double)
    return (String(format: "%.2f", accuracy * 100), scores["cross_entropy"] as? Double ?? .nan)
  }
}
