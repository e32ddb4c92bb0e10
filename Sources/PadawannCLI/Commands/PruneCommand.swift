import ArgumentParser
import Padawann

/// `padawann prune`
struct PruneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Take edges away in one step: at random, by the sizes of their weights, or whole channels.",
    discussion: """
      random and l1 count over all layers together; with --per-layer, l1 takes the same share of each layer. ternary \
      leaves of each layer the edges of its best ternary fit, the largest weights for which one magnitude comes closest \
      to the layer's weights, and finds by itself how many; --amount and --like say the least that goes, and the layers \
      share what is left so that as much as possible of their weights is explained. threshold takes the weights below \
      --times-mean times the mean of their layer (0.7 is usual). l1, ternary and threshold need a model that was \
      imported with --weights keep; add --to sign for a PADAWANN of the edges that are left. structured takes whole \
      output channels of one layer, drawn or named with --layer; its amount is a share of that layer's channels.
      """)

  /// What is taken away first.
  enum Method: String, ExpressibleByArgument, CaseIterable {
    case random, l1, ternary, threshold, structured

    /// Whether the seed decides what goes.
    var isDrawn: Bool { self == .random || self == .structured }
  }

  @Argument(help: "The model.", completion: .file(extensions: ["h5"]))
  var model: String

  @Option(help: "What goes: \(Method.allCases.map(\.rawValue).joined(separator: ", ")).")
  var method: Method

  @Option(
    help: ArgumentHelp("The share of the edges that are left, from 0 to 1, to take away.", valueName: "share")
  )
  var amount: Double?

  @Option(
    help: ArgumentHelp(
      "Leave as many edges as this model has; with --trials, each as many as its own of a folder of as many runs.",
      valueName: "model"))
  var like: String?

  @Flag(help: "Take the same share of each layer (l1).")
  var perLayer = false

  @Option(
    help: ArgumentHelp(
      "Take weights below so many times the mean of their layer's absolute weights (threshold).",
      valueName: "number"))
  var timesMean: Double?

  @Option(help: ArgumentHelp("The layer that structured pruning takes from.", valueName: "name"))
  var layer: String?

  @Option(help: "The seed of random and structured pruning.")
  var seed: UInt64 = 0

  @Option(help: "What the result keeps of each weight: its sign, or (default) what the model has.")
  var to: KeptWeights = .keep

  @Option(
    help: ArgumentHelp(
      "So many models pruned at random, whose seeds are derived; --output is then the folder of trial-1.h5 and so on.",
      valueName: "number"))
  var trials: Int?

  @OptionGroup var output: ModelOutputOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    switch method {
    case .random, .l1, .structured:
      guard (amount == nil) != (like == nil) else {
        throw ValidationError("give one of --amount and --like")
      }
    case .ternary:
      guard amount == nil || like == nil else {
        throw ValidationError(
          "give --amount or --like or, for each layer's own best number of edges, neither")
      }
    case .threshold:
      guard amount == nil, like == nil else {
        throw ValidationError(
          "--method threshold takes --times-mean, which decides how many edges go, not --amount or --like")
      }
    }
    guard (timesMean != nil) == (method == .threshold) else {
      throw ValidationError(
        timesMean == nil
          ? "--method threshold needs --times-mean, for example 0.7"
          : "--times-mean belongs to --method threshold")
    }
    guard !perLayer || method == .l1 else {
      throw ValidationError("--per-layer belongs to --method l1")
    }
    guard layer == nil || method == .structured else {
      throw ValidationError("--layer belongs to --method structured")
    }
    guard trials == nil || method.isDrawn else {
      throw ValidationError("--trials belongs to what is drawn, --method random or structured")
    }
  }

  func run() async throws {
    let path = try RunFolder.model(at: model)
    let stored = try ModelFile.read(path)
    // What was measured was measured on the network with all its edges.
    if !stored.model.tasks.isEmpty {
      let names = stored.model.tasks.map(\.name).joined(separator: ", ")
      Output.note("the tasks of the model are left out, because they were made with all its edges: \(names)")
    }
    guard let trials else {
      let result = try prune(stored, seed: seed, like: like, inputs: [path], to: output.path)
      return try report.print(result) { result.text }
    }
    try TrialSeed.check(trials)
    let likes = try likes(of: trials)
    guard !RunFolder.isRun(output.path) else {
      throw PadawannError(
        .cannotCreate, "the folder has a run in it", at: output.path, remedy: "Choose another folder")
    }
    try RunFolder.make(output.path)
    let results = try (1...trials).map { number in
      try prune(
        stored, seed: TrialSeed.seed(of: number, from: seed), like: likes[number - 1], inputs: [path],
        to: "\(output.path)/trial-\(number).h5")
    }
    let result = PruneTrialsReport(output.path, results)
    try report.print(result) { result.text }
  }

  /// The model that each trial leaves as many edges as: its own where `like` is a folder of as many runs.
  private func likes(of trials: Int) throws(PadawannError) -> [String?] {
    guard let like, let results = try RunFolder.results(at: like) else {
      return Array(repeating: like, count: trials)
    }
    guard results.count == trials else {
      throw PadawannError(
        .usage, "the folder has \(results.count) runs, and there are to be \(trials) trials", at: like)
    }
    return results
  }

  /// Prunes once and writes what is left.
  private func prune(
    _ stored: StoredModel, seed: UInt64, like: String?, inputs: [String], to file: String
  ) throws -> PruneReport {
    try OutputFile.check([file], inputs: inputs + (like.map { [$0] } ?? []))
    let other = try like.map { path throws(PadawannError) in try ModelFile.read(RunFolder.model(at: path)) }
    let amount =
      other.map { Pruning.Amount.leaving($0.model.network.remainingEdges) } ?? self.amount.map { .share($0) }
    var network = try pruning(seed: seed).apply(to: stored.model.network, amount)
    if to == .sign {
      network = try network.mapWeights { layer throws(PadawannError) in try layer.weights.signsOnly() }
    }
    var pruned = stored.model
    pruned.network = network
    (pruned.normalisation, pruned.classNames) = (pruned.statedNormalisation, pruned.statedClassNames)
    pruned.tasks = []
    pruned.provenance = Provenance(
      madeFrom: [(stored.model.provenance, stored.digest)], tool: Tool.name,
      seed: method.isDrawn ? seed : nil, entries: settings(like: other?.digest))
    return PruneReport(
      file, try output.form.write(pruned, to: file), before: stored.model.network, method.rawValue)
  }

  private func pruning(seed: UInt64) -> Pruning {
    switch method {
    case .random: .random(seed: seed)
    case .l1: perLayer ? .smallestPerLayer : .smallest
    case .ternary: .ternary
    case .threshold: .belowMean(times: timesMean ?? 0)
    case .structured: .channels(layer: layer, seed: seed)
    }
  }

  private func settings(like other: Digest?) -> [Provenance.Entry] {
    var settings = [Provenance.Entry("command", "prune"), Provenance.Entry("method", method.rawValue)]
    if let amount { settings.append(Provenance.Entry("amount", "\(amount)")) }
    if let other { settings.append(Provenance.Entry("like", other.description)) }
    if perLayer { settings.append(Provenance.Entry("per-layer", "true")) }
    if let timesMean { settings.append(Provenance.Entry("times-mean", "\(timesMean)")) }
    if let layer { settings.append(Provenance.Entry("layer", layer)) }
    return settings + [Provenance.Entry("to", to.rawValue)]
  }
}
