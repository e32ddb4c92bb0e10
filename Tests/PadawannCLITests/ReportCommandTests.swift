import Foundation
import Testing

/// `padawann report` with the demo network on data that the program draws itself. What is on the page is in `ReportBuildingTests`.
@Suite struct ReportCommandTests {
  @Test func writesPageDrawingsAndTables() throws {
    let place = try Workplace(models: true)
    try place.run("\(EvolveTests.small) --generations 2 --trials 2 --threads 1 -o runs").check()
    let outcome = try place.run(
      "report Two=runs net.h5 -o page.html --svg svg --csv csv --latex tex --threads 1 --json"
    ).check()
    let report = try outcome.json()
    let files = try #require(report["files"] as? [[String: Any]])
    for file in files {
      let path = try #require(file["path"] as? String)
      #expect(try place.bytes(path).count == file["bytes"] as? Int, "\(path)")
    }
    #expect(files.count == 1 + (report["drawings"] as? Int ?? 0) + 2 * (report["tables"] as? Int ?? 0))
    let page = try place.bytes("page.html")
    #expect(String(decoding: page, as: UTF8.self).contains("Two, unpruned"))
    try place.run("report Two=runs net.h5 -o again.html --threads 2").check()
    #expect(try place.bytes("again.html") == page)
  }

  @Test func commandsOfThePageMakeTheRunAgain() throws {
    let place = try Workplace(models: true)
    try place.run("\(EvolveTests.small) --generations 2 --trials 2 --threads 1 -o runs").check()
    try place.run("report runs --stored-only -o page.html").check()
    let page = String(decoding: try place.bytes("page.html"), as: UTF8.self)
    let commands = try #require(page.firstMatch(of: /<code>([^<]*)<\/code>/)?.1)
    try place.shell("set -e\n\(commands)").check()
    for trial in ["trial-1", "trial-2"] {
      #expect(
        try place.bytes("again/\(trial)/champion.h5") == place.bytes("runs/\(trial)/champion.h5"), "\(trial)")
    }
  }

  @Test(arguments: [
    ("report net.h5", 64), ("report net.h5 -o net.h5", 64), ("report nothing.h5 -o page.html", 66),
    ("report net.h5 --stored-only --data strokes:test -o page.html", 64),
    ("report demo-net.json -o p.html", 65),
    ("report net.h5 -o missing/page.html", 73),
  ])
  func mistakesAreRefused(_ command: String, _ code: Int32) throws {
    let place = try Workplace(models: true)
    let outcome = try place.run(command)
    #expect(outcome.code == code, "\(outcome.errors)")
    #expect(outcome.output == "")
  }

  // MARK: - TensorBoard

  @Test(arguments: [
    ("\(EvolveTests.small) --generations 1 -o run", 2),
    ("learn net.h5 \(EvolveTests.task) --density 0.5 --epochs 2 -o run", 2),
    ("train --arch demo-net.json --data strokes:train,per-class=5 --epochs 2 --run run -o t.h5", 2),
    ("wann evolve --task strokes --population 8 --generations 8 --tournament 2 -o run", 1),
  ])
  func runsWriteEventsForTensorBoardWhereAsked(_ command: String, _ steps: Int) throws {
    let place = try Workplace(models: true)
    try place.run("\(command) --tensorboard --threads 1").check()
    var rest = try place.bytes("run/events.out.tfevents.padawann")[...]
    var records = 0
    while !rest.isEmpty {
      let length = rest.prefix(8).enumerated().reduce(0) { $0 + Int($1.element) << (8 * $1.offset) }
      rest = rest.dropFirst(8 + 4 + length + 4)
      records += 1
    }
    #expect(records == 1 + steps)
    let rows = String(decoding: try place.bytes("run/log.csv"), as: UTF8.self).split(separator: "\n")
    #expect(rows.count == 1 + steps)
  }

  @Test func trainingNeedsAFolderForEvents() throws {
    let place = try Workplace()
    let outcome = try place.run("train --arch demo-net.json --data strokes --tensorboard -o t.h5")
    #expect(outcome.code == 64)
    #expect(outcome.errors.contains("--run"))
  }
}
