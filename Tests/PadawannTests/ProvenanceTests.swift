import Padawann
import Testing

@Suite struct ProvenanceTests {
  /// Many files are one digest, which is that of what `sha256sum` prints.
  @Test func filesBesideTheImportedOneAreNamed() {
    func files(_ count: Int) -> [ExternalFile] {
      (0..<count).reversed().map { number in
        let name = number < 10 ? "w0\(number)" : "w\(number)"
        return ExternalFile(name: name, byteCount: 4, digest: Digest(of: Array(name.utf8)))
      }
    }
    let few = Provenance.settings(of: files(32))
    #expect(few.count == 32 && few.allSatisfy { $0.name == "external" })
    #expect(few[1].value == "\(Digest(of: Array("w01".utf8))) 4 w01")
    let many = Provenance.settings(of: files(33))
    let lines = files(33).reversed().map { "\($0.digest)  \($0.name)\n" }.joined()
    #expect(many.map(\.value) == ["\(Digest(of: Array(lines.utf8))) 132 33 files"])
    #expect(Provenance.settings(of: []).isEmpty)
  }

  private static func made(_ names: [String], from first: Provenance) throws -> Model {
    var model = Model(network: try Fixtures.network(), provenance: first)
    for name in names {
      model.provenance = Provenance(
        madeFrom: [(model.provenance, try ModelFile.digest(of: model))], tool: "padawann test", seed: 7,
        entries: [.init("command", name)])
    }
    return model
  }

  private static func imported(_ source: String) -> Provenance {
    var provenance = Provenance()
    provenance.sourceName = source
    provenance.sourceDigest = Digest(of: source.utf8)
    provenance.entries = [.init("command", "import")]
    return provenance
  }

  /// A model once knew the last command alone.
  @Test func everyCommandBeforeTheLastIsKept() throws {
    let model = try Self.made(["prune", "learn", "finetune"], from: Self.imported("net.pt"))
    #expect(model.provenance.history.map { $0.entries.map(\.value) } == [["import"], ["prune"], ["learn"]])
    #expect(model.provenance.history.map(\.seed) == [nil, 7, 7])
    #expect(model.provenance.history.last?.model == model.provenance.parent)
    #expect(model.provenance.sourceName == "net.pt")
    #expect(try ModelFile.model(encoded: try ModelFile.encoded(model)).model == model)
  }

  @Test func stepsThatParentsShareAreKeptOnce() throws {
    let common = try Self.made(["prune"], from: Self.imported("net.pt"))
    let parents = try ["learn", "evolve"].map { try Self.made([$0], from: common.provenance) }
    let others = try parents.map { ($0.provenance, try ModelFile.digest(of: $0)) }
    let joined = Provenance(madeFrom: others, tool: "padawann test", seed: nil, entries: [])
    #expect(joined.history.map { $0.entries.map(\.value) } == [["import"], ["prune"], ["learn"], ["evolve"]])
    #expect(joined.parent == nil && joined.sourceName == "net.pt")
    let stranger = (Self.imported("other.pt"), Digest(of: [1]))
    #expect(Provenance(madeFrom: others + [stranger], tool: "", seed: nil, entries: []).sourceName == nil)
  }

  @Test func aLongHistoryLosesItsFirstSteps() throws {
    let names = (1...132).map { "step \($0)" }
    let model = try Self.made(names, from: Self.imported("net.pt"))
    #expect(model.provenance.history.count == 128)
    #expect(model.provenance.history.first?.entries.first?.value == "step 4")
    #expect(try ModelFile.model(encoded: try ModelFile.encoded(model)).model == model)
  }

  /// Settings that filled an attribute do not fit behind what is known of a step; the model can be stored all the same.
  @Test func settingsThatAreTooLongForAStepAreSaidToBe() throws {
    var first = Self.imported("net.pt")
    first.entries = (0..<200).map { .init("long \($0)", String(repeating: "x", count: 290)) }
    let model = try Self.made(["prune"], from: first)
    let stored = try ModelFile.model(encoded: try ModelFile.encoded(model)).model
    #expect(stored.provenance.history.map(\.entries) == [[.init("settings", "were too long to be kept")]])
  }
}
