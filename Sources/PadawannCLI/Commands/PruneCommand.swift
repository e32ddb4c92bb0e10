import ArgumentParser
import Padawann

/// `padawann prune`
struct PruneCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "prune",
    abstract: "Take edges away in one step: at random, the smallest, or whole channels.",
    discussion: """
      random and l1 count over all layers together. l1 needs a model that was imported with --weights keep; add \
      --to sign for a PADAWANN of the edges that are left. structured takes whole output channels of one layer, drawn \
      or named with --layer; its amount is a share of that layer's channels.
      """)

  /// What is taken away first.
  enum Method: String, ExpressibleByArgument, CaseIterable {
    case random, l1, structured
  }

  @Argument(help: "The model.", completion: .file(extensions: ["h5"]))
  var model: String

  @Option(help: "What goes: \(Method.allCases.map(\.rawValue).joined(separator: ", ")).")
  var method: Method

  @Option(
    help: ArgumentHelp("The share of the edges that are left, from 0 to 1, to take away.", valueName: "share")
  )
  var amount: Double?

  @Option(help: ArgumentHelp("Leave as many edges as this model has.", valueName: "model"))
  var like: String?

  @Option(help: ArgumentHelp("The layer that structured pruning takes from.", valueName: "name"))
  var layer: String?

  @Option(help: "The seed of random and structured pruning.")
  var seed: UInt64 = 0

  @Option(help: "What the result keeps of each weight: its sign, or (default) what the model has.")
  var to: KeptWeights = .keep

  @OptionGroup var output: ModelOutputOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard (amount == nil) != (like == nil) else {
      throw ValidationError("give one of --amount and --like")
    }
    guard layer == nil || method == .structured else {
      throw ValidationError("--layer belongs to --method structured")
    }
  }

  func run() async throws {
    let path = try RunFolder.model(at: model)
    try OutputFile.check([output.path], inputs: [path] + (like.map { [$0] } ?? []))
    let stored = try ModelFile.read(path)
    let other = try like.map { path throws(PadawannError) in try ModelFile.read(RunFolder.model(at: path)) }
    let amount =
      other.map { Pruning.Amount.leaving($0.model.network.remainingEdges) } ?? .share(self.amount ?? 0)
    var network = try pruning.apply(to: stored.model.network, amount)
    if to == .sign {
      network = try network.mapWeights { layer throws(PadawannError) in try layer.weights.signsOnly() }
    }
    var pruned = stored.model
    pruned.network = network
    // What was measured was measured on the network with all its edges.
    if !pruned.tasks.isEmpty {
      let names = pruned.tasks.map(\.name).joined(separator: ", ")
      Output.note("the tasks of the model are left out, because they were made with all its edges: \(names)")
    }
    (pruned.normalisation, pruned.classNames) = (pruned.statedNormalisation, pruned.statedClassNames)
    pruned.tasks = []
    pruned.provenance = Provenance(
      madeFrom: [(stored.model.provenance, stored.digest)], tool: Tool.name, seed: method == .l1 ? nil : seed,
      entries: settings(like: other?.digest))
    let result = PruneReport(
      output.path, try output.write(pruned), before: stored.model.network.remainingEdges, method.rawValue)
    try report.print(result) { result.text }
  }

  private var pruning: Pruning {
    switch method {
    case .random: .random(seed: seed)
    case .l1: .smallest
    case .structured: .channels(layer: layer, seed: seed)
    }
  }

  private func settings(like other: Digest?) -> [Provenance.Entry] {
    var settings = [Provenance.Entry("command", "prune"), Provenance.Entry("method", method.rawValue)]
    if let amount { settings.append(Provenance.Entry("amount", "\(amount)")) }
    if let other { settings.append(Provenance.Entry("like", other.description)) }
    if let layer { settings.append(Provenance.Entry("layer", layer)) }
    return settings + [Provenance.Entry("to", to.rawValue)]
  }
}
