import Foundation
import Padawann
import Testing

/// How the commands store the models that they make.
@Suite struct ModelFormTests {
  private static func read(_ place: Workplace, _ name: String) throws -> StoredModel {
    try ModelFile.read(place.folder.appendingPathComponent(name).path)
  }

  private static func logits(_ place: Workplace, _ name: String) throws -> [Float] {
    try place.run("evaluate \(name) --data strokes:test,per-class=5 --weights 1 --predictions p.npz").check()
    return try NumPyArchive([UInt8](place.bytes("p.npz"))).array("logits").floats()
  }

  @Test func float16IsStoredAndSaid() throws {
    let place = try Workplace(models: true)
    try place.run("import demo-net.pt --arch demo-net.json --float16 --plain -o half.h5").check()
    try place.run("import demo-net.pt --arch demo-net.json --float16 --compact -o small.h5").check()
    try place.run("prune net.h5 --method random --amount 0 --float16 -o pruned.h5").check()
    let (half, single) = (try Self.read(place, "half.h5"), try Self.read(place, "net.h5"))
    #expect(half.form == ModelForm(.plain, halvesNumbers: true))
    #expect(half.model.network == (try single.model.roundedToHalf().network))
    #expect(half.model.network != single.model.network)
    #expect(half.model.provenance.entries.last == .init("float16", "true"))
    for name in ["small.h5", "pruned.h5"] {
      #expect(try Self.read(place, name).model.network == half.model.network, "\(name)")
      #expect(try Self.logits(place, name) == Self.logits(place, "half.h5"), "\(name)")
    }
    let report = try place.run("inspect half.h5 --json").check().json()
    #expect(report["half_numbers"] as? Int == half.halfNumberCount && half.halfNumberCount > 0)
    #expect(report["other_numbers"] as? Int == half.halfNumberCount)
    #expect(try place.run("inspect half.h5").check().output.contains("have 16 bits"))
    #expect(try !place.run("inspect net.h5").check().output.contains("have 16 bits"))
    try place.run("verify half.h5 small.h5 pruned.h5").check()
  }

  @Test func aFileThatIsChangedKeepsItsForm() throws {
    let place = try Workplace()
    try place.run("import demo-net.pt --arch demo-net.json --float16 --compact -o small.h5").check()
    let before = try Self.read(place, "small.h5")
    try place.run("evaluate small.h5 --data strokes:test,per-class=5 --record strokes").check()
    let after = try Self.read(place, "small.h5")
    #expect(after.form == before.form && after.model.tasks.map(\.name) == ["strokes"])
    #expect(after.model.network == before.model.network)
  }

  /// Each layout is the same model, the default of small networks is the smallest, and one that is not asked for is not taken.
  @Test func layoutsAreChosen() throws {
    let place = try Workplace()
    var sizes: [String: Int] = [:]
    for option in ["", " --plain", " --compact", " --packed"] {
      try place.run("import demo-net.pt --arch demo-net.json -o net.h5\(option)").check()
      let stored = try Self.read(place, "net.h5")
      #expect(stored.model.network == (try Self.read(place, "net.h5")).model.network)
      #expect(stored.form.layout.rawValue == (option == "" ? "packed" : String(option.dropFirst(3))))
      sizes[option] = stored.byteCount
      let first = option == "" ? " (packed)" : option == " --plain" ? "" : " (\(option.dropFirst(3)))"
      #expect(try place.run("inspect net.h5").check().output.hasPrefix("net.h5\(first)\n"))
      try place.run("verify net.h5").check()
    }
    let (plain, compact) = (try #require(sizes[" --plain"]), try #require(sizes[" --compact"]))
    let packed = try #require(sizes[" --packed"])
    #expect(sizes[""] == packed && packed < compact - 3000 && compact < plain)
    let both = try place.run("import demo-net.pt --arch demo-net.json -o net.h5 --plain --packed")
    #expect(both.code == 64)
    // What was trained is stored as before.
    try place.run("train --arch demo-net.json --data strokes:train,per-class=2 --epochs 1 -o trained.h5")
      .check()
    #expect(try Self.read(place, "trained.h5").form == .plain)
  }

  @Test func batchNormalisationsAreFolded() throws {
    let place = try Workplace()
    let json = #"""
      {"input": [1, 28, 28], "nodes": [
        {"name": "conv1", "op": "conv2d", "outputs": 8, "kernel": 5, "stride": 3}, {"name": "bn1", "op": "batch_norm"},
        {"name": "relu", "op": "relu"}, {"name": "flatten", "op": "flatten"},
        {"name": "fc", "op": "linear", "outputs": 10}]}
      """#
    try place.write(Data(json.utf8), to: "net.json")
    try place.run("train --arch net.json --data strokes:train,per-class=20 --epochs 1 -o whole.h5").check()
    try place.run("prune whole.h5 --method random --amount 0 --fold-batch-norms --float16 -o folded.h5")
      .check()
    try place.run("prune whole.h5 --method random --amount 0 --fold-batch-norms -o single.h5").check()
    let (whole, folded) = (try Self.read(place, "whole.h5"), try Self.read(place, "folded.h5"))
    #expect(
      folded.model.provenance.entries.suffix(2) == [
        .init("fold-batch-norms", "true"), .init("float16", "true"),
      ])
    // Scales, shifts and biases; means and variances are constants.
    #expect(folded.halfNumberCount == 2 * 8 + 8 + 10)
    #expect(folded.model.network.layers.map(\.weights) == whole.model.network.layers.map(\.weights))
    let spec = "--data strokes:test,per-class=5 --own-weights --predictions p.npz"
    func logits(_ name: String) throws -> [Float] {
      try place.run("evaluate \(name) \(spec)").check()
      return try NumPyArchive([UInt8](place.bytes("p.npz"))).array("logits").floats()
    }
    let expected = try logits("whole.h5")
    let largest = expected.map(abs).max() ?? 0
    for (name, tolerance) in [("single.h5", Float(1e-5)), ("folded.h5", 5e-3)] {
      let difference = zip(expected, try logits(name)).map { abs($0 - $1) }.max() ?? .infinity
      #expect(difference <= tolerance * largest, "\(name): \(difference) of \(largest)")
    }
  }
}
