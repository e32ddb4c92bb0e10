import Foundation
import HDF5
import Padawann
import Testing

/// Folders and checkpoints that others prepared, for every kind of run: nothing that is not the run's is ever changed, and
/// what is not whole is refused.
@Suite(.timeLimit(.minutes(20))) struct HostileFolderTests {
  private static let foldersOnly = RunJob.all.filter { $0.marker != nil }
  private static let resumable = RunJob.all.filter { $0.checkpoint != nil }

  // MARK: - files of others

  /// `learn -o .` once wrote over the user's `model.h5` and `parent-1.h5`.
  @Test(arguments: foldersOnly)
  func aForeignFileOfARunsNameIsNeverOverwritten(job: RunJob) throws {
    let place = try RunJob.place()
    let mine = Data("mine\n".utf8)
    let own =
      (job.hasParents ? ["parent-1.h5"] : []) + ["configuration.json", "checkpoint.h5"]
      + (job.results + [job.log].compactMap { $0 }).filter { $0.hasPrefix("run/") }.map {
        String($0.dropFirst("run/".count))
      }
    for name in own {
      for folder in ["run", "."] {
        try place.write(mine, to: "\(folder)/\(name)")
        let outcome = try place.run(job.begin(in: folder))
        #expect([65, 73].contains(outcome.code), "\(folder)/\(name): \(outcome.code) \(outcome.errors)")
        #expect(try place.bytes("\(folder)/\(name)") == mine, "\(folder)/\(name)")
        try job.clear(place)
        for name in own + [".lock"] where place.has(name) {
          try FileManager.default.removeItem(at: place.folder.appendingPathComponent(name))
        }
      }
    }
  }

  private static let learn = "learn net.h5 --task digits.npz --epochs 1"
  private static let evolve =
    "evolve net.h5 --task digits.npz --per-class all --population 4 --tournament 2 --generations 1"
  private static let groups: [(begin: String, foreign: String)] = [
    ("\(learn) --sweep 0.8,0.4 -o many", "many/density-0.8/model.h5"),
    ("\(learn) --sweep 0.8,0.4 -o many", "many/density-0.4/parent-1.h5"),
    ("\(learn) --sweep 0.8,0.4 -o many", "many/density-0.4/log.jsonl"),
    ("\(evolve) --trials 2 -o many", "many/trial-1/champion.h5"),
    ("\(evolve) --trials 2 -o many", "many/trial-2/checkpoint.h5"),
    ("\(evolve) --trials 2 -o many", "many/parent-1.h5"),
  ]

  /// `learn --sweep` once wrote over the user's `density-0.8/model.h5`.
  @Test(arguments: groups.indices)
  func aForeignFileInAFolderOfSeveralRunsIsNeverOverwritten(index: Int) throws {
    let place = try RunJob.place()
    let (begin, foreign) = Self.groups[index]
    try place.write(Data("mine\n".utf8), to: foreign)
    let outcome = try place.run(begin)
    #expect([65, 73].contains(outcome.code), "\(outcome.code) \(outcome.errors)")
    #expect(try place.bytes(foreign) == Data("mine\n".utf8))
  }

  // MARK: - links

  /// A job that was ended in the middle, and the files that it left.
  private static func interrupted(_ job: RunJob) throws -> (place: Workplace, files: [String: Data]) {
    let place = try RunJob.place()
    let faults = try #require(FaultInjection.shared)
    let (outcome, calls) = try faults.count(job.begin, in: place)
    try outcome.check()
    try job.clear(place)
    let killed = try faults.run(job.begin, in: place, .killAfter, at: calls / 2)
    try #require(killed.code == 9)
    return (place, try snapshot(job, place))
  }

  private static func snapshot(_ job: RunJob, _ place: Workplace) throws -> [String: Data] {
    var files: [String: Data] = [:]
    for output in job.outputs where place.has(output) {
      guard output == "run" else {
        files[output] = try place.bytes(output)
        continue
      }
      for name in try FileManager.default.contentsOfDirectory(atPath: place.folder.path + "/run") {
        files["run/\(name)"] = try place.bytes("run/\(name)")
      }
    }
    return files
  }

  private static func restore(_ files: [String: Data], _ job: RunJob, _ place: Workplace) throws {
    try job.clear(place)
    for (name, bytes) in files { try place.write(bytes, to: name) }
  }

  /// A link to a file outside of the folder was once followed on writing.
  @Test(
    .enabled(if: FaultInjection.shared != nil, "skipped: needs Linux and a C compiler"), arguments: resumable)
  func aLinkInARunIsNeverWrittenThrough(job: RunJob) throws {
    let (place, files) = try Self.interrupted(job)
    let checkpoint = try #require(job.checkpoint)
    let outside = place.folder.appendingPathComponent("outside")
    // An output that was named is written where its link leads.
    let names = Set(job.results + [checkpoint] + [job.log].compactMap { $0 } + files.keys).filter {
      $0.hasPrefix("run/")
    }
    #expect(names.count >= 7, "\(names)")
    for name in names {
      try Self.restore(files, job, place)
      let link = place.folder.appendingPathComponent(name)
      let before = files[name]
      try before?.write(to: outside)
      try? FileManager.default.removeItem(at: link)
      try FileManager.default.createSymbolicLink(at: link, withDestinationURL: outside)
      let outcome = try place.run(job.resume)
      #expect([0, 65, 66, 73].contains(outcome.code), "\(name): \(outcome.code) \(outcome.errors)")
      #expect((try? Data(contentsOf: outside)) == before, "\(name): \(outcome.code)")
      try? FileManager.default.removeItem(at: outside)
    }
  }

  // MARK: - checkpoints

  @Test(
    .enabled(if: FaultInjection.shared != nil, "skipped: needs Linux and a C compiler"), arguments: resumable)
  func aDamagedCheckpointIsRefused(job: RunJob) throws {
    let (place, files) = try Self.interrupted(job)
    let checkpoint = try #require(job.checkpoint)
    let whole = try #require(files[checkpoint])
    func refused(_ bytes: Data, _ what: String) throws {
      try place.write(bytes, to: checkpoint)
      let outcome = try place.run(job.resume)
      #expect(outcome.code == 65, "\(what): \(outcome.code) \(outcome.errors)")
      #expect(outcome.errors.contains(checkpoint), "\(what): \(outcome.errors)")
      #expect(try place.bytes(checkpoint) == bytes, "\(what)")
      try Self.restore(files, job, place)
    }
    for offset in stride(from: 0, to: whole.count, by: whole.count / 20) {
      var bytes = whole
      bytes[offset] ^= 0x10
      try refused(bytes, "byte \(offset)")
    }
    for length in [0, 1, 100, whole.count / 2, whole.count - 1] {
      try refused(whole.prefix(length), "\(length) bytes")
    }
    try refused(whole + Data([0]), "a byte more")
    try refused(try place.bytes("net.h5"), "a model")
  }

  /// A checkpoint with digests that are right and content that is not.
  @Test(
    .enabled(if: FaultInjection.shared != nil, "skipped: needs Linux and a C compiler"), arguments: resumable)
  func aForgedCheckpointIsRefusedOrHarmless(job: RunJob) throws {
    let (place, files) = try Self.interrupted(job)
    let checkpoint = try #require(job.checkpoint)
    let tree = try HDFGroup(encoded: [UInt8](#require(files[checkpoint])))
    var refused = 0
    let forgeries = Self.forgeries(of: tree)
    for (what, strict, forgery) in forgeries {
      var root = forgery
      root.attributes.removeAll { $0.name == ContentDigest.attribute }
      root.attributes.append(HDFEntry(ContentDigest.attribute, .text("\(ContentDigest.digest(of: root))")))
      guard let image = try? root.encoded() else { continue }
      try Self.restore(files, job, place)
      try place.write(Data(image), to: checkpoint)
      let outcome = try place.run(job.resume)
      let isRefused = outcome.code == 65 || outcome.code == 70 && what.contains("version")
      #expect(isRefused || !strict && outcome.code == 0, "\(what): \(outcome.code) \(outcome.errors)")
      if isRefused { refused += 1 }
    }
    #expect(forgeries.count >= 20 && refused * 2 > forgeries.count, "\(refused) of \(forgeries.count)")
  }

  /// Every attribute and every vector changed; `strict` where nothing sound can be meant.
  private static func forgeries(of tree: HDFGroup) -> [(what: String, strict: Bool, tree: HDFGroup)] {
    var result: [(what: String, strict: Bool, tree: HDFGroup)] = []
    for (index, attribute) in tree.attributes.enumerated() where attribute.name != ContentDigest.attribute {
      func changed(_ value: HDFValue?) -> HDFGroup {
        var copy = tree
        if let value { copy.attributes[index].value = value } else { copy.attributes.remove(at: index) }
        return copy
      }
      result.append(("\(attribute.name) is missing", true, changed(nil)))
      result.append(("\(attribute.name) is of another type", true, changed(.float64(.nan))))
      switch attribute.value {
      case .integer:
        for number in [-1, Int64.max] {
          result.append(("\(attribute.name) \(number)", true, changed(.integer(number))))
        }
      case .text: result.append(("\(attribute.name) is empty", true, changed(.text(""))))
      default: break
      }
    }
    for path in paths(tree) {
      for (what, strict, change) in changes {
        var copy = tree
        edit(&copy, path[...], change)
        if copy != tree { result.append(("\(path.joined(separator: "/")) \(what)", strict, copy)) }
      }
    }
    return result
  }

  private typealias Change = @Sendable (HDFDataset) -> HDFDataset?

  private static let changes: [(String, Bool, Change)] = [
    ("is missing", true, { _ in nil }),
    ("is empty", true, { _ in HDFDataset(shape: [0], .uint8([])) }),
    (
      "is of another type", true,
      { HDFDataset(shape: [$0.elements.count], .int32([Int32](repeating: 7, count: $0.elements.count))) }
    ),
    (
      "has numbers that are not finite", true,
      {
        switch $0.elements {
        case .float32(let values): HDFDataset(shape: $0.shape, .float32(values.map { _ in .nan }))
        case .float64(let values): HDFDataset(shape: $0.shape, .float64(values.map { _ in .nan }))
        default: $0
        }
      }
    ),
    (
      "has other numbers", false,
      {
        switch $0.elements {
        case .uint8(let values): HDFDataset(shape: $0.shape, .uint8(values.map { _ in 255 }))
        case .int64(let values): HDFDataset(shape: $0.shape, .int64(values.map { _ in .max }))
        case .float32(let values): HDFDataset(shape: $0.shape, .float32(values.map { _ in 1e30 }))
        case .float64(let values): HDFDataset(shape: $0.shape, .float64(values.map { -$0 }))
        default: $0
        }
      }
    ),
  ]

  /// The datasets of the root and of its groups.
  private static func paths(_ tree: HDFGroup) -> [[String]] {
    tree.datasets.map { [$0.name] }
      + tree.groups.flatMap { group in paths(group.value).map { [group.name] + $0 } }
  }

  private static func edit(_ group: inout HDFGroup, _ path: ArraySlice<String>, _ change: Change) {
    guard path.count == 1 else {
      guard let index = group.groups.firstIndex(where: { $0.name == path.first }) else { return }
      return edit(&group.groups[index].value, path.dropFirst(), change)
    }
    guard let index = group.datasets.firstIndex(where: { $0.name == path.first }) else { return }
    if let value = change(group.datasets[index].value) {
      group.datasets[index].value = value
    } else {
      group.datasets.remove(at: index)
    }
  }
}
