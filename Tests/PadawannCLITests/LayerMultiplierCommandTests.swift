import Foundation
import Padawann
import Testing

/// What the commands make of a model in which a layer has a multiplier.
@Suite struct LayerMultiplierCommandTests {
  private static func workplace() throws -> Workplace {
    let place = try Workplace(models: true)
    var model = try ModelFile.read(place.folder.appendingPathComponent("net.h5").path).model
    model.network = try model.network.mapWeights { layer throws(PadawannError) in
      try layer.weights.multiplied(by: layer.name == "conv1" ? 0.25 : 1)
    }
    try ModelFile.write(model, to: place.folder.appendingPathComponent("scaled.h5").path)
    return place
  }

  private static func multipliers(_ place: Workplace, _ name: String) throws -> [Float] {
    try ModelFile.read(place.folder.appendingPathComponent(name).path).model.network.layers
      .map(\.weights.multiplier)
  }

  @Test func reportsShowIt() throws {
    let place = try Self.workplace()
    let nodes = try place.run("inspect scaled.h5 --json").check().json()["nodes"] as? [[String: Any]] ?? []
    #expect(nodes.compactMap { $0["multiplier"] as? Double } == [0.25])
    #expect(nodes.first { $0["multiplier"] != nil }?["name"] as? String == "conv1")
    #expect(try place.run("inspect scaled.h5").check().output.contains("sign × 0.25"))
    #expect(try !place.run("inspect net.h5").check().output.contains("sign ×"))
    let models = try place.run("stats scaled.h5 --json").check().json()["models"] as? [[String: Any]]
    let layers = (models?.first?["counts"] as? [String: Any])?["layers"] as? [[String: Any]] ?? []
    #expect(layers.compactMap { $0["multiplier"] as? Double } == [0.25])
    try place.run("verify scaled.h5").check()
  }

  @Test func commandsKeepIt() throws {
    let place = try Self.workplace()
    let expected = try Self.multipliers(place, "scaled.h5")
    #expect(Set(expected) == [0.25, 1])
    try place.run("prune scaled.h5 --method random --amount 0.5 -o pruned.h5").check()
    try place.run("export scaled.h5 --weight 2 -o net.onnx").check()
    try place.run("import net.onnx -o back.h5").check()
    for name in ["pruned.h5", "back.h5"] { #expect(try Self.multipliers(place, name) == expected, "\(name)") }
    func logits(_ model: String) throws -> [Float] {
      try place.run("evaluate \(model) --data strokes:test,per-class=5 --weights 1 --predictions p.npz")
        .check()
      return try NumPyArchive([UInt8](place.bytes("p.npz"))).array("logits").floats()
    }
    #expect(try logits("scaled.h5") == logits("back.h5"))
    #expect(try logits("scaled.h5") != logits("net.h5"))
  }
}
