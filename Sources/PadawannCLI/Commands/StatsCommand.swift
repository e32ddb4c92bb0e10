import ArgumentParser
import Padawann

/// `padawann stats`
struct StatsCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "stats", abstract: "Count edges and bytes of models, beside what other encodings need.")

  @Argument(help: "The model files.", completion: .file(extensions: ["h5"]))
  var models: [String]

  @OptionGroup var report: ReportOptions

  func run() async throws {
    var results: [ModelResult] = []
    for path in models { results.append(ModelResult(path, try ModelFile.read(path))) }
    try report.print(Result(models: results)) { results.map(\.text).joined(separator: "\n\n") }
  }

  private struct Result: Encodable {
    let schema = "padawann.stats/1"
    let models: [ModelResult]
  }

  private struct ModelResult: Encodable {
    let file: String
    let sha256: String
    let isCompact: Bool
    /// The size on disk: payload and overhead.
    let bytes: Int
    let payloadBytes: Int
    let overheadBytes: Int
    let bitsPerEdge: Double
    /// The real size of the file that the model was imported from.
    let sourceName: String?
    let sourceBytes: Int?
    /// How many times smaller than other encodings the file is.
    let ratioToSource: Double?
    let ratioToFloat32: Double
    let ratioToCsr: Double
    let ratioToTernary: Double
    let ratioToEntropyBound: Double
    let counts: Compression

    init(_ path: String, _ stored: StoredModel) {
      let counts = Compression(of: stored.model.network)
      let size = Double(stored.byteCount)
      file = path
      sha256 = stored.digest.description
      isCompact = stored.isCompact
      bytes = stored.byteCount
      payloadBytes = stored.payloadByteCount
      overheadBytes = stored.byteCount - stored.payloadByteCount
      bitsPerEdge = size * 8 / Double(max(counts.edges, 1))
      sourceName = stored.model.provenance.sourceName
      sourceBytes = stored.model.provenance.sourceBytes
      ratioToSource = sourceBytes.map { Double($0) / size }
      ratioToFloat32 = Double(counts.float32Bytes) / size
      ratioToCsr = Double(counts.csrBytes) / size
      ratioToTernary = Double(counts.ternaryBytes) / size
      ratioToEntropyBound = counts.entropyBound / size
      self.counts = counts
    }

    var text: String {
      let header = "\(file)\(isCompact ? " (compact)" : "")\n"
      return header + layers + "\n\n" + sizes
    }

    private var layers: String {
      let rows = counts.layers.map { layer in
        [
          layer.name, layer.shape.map(String.init).joined(separator: "×"), Format.count(layer.edges),
          Format.count(layer.survivors), Format.percent(layer.density) + "%",
          Format.percent(layer.negative) + "%",
        ]
      }
      let total = [
        "all", "", Format.count(counts.edges), Format.count(counts.survivors),
        Format.percent(counts.density) + "%", "",
      ]
      return Table.text(
        [["layer", "shape", "edges", "left", "density", "negative"]] + rows + [total], indent: "  ")
    }

    private var sizes: String {
      var rows = [
        ["", "bytes", "this file is"],
        ["this file", Format.count(bytes), ""],
        ["  masks, signs, numbers", Format.count(payloadBytes), ""],
        ["  everything else", Format.count(overheadBytes), ""],
      ]
      if let sourceBytes, let ratioToSource {
        rows.append([sourceName ?? "the source", Format.count(sourceBytes), smaller(ratioToSource)])
      }
      rows += [
        ["float32", Format.count(counts.float32Bytes), smaller(ratioToFloat32)],
        ["compressed sparse rows", Format.count(counts.csrBytes), smaller(ratioToCsr)],
        ["ternary, 1.6875 bits an edge", Format.count(counts.ternaryBytes), smaller(ratioToTernary)],
        ["entropy bound", Format.count(Int(counts.entropyBound.rounded(.up))), smaller(ratioToEntropyBound)],
      ]
      return Table.text(rows, indent: "  ")
        + "\n  \(Format.decimal(bitsPerEdge, 3)) bits an edge; \(Format.count(counts.otherParameters)) other parameters"
    }

    private func smaller(_ ratio: Double) -> String {
      ratio >= 1 ? "\(Format.decimal(ratio, 2))× smaller" : "\(Format.decimal(1 / ratio, 2))× larger"
    }
  }
}
