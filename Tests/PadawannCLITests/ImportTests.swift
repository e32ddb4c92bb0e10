import Foundation
import Testing

/// `padawann import` of files that have their architecture, and of tensors that need one.
@Suite struct ImportTests {
  private static let goldens = Workplace.package.appendingPathComponent("Tests/PadawannTests/Goldens")

  private func place(_ files: String...) throws -> Workplace {
    let place = try Workplace()
    for file in files {
      let name = file.split(separator: "/").last.map(String.init) ?? file
      try place.write(Data(contentsOf: Self.goldens.appendingPathComponent(file)), to: name)
    }
    return place
  }

  private func provenance(of model: String, in place: Workplace) throws -> (
    source: String?, digest: String?, settings: [String]
  ) {
    let report = try place.run("inspect \(model) --json").check().json()
    let provenance = try #require(report["provenance"] as? [String: Any])
    let settings = (provenance["settings"] as? [[String: String]]) ?? []
    return (
      provenance["source_name"] as? String, provenance["source_sha256"] as? String,
      settings.map { "\($0["name"] ?? "")=\($0["value"] ?? "")" }
    )
  }

  private func sha256(_ name: String, in place: Workplace) throws -> String {
    String(try place.shell("sha256sum \(name)").check().output.prefix(64))
  }

  @Test func aProgramOfTorchExport() throws {
    let place = try place("programs/lenet.pt2")
    let outcome = try place.run("import lenet.pt2 -o net.h5 --json").check()
    #expect(outcome.errors.contains("exported by PyTorch 2."))
    let report = try outcome.json()
    #expect(
      report["source_format"] as? String == "PyTorch export" && report["edges"] as? Int == 75 + 108 + 96 + 24)
    let (source, digest, settings) = try provenance(of: "net.h5", in: place)
    let (own, data) = (try sha256("lenet.pt2", in: place), try place.bytes("lenet.pt2"))
    #expect(source == "lenet.pt2" && digest == own)
    #expect(report["source_bytes"] as? Int == data.count)
    #expect(settings == ["command=import", "weights=sign"])
    let architecture = try place.run("inspect net.h5 --arch").check().output
    #expect(architecture.contains(#""name": "conv1", "op": "conv2d""#) && architecture.contains("tanh"))
    // The same weights with the architecture that the model has.
    try place.write(Data(architecture.utf8), to: "lenet.json")
    try place.run("import lenet.pt2 --arch lenet.json -o same.h5").check()
    let digests = try ["net.h5", "same.h5"].map {
      try place.run("inspect \($0) --json").check().json()["nodes"] as? NSArray
    }
    #expect(digests[0] == digests[1])
  }

  @Test func anONNXModelWithNumbersBesideIt() throws {
    let place = try place("onnx/external.onnx", "onnx/external.onnx.data")
    let outcome = try place.run("import external.onnx --weights keep -o net.h5 --json").check()
    #expect(
      outcome.errors.contains("8400 bytes of numbers are in files beside the model: external.onnx.data"))
    let report = try outcome.json()
    #expect(report["source_format"] as? String == "ONNX" && report["edges"] as? Int == 1800)
    let (source, digest, settings) = try provenance(of: "net.h5", in: place)
    let own = try sha256("external.onnx", in: place)
    #expect(source == "external.onnx" && digest == own)
    let data = try sha256("external.onnx.data", in: place)
    #expect(settings == ["command=import", "weights=keep", "external=\(data) 8400 external.onnx.data"])
  }

  @Test func whatNoNetworkHasIsRefusedAtOnce() throws {
    let place = try place("programs/attention.pt2", "onnx/unknown.onnx")
    for (file, words) in [
      ("attention.pt2", ["aten.sin.default", "aten.matmul.default", "aten.cumsum.default"]),
      ("unknown.onnx", ["Sin wave", "BipolarQuant"]),
    ] {
      let outcome = try place.run("import \(file) -o net.h5")
      #expect(outcome.code != 0 && words.allSatisfy(outcome.errors.contains), "\(outcome.errors)")
      #expect(throws: (any Error).self) { try place.bytes("net.h5") }
    }
  }

  @Test func aSketchIsReadAtOnce() throws {
    let place = try place()
    let outcome = try place.run("import demo-net.pt --sketch sketch.json --image-shape 1x28x28").check()
    #expect(outcome.output.contains("which the tensors fit"), "\(outcome.output)")
    #expect(outcome.errors.contains("a guess: ") && outcome.errors.contains("max_pool"), "\(outcome.errors)")
    try place.run("import demo-net.pt --arch sketch.json -o net.h5").check()
    try place.run("import demo-net.pt --arch demo-net.json -o own.h5").check()
    let edges = try ["net.h5", "own.h5"].map { name in
      let nodes = try place.run("inspect \(name) --json").check().json()["nodes"] as? [[String: Any]] ?? []
      return nodes.compactMap { $0["edges"] as? Int }
    }
    #expect(edges[0] == edges[1] && !edges[0].isEmpty)
  }

  @Test func aSketchOfAGraphIsItsArchitecture() throws {
    let place = try place("programs/mlp.pt2")
    let report = try place.run("import mlp.pt2 --sketch sketch.json --json").check().json()
    #expect(report["fits"] as? Bool == true && (report["guesses"] as? [String])?.isEmpty == true)
    try place.run("import mlp.pt2 --arch sketch.json -o net.h5").check()
  }

  @Test(arguments: [
    "import demo-net.pt", "import demo-net.pt -o a.h5 --sketch b.json",
    "import demo-net.pt --list --sketch b.json",
    "import demo-net.pt --sketch b.json --arch demo-net.json",
    "import demo-net.pt --list --image-shape 1x28x28",
  ])
  func onlyOneThingIsDone(_ line: String) throws {
    #expect(try Workplace().run(line).code == 64)
  }
}
