import Foundation
import HDF5
import Padawann
import Testing

@testable import PadawannCLI

@Suite struct PrintableTests {
  @Test(arguments: [
    ("plain één 二 👩‍🔬", "plain één 二 👩‍🔬"), ("a\u{1B}[2Jb", "a\\u{1B}[2Jb"), ("a\nb", "a\\u{0A}b"),
    ("exe\u{202E}gnp", "exe\\u{202E}gnp"), ("\u{9B}31m", "\\u{9B}31m"),
    ("\u{2028}\u{7F}\u{E0041}", "\\u{2028}\\u{7F}\\u{E0041}"),
  ])
  func whatATerminalWouldObeyIsShown(text: String, shown: String) {
    #expect(text.inOneLine == shown)
    #expect(shown.inOneLine == shown)
  }

  @Test func escapedJSONIsTheSameJSON() throws {
    let texts = ["a\u{202E}b", "\u{E0041}", "line\nfeed", "\u{9B}", "\u{1F600}"]
    let json = String(decoding: try JSONEncoder().encode(texts), as: UTF8.self).asPrintableJSON
    #expect(json.unicodeScalars.allSatisfy { $0.inOneLineIsItself })
    #expect(try JSONDecoder().decode([String].self, from: Data(json.utf8)) == texts)
  }

  /// Names of tools, settings and classes in a model once reached the terminal as they were.
  @Test(arguments: [
    "inspect evil.h5", "inspect evil.h5 --json", "evaluate evil.h5 --details", "verify evil.h5",
    "stats evil.h5",
  ])
  func textsOfAModelDoNotReachTheTerminal(command: String) throws {
    let place = try Workplace(models: true)
    let path = place.folder.appendingPathComponent("evil.h5").path
    try place.run("evaluate net.h5 --data strokes:test,per-class=1 --record a").check()
    var model = try ModelFile.read(place.folder.appendingPathComponent("net.h5").path).model
    let evil = "\u{1B}]0;x\u{7}\u{202E}\nforged line\u{9B}1m"
    model.provenance.tool = evil
    model.provenance.sourceName = evil
    model.provenance.entries.append(.init(evil, evil))
    model.tasks[0].classNames = model.tasks[0].classNames.indices.map { "\($0)\(evil)" }
    try ModelFile.write(model, to: path)
    let outcome = try place.run(command).check()
    for text in [outcome.output, outcome.errors] {
      #expect(text.unicodeScalars.allSatisfy { $0 == "\n" || $0.inOneLineIsItself })
      #expect(!text.contains("\nforged"))
    }
  }

  @Test func aMistypedCommandIsSuggested() throws {
    let place = try Workplace()
    for (words, says) in [
      ("evalute net.h5", "\"evalute\" is no command of padawann. Did you mean evaluate?"),
      ("data gett mnist", "\"gett\" is no command of data. Did you mean get?"),
    ] {
      let outcome = try place.run(words)
      #expect(outcome.code == 64 && outcome.errors.contains(says), "\(outcome.errors)")
    }
    try place.run("help evaluate").check()
    try place.run("data --help").check()
  }

  /// The system's bytes once became U+FFFD, and files of different names one.
  @Test func aNameThatIsNotUTF8IsRefused() throws {
    let place = try Workplace(models: true)
    let outcome = try place.shell(
      "\(Workplace.program.path) prune net.h5 --method random --amount 0.1 -o $'bad\\xff.h5'")
    #expect(outcome.code == 64 && outcome.errors.contains("is not UTF-8"), "\(outcome.errors)")
    #expect(
      try FileManager.default.contentsOfDirectory(atPath: place.folder.path).allSatisfy {
        !$0.hasPrefix("bad")
      })
  }

  /// Heads of `./a/digits.npz` and `./b/digits.npz` were once one.
  @Test func headsOfFilesOfOneNameAreTwo() throws {
    let place = try Workplace(models: true)
    try place.shell("mkdir a b").check()
    for folder in ["a", "b"] {
      try place.run("data export strokes:train,per-class=3 -o \(folder)/digits.npz").check()
      try place.run("finetune net.h5 --task ./\(folder)/digits.npz --epochs 1").check()
    }
    try place.run("finetune net.h5 --task a/digits.npz --epochs 1").check()
    let tasks = try ModelFile.read(place.folder.appendingPathComponent("net.h5").path).model.tasks
    #expect(tasks.map(\.name) == ["digits", "digits-2"])
    #expect(tasks.map(\.dataset) == ["a/digits.npz", "./b/digits.npz"])
  }
}

extension Unicode.Scalar {
  fileprivate var inOneLineIsItself: Bool { String(self).inOneLine == String(self) }
}
