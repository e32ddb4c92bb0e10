import Foundation
import Padawann
import PadawannCLI
import Testing

/// Every failure has its exit code and a message on standard error, and leaves standard output empty.
@Suite struct ExitCodeTests {
  @Test(arguments: [
    ("nonsense", 64, "\"nonsense\" is no command of padawann"),
    ("evaluate net.h5", 64, "the model has no tasks, and no data is given"),
    ("evaluate net.h5 --data strokes --weights 0,1", 64, "numbers other than 0"),
    ("evaluate net.h5 --data strokes --threads 0", 64, "--threads is a number from 1 to"),
    ("evaluate net.h5 --data strokes --record a/b", 64, "--record: the name of a task has"),
    ("evaluate net.h5 --data strokes --data strokes --record a", 64, "take one dataset"),
    ("evaluate net.h5 --record a", 64, "take one dataset"),
    ("evaluate net.h5 --data strokes --task a --task b --predictions a.npz", 64, "take one dataset"),
    ("evaluate net.h5 --task a --task b --predictions a.npz", 64, "take one dataset"),
    ("evaluate net.h5 --data mnst:test", 64, "Did you mean mnist?"),
    ("evaluate net.h5 --data strokes:test,per-class=1 --own-weights", 64, "Import it with --weights keep"),
    ("evaluate missing.h5 --data strokes", 66, "missing.h5: there is no such file"),
    ("evaluate . --data strokes", 66, "a folder where a file is expected"),
    ("evaluate text --data strokes", 65, "text: this is not a padawann model"),
    ("evaluate empty --data strokes", 65, "The file is empty"),
    ("evaluate data.npz --data strokes", 65, "if it is a dataset, give it as one (padawann import, --data)"),
    ("evaluate demo-net.pt --data strokes", 65, "import it; if it is a dataset"),
    ("evaluate net.h5 --data net.h5", 65, "this is a model where a dataset is expected"),
    ("evaluate net.h5 --data ./demo-net.pt", 65, "this is a file of PyTorch's where a dataset is expected"),
    ("evaluate net.h5 --data mnist", 66, "(padawann data get mnist)"),
    ("compare net.h5", 64, "give at least two models"),
    ("compare net.h5 net.h5", 64, "Add --data SPEC"),
    ("compare net.h5 net.h5 --data strokes --alpha 1", 64, "alpha"),
    ("compare net.h5 data.npz --data strokes:test,per-class=1", 65, "this is no file of predictions"),
    ("compare net.h5 net.h5 --data narrow.npz", 65, "its images are 1×4×4, but the network reads 1×28×28"),
    ("prune net.h5 --method random --amount 2 -o x.h5", 64, "share from 0 to 1"),
    ("prune net.h5 --method random -o x.h5", 64, "give one of --amount and --like"),
    ("prune net.h5 --method l1 --amount 0.1 -o x.h5", 64, "--weights keep"),
    ("prune net.h5 --method ternary -o x.h5", 64, "a ternary fit needs the weights"),
    ("prune trained.h5 --method ternary --amount 0.9999 -o x.h5", 64, "Leave more edges (--amount)"),
    ("prune trained.h5 --method ternary --amount 0.5 --like net.h5 -o x.h5", 64, "--amount or --like or"),
    ("prune trained.h5 --method threshold -o x.h5", 64, "needs --times-mean, for example 0.7"),
    (
      "prune trained.h5 --method threshold --times-mean 0.7 --amount 0.5 -o x.h5", 64,
      "not --amount or --like"
    ),
    ("prune trained.h5 --method threshold --times-mean=-1 -o x.h5", 64, "(--times-mean)"),
    ("prune trained.h5 --method threshold --times-mean 99 -o x.h5", 64, "none would be left. Choose at most"),
    ("prune trained.h5 --method l1 --amount 0.5 --times-mean 1 -o x.h5", 64, "belongs to --method threshold"),
    ("prune trained.h5 --method random --amount 0.5 --per-layer -o x.h5", 64, "belongs to --method l1"),
    ("prune net.h5 --method random --amount 0.1 -o nowhere/x.h5", 73, "Make it first"),
    ("prune net.h5 --method random --amount 0.1 -o .", 73, "a file's path is needed"),
    ("import demo-net.pt -o x.h5", 65, "and give it (--arch)"),
    ("import demo-net.pt --arch text -o x.h5", 65, "this is not an architecture in JSON"),
    ("import net.h5 -o x.h5", 65, "without an import"),
    ("import demo-net.pt", 64, "--list to look at the tensors"),
    ("stats", 64, "Missing expected argument"),
    ("inspect missing.h5", 66, "there is no such file"),
    ("data get strokes", 64, "it has no files"),
    ("data get mnist --data-dir text", 73, "(--data-dir or PADAWANN_DATA)"),
    ("data get mnist --mirror http://127.0.0.1:9/", 69, "the connection is refused"),
    ("data show strokes:test,per-class=1 --image 10", 64, "Choose from 0 to 9"),
    ("data verify mnist", 1, "Run `padawann data get mnist`"),
  ])
  func failsWithAMessage(_ arguments: String, _ code: Int32, _ message: String) throws {
    let outcome = try Self.place.get().run(arguments)
    #expect(outcome.code == code, "\(outcome.errors)")
    #expect(outcome.errors.contains(message), "\(outcome.errors)")
    #expect(outcome.errors.hasPrefix("padawann: "))
    #expect(!outcome.errors.contains(#/[^.]\.\. /#))
    if code != 1 { #expect(outcome.output == "") }
  }

  /// One workplace for all failures, because none changes a file.
  private static let place = Result {
    let place = try Workplace(models: true)
    try place.write(Data("hello\n".utf8), to: "text")
    try place.write(Data(), to: "empty")
    try place.run("data export strokes:test,per-class=1 -o data.npz").check()
    try place.write(
      Data(
        ([["label"] + (0..<16).map { "p\($0)" }, ["1"] + (0..<16).map(String.init)]
          .map { $0.joined(separator: ",") }.joined(separator: "\n") + "\n").utf8), to: "narrow.csv")
    try place.run("data export narrow.csv,shape=4x4 -o narrow.npz").check()
    return place
  }

  @Test func verifyEndsWith1ForADamagedFile() throws {
    let place = try Workplace(models: true)
    var bytes = try place.bytes("net.h5")
    bytes[bytes.count / 2] ^= 1
    try place.write(bytes, to: "bad.h5")
    let outcome = try place.run("verify net.h5 bad.h5 missing.h5 --json")
    #expect(outcome.code == 1)
    #expect(outcome.errors == "")
    let report = try outcome.json()
    #expect(report["good"] as? Bool == false)
    let files = try #require(report["files"] as? [[String: Any]])
    #expect(files.map { $0["good"] as? Bool } == [true, false, false])
    #expect(files.map { $0["problem"] == nil } == [true, false, false])
  }

  @Test(
    .enabled(if: FileManager.default.fileExists(atPath: "/dev/full"), "skipped: there is no /dev/full"),
    arguments: [
      "stats net.h5", "stats net.h5 --json", "--help", "--version", "data list --json",
    ])
  func aResultThatCannotBeWrittenIsAnError(_ arguments: String) throws {
    let outcome = try Workplace(models: true).run(arguments, output: "/dev/full")
    #expect(outcome.code == 74)
    #expect(outcome.errors.contains("the result cannot be written to standard output: No space left"))
  }

  @Test func whatWasMeasuredIsShownWhereItCannotBeStored() throws {
    let place = try Workplace(models: true)
    let outcome = try place.shell(
      "ulimit -f 2; padawann evaluate net.h5 --data strokes:test,per-class=20 --weights 1 --predictions p.npz"
    )
    #expect(outcome.code == 74, "\(outcome.errors)")
    #expect(outcome.output.contains("strokes:test,per-class=20: 200 images"))
  }

  /// A missing folder was once noticed only after all the work.
  @Test func anOutputThatCannotBeMadeIsRefusedBeforeTheWork() throws {
    let outcome = try Workplace(models: true).run(
      "evaluate net.h5 --data strokes:test,per-class=1 --predictions nowhere/p.npz")
    #expect(outcome.code == 73)
    #expect(outcome.output == "")
  }

  /// Each once replaced one of its own inputs.
  @Test(arguments: [
    "import demo-net.pt --arch demo-net.json -o demo-net.pt",
    "import demo-net.pt --arch demo-net.json -o ./demo-net.json",
    "prune net.h5 --method random --amount 0.1 -o net.h5",
    "evaluate net.h5 --data strokes:test,per-class=1 --predictions net.h5",
    "data export digits.npz -o digits.npz",
    "train --arch demo-net.json --data digits.npz -o digits.npz",
    "finetune net.h5 --task digits.npz -o digits.npz",
  ])
  func anOutputThatIsAnInputIsRefused(_ arguments: String) throws {
    let place = try Workplace(models: true)
    try place.run("data export strokes:train,per-class=1 -o digits.npz").check()
    let files = ["demo-net.pt", "demo-net.json", "net.h5", "digits.npz"]
    let before = try files.map { try place.bytes($0) }
    let outcome = try place.run(arguments)
    #expect(outcome.code == 64 && outcome.errors.contains("also an input"), "\(outcome.errors)")
    #expect(try files.map { try place.bytes($0) } == before)
  }

  /// Two of them at once once kept one of the two.
  @Test func recordsThatAreMadeAtOnceAreAllKept() throws {
    let place = try Workplace(models: true)
    try place.shell(
      "for k in 1 2 3 4 5 6; do padawann evaluate net.h5 --data strokes:test,per-class=2 --record t$k & pids+=($!); done; "
        + "for pid in ${pids[@]}; do wait $pid || exit 1; done"
    ).check()
    let model = try ModelFile.read(place.folder.appendingPathComponent("net.h5").path).model
    #expect(model.tasks.map(\.name).sorted() == (1...6).map { "t\($0)" })
  }

  @Test func headsThatAreTrainedAtOnceAreAllKept() throws {
    let place = try Workplace(models: true)
    try place.shell(
      "for k in 1 2 3; do padawann finetune net.h5 --task strokes:train,per-class=5 --name h$k --epochs 1 & pids+=($!); done; "
        + "for pid in ${pids[@]}; do wait $pid || exit 1; done"
    ).check()
    let model = try ModelFile.read(place.folder.appendingPathComponent("net.h5").path).model
    #expect(model.tasks.map(\.name).sorted() == ["h1", "h2", "h3"])
    #expect(model.tasks.allSatisfy { !$0.parameters.isEmpty })
  }

  /// A run's folder stands for its result.
  @Test func aRunsFolderIsItsResult() throws {
    let place = try Workplace(models: true)
    try place.run(
      "evolve net.h5 --task strokes:train,per-class=3 --population 4 --tournament 2 --generations 1 -o run"
    ).check()
    for command in ["evaluate FILE --data strokes:test,per-class=2", "inspect FILE", "stats FILE"] {
      let outputs = try ["run", "run/champion.h5"].map { file in
        try place.run("\(command) --json".replacing("FILE", with: file)).check().output
          .replacing("run/champion.h5", with: "run")
      }
      #expect(outputs[0] == outputs[1], "\(command)")
    }
    #expect(try place.run("compare run net.h5 --data strokes:test,per-class=2").code == 0)
  }

  /// A run that was begun in another working folder once did not find its data.
  @Test func aRunGoesOnFromAnotherWorkingFolder() throws {
    let place = try Workplace(models: true)
    try place.run("data export strokes:train,per-class=3 -o digits.npz").check()
    try place.run(
      "evolve net.h5 --task digits.npz --per-class all --population 4 --tournament 2 --generations 1 -o run"
    ).check()
    try place.shell("mkdir elsewhere; cd elsewhere; padawann evolve --resume ../run").check()
  }
}

/// Failures of the program itself.
extension ExitCodeTests {
  @Test func closedStreamsAreNoHarm() throws {
    let place = try Workplace(models: true)
    let silent = try place.shell("padawann prune net.h5 --method random --amount 0.1 -o a.h5 <&- >&- 2>&-")
    #expect(silent.code == 74)
    #expect(try place.run("verify a.h5").code == 0)
    #expect(try place.shell("padawann stats missing.h5 2>&-").code == 66)
    #expect(try place.shell("padawann stats missing.h5 2>/dev/full").code == 66)
    #expect(try place.shell("padawann stats net.h5 | true").errors == "")
  }

  @Test func unknownErrorsSpeakPlainly() {
    struct Surprise: Error { let secret = "inner state" }
    let failure = Failure(Surprise())
    #expect(failure.code == 70)
    #expect(failure.message.contains("Please report it"))
    #expect(!failure.message.contains("secret") && !failure.message.contains("inner state"))
    #expect(Failure(CocoaError(.fileWriteOutOfSpace)).code == 74)
    #expect(
      Failure(PadawannError(.unavailable, "gone", at: "there", remedy: "Wait")).message
        == "padawann: there: gone. Wait")
  }
}
