import Foundation
import Testing

/// `padawann predict` with the demo network and drawn pictures of a three.
@Suite struct PredictTests {
  private let place: Workplace

  init() throws {
    place = try Workplace(models: true)
    for name in ["three.png", "three-on-paper.png", "three-large.jpg"] {
      try place.write(
        Data(contentsOf: Self.pictures.appendingPathComponent(name)), to: "pictures/\(name)")
    }
  }

  private static let pictures = Workplace.package.appendingPathComponent(
    "Tests/PadawannCLITests/Goldens/pictures")

  private func answers(_ arguments: String) throws -> [[String: Any]] {
    let report = try place.run("predict net.h5 \(arguments) --json").check().json()
    return try #require(report["pictures"] as? [[String: Any]])
  }

  private func first(_ picture: [String: Any]) throws -> (label: String, probability: Double) {
    let answers = try #require(picture["answers"] as? [[String: Any]])
    return (
      try #require(answers[0]["label"] as? String), try #require(answers[0]["probability"] as? Double)
    )
  }

  @Test func aPictureOfAnySizeAndColourIsAnswered() throws {
    for name in ["three.png", "three-large.jpg"] {
      #expect(try first(answers("pictures/\(name)")[0]).label == "3", "\(name)")
    }
    let text = try place.run("predict net.h5 pictures/three.png").check()
    #expect(text.output.contains("pictures/three.png"))
    #expect(text.output.contains("%"))
    #expect(text.errors.contains("a guess"))
  }

  @Test func topGivesSoManyAnswersInTheOrderOfTheirProbabilities() throws {
    let picture = try answers("pictures/three.png --top 99")[0]
    let all = try #require(picture["answers"] as? [[String: Any]])
    let probabilities = all.compactMap { $0["probability"] as? Double }
    #expect(all.count == 10)
    #expect(probabilities == probabilities.sorted(by: >))
    #expect(abs(probabilities.reduce(0, +) - 1) < 1e-9)
    #expect(try place.run("predict net.h5 pictures/three.png --top 0").code == 64)
  }

  /// What `evaluate` counts as right is what `predict` answers.
  @Test func answersAreThoseOfEvaluate() throws {
    try FileManager.default.createDirectory(
      at: place.folder.appendingPathComponent("digits/3"), withIntermediateDirectories: true)
    try place.write(Data(contentsOf: Self.pictures.appendingPathComponent("three.png")), to: "digits/3/a.png")
    let report = try place.run("evaluate net.h5 --weights 0.5 --data ./digits --json").check().json()
    let entry = try #require((report["datasets"] as? [[String: Any]])?.first)
    #expect(entry["outputs_by"] as? String == "name")
    #expect((entry["outputs"] as? [Int])?.count == 10)
    let sweep = try #require(entry["sweep"] as? [String: Any])
    let ensemble = try #require(sweep["ensemble"] as? [String: Any])
    let loss = try #require(ensemble["cross_entropy"] as? Double)
    let answer = try first(answers("digits --weights 0.5")[0])
    #expect(answer.label == "3")
    #expect(abs(exp(-loss) - answer.probability) < 1e-6)
  }

  @Test func aBrightGroundIsTold() throws {
    try place.run("import demo-net.pt --arch demo-net.json --normalise mnist -o net.h5").check()
    let paper = try place.run("predict net.h5 pictures/three-on-paper.png").check()
    #expect(paper.errors.contains("--invert"))
    let inverted = try place.run("predict net.h5 pictures/three-on-paper.png --invert").check()
    #expect(!inverted.errors.contains("--invert"))
    #expect(try first(answers("pictures/three-on-paper.png --invert")[0]).label == "3")
    #expect(try !place.run("predict net.h5 pictures/three.png").check().errors.contains("--invert"))
  }

  /// Where nobody has said what the network knows, its answer to the negative is told.
  @Test func aDoubtfulGroundIsTold() throws {
    let doubtful = try answers("pictures/three-on-paper.png")[0]
    #expect(doubtful["ground"] as? String == "doubtful")
    let negative = try #require(doubtful["inverted"] as? [String: Any])
    #expect(negative["label"] as? String == "3")
  }

  @Test func foldersAndStandardInputAreRead() throws {
    #expect(try answers("pictures").map { $0["picture"] as? String }.count == 3)
    let piped = try place.shell("padawann predict net.h5 - < pictures/three.png").check()
    #expect(piped.output.contains("3"))
    #expect(try place.shell("padawann predict net.h5 - < /dev/null").code == 65)
  }

  /// One unreadable picture does not take the answers of the others away, and is not silent.
  @Test func whatCannotBeReadIsToldAfterTheAnswers() throws {
    try place.write(Data("no picture".utf8), to: "bad.png")
    let outcome = try place.run("predict net.h5 bad.png pictures/three.png missing.png")
    #expect(outcome.code == 66)
    #expect(outcome.output.contains("pictures/three.png"))
    #expect(outcome.errors.contains("bad.png"))
    #expect(outcome.errors.contains("missing.png"))
  }

  @Test func classNamesAreAnswered() throws {
    try place.run(
      "import demo-net.pt --arch demo-net.json --class-names zero+one+two+three+four+five+six+seven+eight+nine -o net.h5"
    ).check()
    #expect(try first(answers("pictures/three.png")[0]).label == "three")
    try place.write(Data("a\nb\n".utf8), to: "names.txt")
    let few = try place.run("import demo-net.pt --arch demo-net.json --class-names names.txt -o few.h5")
    #expect(few.code == 65)
    #expect(few.errors.contains("2 class names"))
  }

  @Test func optionsThatAreNotForPicturesAreRefused() throws {
    for options in ["first=3", "classes=0-4", "normalise=own", "nothing=1", "labels-key=x"] {
      #expect(try place.run("predict net.h5 pictures/three.png --with \(options)").code == 64, "\(options)")
    }
    #expect(try place.run("predict net.h5 pictures/three.png --with crop=20").code == 65)
    #expect(try place.run("predict net.h5 pictures/three.png --with resize=40,crop=28").check().code == 0)
  }

  @Test func severalTasksMustBeChosenFrom() throws {
    for set in ["strokes", "strokes-letters"] {
      try place.run("finetune net.h5 --task \(set):train,per-class=4 --epochs 1").check()
    }
    let unclear = try place.run("predict net.h5 pictures/three.png")
    #expect(unclear.code == 64)
    #expect(unclear.errors.contains("strokes-letters"))
    #expect(try first(answers("pictures/three.png --task strokes-letters")[0]).label.first?.isLetter == true)
  }
}
