import Foundation
import HDF5
import Padawann
import Testing

/// Files of other programs, read and written again.
@Suite struct ModelRewriteTests {
  /// A model as another program may store it: groups in another order, and attributes of its own everywhere.
  private static func foreign(compact: Bool) throws -> StoredModel {
    let sample = try #require(try ModelFileTests.samples().first)
    var tree = try HostileModels.tree(of: sample.model, compact: compact)
    func mark(_ group: inout HDFGroup, _ path: String) {
      group.attributes.reverse()
      group.attributes.insert(HDFEntry("remark", .text("of \(path)")), at: 0)
      group.attributes.append(HDFEntry("other", .array(.int64([1, .min]))))
      group.groups.reverse()
      group.datasets.reverse()
      for index in group.groups.indices {
        mark(&group.groups[index].value, path + "/" + group.groups[index].name)
      }
    }
    mark(&tree, "")
    return try HostileModels.read(tree)
  }

  private static func temporary() -> String {
    FileManager.default.temporaryDirectory.path + "/rewrite-\(UUID().uuidString).h5"
  }

  @Test(arguments: [false, true], [false, true])
  func unknownAttributesSurviveWhateverTheOrderOfTheGroups(compact: Bool, again: Bool) throws {
    let stored = try Self.foreign(compact: compact)
    let path = Self.temporary()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let written = try ModelFile.write(stored.model, to: path, compact: again)
    #expect(written.model == stored.model)
    #expect(written.model.unknown.names.count == 2 * 11)
    #expect(written.model.unknown.names.contains("/nodes/relu/@remark"))
    #expect(written.model.unknown.names.contains("/@other"))
  }

  @Test func theAttributesOfADroppedTaskGoWithIt() throws {
    var model = try Self.foreign(compact: false).model
    model.tasks = []
    let path = Self.temporary()
    defer { try? FileManager.default.removeItem(atPath: path) }
    let written = try ModelFile.write(model, to: path)
    #expect(!written.model.unknown.names.contains { $0.hasPrefix("/tasks") })
    #expect(written.model.unknown.names.contains("/provenance/@other"))
  }

  @Test func anUnknownAttributeThatIsNoNumberSurvives() throws {
    var model = try Self.foreign(compact: false).model
    model.unknown.add(
      [HDFEntry("loss", .float64(.nan)), HDFEntry("losses", .array(.float32([.nan, -0.0])))],
      at: "/provenance")
    let path = Self.temporary()
    defer { try? FileManager.default.removeItem(atPath: path) }
    #expect(try ModelFile.write(model, to: path).model == model)
  }

  /// A file with 120,000 unknown attributes takes no longer to write than to read.
  @Test(.timeLimit(.minutes(20))) func manyUnknownAttributesAreWrittenInNoTime() throws {
    let nodes = (0..<600).map { Node("n\($0)", .relu, inputs: [$0 - 1]) }
    let architecture = try Architecture(input: Shape(channels: 1), nodes: nodes)
    let network = try Network(
      architecture: architecture, parameters: [NodeParameters](repeating: .none, count: nodes.count))
    var model = Model(network: network)
    for node in nodes {
      model.unknown.add((0..<200).map { HDFEntry("a\($0)", .integer($0)) }, at: "/nodes/\(node.name)")
    }
    #expect(model.unknown.names.count == 120_000)
    var plain = model
    plain.unknown = UnknownAttributes()
    #expect(try ModelFile.encoded(model).count > ModelFile.encoded(plain).count)
  }
}
