import ArgumentParser
import Padawann

/// `padawann wann sweep`
struct WannSweepCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "sweep",
    abstract: "Measure a WANN with many shared weights: mean, deviation, best, and ensembles.",
    discussion: """
      The weights lie evenly between --from and --to. The mean over them is what a weight that is drawn at random comes to; \
      ensembles answer with the mean of the softmax probabilities, or with the class that most weights vote for.
      """)

  @Argument(help: "The model, or the folder of its run.", completion: .file(extensions: ["h5"]))
  var model: String

  @Option(help: ArgumentHelp("The dataset.", valueName: "spec"))
  var data: String

  @Option(help: ArgumentHelp("The first weight.", valueName: "number"))
  var from: Float = -2

  @Option(help: ArgumentHelp("The last weight.", valueName: "number"))
  var to: Float = 2

  @Option(help: ArgumentHelp("How many weights.", valueName: "number"))
  var count = 101

  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard from.isFinite, to.isFinite, from < to, (2...1001).contains(count) else {
      throw ValidationError("give two finite numbers, --from below --to, and 2 to 1001 weights")
    }
  }

  func run() async throws {
    let path = try RunFolder.model(at: model)
    let stored = try WannFile.read(path)
    let dataset = try dataFolder.dataset(
      DatasetSpec.parse(data), normalisedAs: stored.model.statedNormalisation)
    try dataset.checkLabels()
    try dataset.check(fits: stored.model.graph)
    let progress = ProgressLine()
    progress.begin(
      ProgressBar("\(model) on \(dataset.name)", of: .things("images"), total: dataset.count * count))
    defer { progress.finish() }
    let sweep = try SharedWeightSweep(
      of: stored.model.graph, on: dataset, from: from, to: to, count: count,
      compute.inference { progress.advance($0) })
    progress.finish()
    let result = WannSweepReport(
      file: model, sha256: stored.digest.description, dataset: dataset.name, images: dataset.count,
      sweep: sweep)
    try report.print(result) { result.text }
  }
}

/// What `padawann wann sweep` found: `padawann.wann-sweep/1`.
struct WannSweepReport: Encodable {
  let schema = "padawann.wann-sweep/1"
  let file: String
  let sha256: String
  let dataset: String
  let images: Int
  let sweep: SharedWeightSweep

  var text: String {
    let best = sweep.points[sweep.best]
    let rows = [
      ["", "accuracy"],
      ["weight at random, mean", Format.percent(sweep.mean) + "%"],
      ["  standard deviation", Format.percent(sweep.deviation) + "%"],
      ["best weight \(Format.weight(best.sharedWeight))", Format.percent(best.accuracy.value) + "%"],
      ["ensemble, mean probability", Format.percent(sweep.meanEnsemble.value) + "%"],
      ["ensemble, vote", Format.percent(sweep.voteEnsemble.value) + "%"],
    ]
    return
      "\(file.inOneLine) on \(dataset.inOneLine): \(Format.count(images)) images, \(sweep.points.count) weights from "
      + "\(Format.weight(sweep.points[0].sharedWeight)) to \(Format.weight(sweep.points[sweep.points.count - 1].sharedWeight))\n"
      + Table.text(rows)
  }
}
