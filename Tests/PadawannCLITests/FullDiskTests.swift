import Foundation
import Padawann
import Testing

/// Every kind of run on a disk that is really too small: it says so, and goes on to the same bytes once there is space.
/// `FaultTests` takes the space away at every single write.
///
/// `PADAWANN_SEED=7` tries other sizes.
@Suite(
  .enabled(if: SmallDisk.isPossible, "skipped: only root on Linux can mount a tmpfs"),
  .timeLimit(.minutes(20)))
struct FullDiskTests {
  @Test(arguments: RunJob.all)
  func aRunOnADiskThatIsTooSmallSaysSoAndGoesOn(job: RunJob) throws {
    let place = try RunJob.place()
    let disk = try SmallDisk(at: place.folder.appendingPathComponent("disk").path)
    defer { disk.unmount() }
    let job = job.inside("disk")
    let output = try place.run(job.begin).check().output
    let ending = try job.ending(in: place)
    let used = try disk.usedPages()
    #expect(used >= 8, "\(used)")
    var generator = KeyedGenerator(Faults.seed, UInt64(job.name.utf8.count), 3)
    for pages in [used - 1] + generator.distinct(3, below: used - 2).map({ $0 + 1 }) {
      let what = "seed \(Faults.seed): \(pages) of \(used) pages"
      try job.clear(place)
      try disk.resize(pages: pages)
      // It does not help to try again.
      for _ in 0..<2 {
        let full = try place.run(job.command(in: place))
        #expect([73, 74].contains(full.code), "\(what): \(full.code) \(full.errors)")
        #expect(full.output == "", "\(what)")
        let says = full.errors.contains("No space left")
        #expect(full.errors.contains("padawann: ") && says, "\(what): \(full.errors)")
      }
      try disk.resize(pages: SmallDisk.enough)
      let outcome = try place.run(job.command(in: place))
      #expect(outcome.code == 0, "\(what): \(outcome.errors)")
      guard outcome.code == 0 else { continue }
      #expect(outcome.output == output, "\(what)")
      for (name, bytes) in try job.ending(in: place) { #expect(bytes == ending[name], "\(what): \(name)") }
      #expect(place.temporaries() == [], "\(what)")
    }
  }
}

/// A disk in memory, for root on Linux.
private final class SmallDisk {
  private static let page = 4096
  /// So many pages are enough for every job.
  static let enough = 16_384

  /// Whether one could be mounted.
  static let isPossible: Bool = {
    #if os(Linux)
      let path = FileManager.default.temporaryDirectory.appendingPathComponent(
        "padawann-\(UUID().uuidString)"
      )
      .path
      defer { try? FileManager.default.removeItem(atPath: path) }
      guard geteuid() == 0, let disk = try? SmallDisk(at: path) else { return false }
      disk.unmount()
      return true
    #else
      return false
    #endif
  }()

  private let path: String

  /// Makes the folder and mounts a disk there.
  init(at path: String) throws {
    self.path = path
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    try Self.run("mount", "-t", "tmpfs", "-o", "size=\(Self.enough * Self.page)", "tmpfs", path)
  }

  func resize(pages: Int) throws { try Self.run("mount", "-o", "remount,size=\(pages * Self.page)", path) }

  func usedPages() throws -> Int {
    let attributes = try FileManager.default.attributesOfFileSystem(forPath: path)
    let size = try #require((attributes[.systemSize] as? NSNumber)?.intValue)
    let free = try #require((attributes[.systemFreeSize] as? NSNumber)?.intValue)
    return (size - free) / Self.page
  }

  /// Whatever is in it is gone.
  func unmount() {
    do {
      // Also where somebody still has a file open.
      try Self.run("umount", "-l", path)
    } catch {
      Issue.record("\(path) is still mounted: \(error)")
    }
  }

  private static func run(_ program: String, _ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/\(program)")
    process.arguments = arguments
    process.standardError = FileHandle.nullDevice
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw Faults.failed(process.terminationStatus, ([program] + arguments).joined(separator: " "))
    }
  }
}
