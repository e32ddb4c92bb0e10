import Foundation
import Testing

/// `Formats/report.md` describes every key that a report has, and its examples are what the commands print. After a
/// change that is meant: `PADAWANN_RECORD=1 swift test --filter PadawannCLITests` writes the examples again.
@Suite struct ReportTests {
  private static let page = Workplace.package.appendingPathComponent("Formats/report.md")
  /// Reports whose structure has changed since their first version.
  private static let versions = [
    "import": 2, "train": 2, "evaluate": 3, "stats": 2, "prune": 2, "evolve": 3, "learn": 3, "inspect": 2,
    "wann": 3,
  ]

  @Test func examplesAreRealAndEveryKeyIsDescribed() throws {
    let text = try String(contentsOf: Self.page, encoding: .utf8)
    let place = try Workplace()
    // Files that are there are not fetched, so that `data get` needs no network.
    for kind in ["train-images-idx3", "train-labels-idx1", "t10k-images-idx3", "t10k-labels-idx1"] {
      try place.write(Data("no image\n".utf8), to: "data/mnist/\(kind)-ubyte.gz")
    }
    try place.write(
      Data(
        contentsOf: Workplace.package.appendingPathComponent(
          "Tests/PadawannCLITests/Goldens/pictures/three.png")),
      to: "three.png")
    var result = ""
    var rest = Substring(text)
    var schemas: [String] = []
    // A fence of shell with a command, and right after it one of JSON with what the command prints.
    while let match = rest.firstMatch(of: /```sh\n\$ ([^\n]+)\n```\n\n```json\n([^`]*)```/) {
      let outcome = try place.shell(String(match.1))
      let printed = try outcome.json()
      schemas.append(printed["schema"] as? String ?? "none")
      for key in Self.keys(printed) { #expect(text.contains("`\(key)`"), "\(key) is not described") }
      if Recording.isOn {
        result +=
          rest[..<match.range.lowerBound]
          + "```sh\n$ \(match.1)\n```\n\n```json\n\(Self.brief(outcome.output))```"
      } else {
        let written = try JSONSerialization.jsonObject(with: Data(match.2.utf8)) as? [String: Any]
        #expect(agree(printed, written as Any?), "\(match.1)")
      }
      rest = rest[match.range.upperBound...]
    }
    if Recording.isOn { try Data((result + rest).utf8).write(to: Self.page) }
    #expect(
      schemas
        == [
          "import", "import.list", "import.sketch", "train", "train-trials", "evaluate", "predict", "stats",
          "prune", "prune-trials", "evolve", "status", "learn", "learn", "calibrate", "finetune", "compare",
          "compare-groups", "report", "inspect", "verify", "export",
          "wann", "inspect-wann", "stats", "wann-prune", "wann-export", "wann-import", "wann-sweep",
          "wann-tune",
          "data.list",
          "data.get", "data.verify", "data.show", "data.export",
        ].map { "padawann.\($0)/\(Self.versions[$0] ?? 1)" })
  }

  /// The keys of all objects; those of a node's attributes are the architecture's and described there.
  private static func keys(_ value: Any) -> Set<String> {
    if let list = value as? [Any] { return list.reduce(into: []) { $0.formUnion(keys($1)) } }
    guard let object = value as? [String: Any] else { return [] }
    return object.reduce(into: []) { found, entry in
      found.insert(entry.key)
      if entry.key != "attributes" || entry.value is [Any] { found.formUnion(keys(entry.value)) }
    }
  }

  /// JSON in which a list or an object stands on one line where that is short enough.
  private static func brief(_ json: String) -> String {
    var lines: [String] = []
    for line in json.split(separator: "\n") {
      lines.append(String(line).replacing(" : ", with: ": "))
      guard let closing = line.first(where: { $0 != " " }), "]}".contains(closing),
        let start = lines.dropLast().lastIndex(where: { "[{".contains($0.last ?? " ") })
      else { continue }
      let inner = lines[(start + 1)..<(lines.count - 1)].map { $0.drop { $0 == " " } }
      let joined = lines[start] + inner.joined(separator: " ") + line.drop { $0 == " " }
      if joined.count <= 110 { lines.replaceSubrange(start..., with: [joined]) }
    }
    return lines.map { $0 + "\n" }.joined()
  }
}
