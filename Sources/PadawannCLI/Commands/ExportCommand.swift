import ArgumentParser
import Padawann

/// `padawann export`
struct ExportCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write a model for other programs: ONNX, safetensors or C.",
    discussion: """
      .onnx has each weight as one byte and the shared weight once; .safetensors is a state dict that the network's class of \
      PyTorch loads; .c is one file of C99 without any memory but its own, for a microcontroller as well, and checks itself \
      when it is compiled with -DPADAWANN_TEST. Each has the normalisation, the names of the classes and the shared \
      weight too; padawann import reads the first two back, bit for bit (Formats/export.md).
      """)

  /// What can be written.
  enum Format: String, ExpressibleByArgument, CaseIterable {
    case onnx, safetensors, c
  }

  @Argument(help: "The model.", completion: .file(extensions: ["h5"]))
  var model: String

  @Option(
    name: .shortAndLong, help: ArgumentHelp("The file to write.", valueName: "file"),
    completion: .file(extensions: Format.allCases.map(\.rawValue)))
  var output: String

  @Option(help: "What is written (default: what the file's ending says).")
  var format: Format?

  @Option(
    help: ArgumentHelp(
      "Write the model as this task of it: with the task's head, outputs, normalisation and best weight.",
      valueName: "name"))
  var task: String?

  @Option(
    help: ArgumentHelp(
      "The shared weight (default: the task's, the model's only one, or the best of all its tasks).",
      valueName: "number"), transform: WeightList.one)
  var weight: Float?

  @Option(
    help: ArgumentHelp(
      "How pixels become inputs, as in padawann import (default: as the model says).", valueName: "how"),
    transform: PixelNormalisation.init)
  var normalise: PixelNormalisation?

  @Flag(help: "ONNX: write weights as 32-bit floats.")
  var float = false

  @Flag(help: "ONNX: let the graph read pixels from 0 to 255 instead of normalised inputs.")
  var withNormalisation = false

  @Option(
    help: ArgumentHelp(
      "C: the images of the test vectors, the first \(TestVectors.count) of a dataset (default: random ones).",
      valueName: "spec"))
  var data: String?

  @OptionGroup var dataFolder: DataFolderOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard let format = format ?? Format(ending: output) else {
      throw ValidationError("give -o a file that ends with .onnx, .safetensors or .c, or --format")
    }
    guard format == .onnx || !float && !withNormalisation else {
      throw ValidationError("--float and --with-normalisation are for ONNX")
    }
    guard format == .c || data == nil else { throw ValidationError("--data is for C") }
  }

  func run() async throws {
    let path = try RunFolder.model(at: model)
    let spec = try data.map { text throws(PadawannError) in try DatasetSpec.parse(text) }
    try OutputFile.check([output], inputs: [path] + (spec?.paths ?? []))
    let stored = try ModelFile.read(path)
    let channels = stored.model.network.architecture.input.channels
    let normalisation = try normalise?.normalisation(channels: channels)
    let subject: ExportSubject
    do throws(PadawannError) {
      subject = try ExportSubject(stored, task: task, weight: weight, normalisation: normalisation)
    } catch { throw error.inside(path) }
    let result = try await write(subject, format ?? Format(ending: output) ?? .onnx, spec)
    try report.print(result) { result.text }
  }

  private func write(_ subject: ExportSubject, _ format: Format, _ spec: DatasetSpec?) async throws
    -> ExportReport
  {
    switch format {
    case .onnx:
      var export = ONNXExport()
      (export.writesFloats, export.normalises) = (float, withNormalisation)
      export.producer = ("padawann", Tool.version)
      let made = try export.model(of: subject)
      try StoredFile.write(made.bytes, to: output)
      return ExportReport(output, format.rawValue, subject, made.bytes, opset: made.opset)
    case .safetensors:
      let bytes = SafeTensorsExport.bytes(of: subject)
      try StoredFile.write(bytes, to: output)
      return ExportReport(output, format.rawValue, subject, bytes)
    case .c:
      let images = try spec.map { spec throws(PadawannError) in
        try dataFolder.dataset(spec, normalisedAs: subject.normalisation)
      }
      let vectors = try await TestVectors(of: subject, dataset: images, by: compute.inference())
      var export = CExport(file: output)
      export.notes = ["Written by \(Tool.name)."]
      let made = try export.program(of: subject, vectors: vectors)
      try StoredFile.write(made.bytes, to: output)
      return ExportReport(
        output, format.rawValue, subject, made.bytes, readOnlyBytes: made.readOnlyBytes,
        memoryBytes: made.memoryBytes)
    }
  }
}

extension ExportCommand.Format {
  /// What the ending of a path says.
  fileprivate init?(ending path: String) {
    guard let dot = path.lastIndex(of: ".") else { return nil }
    self.init(rawValue: path[path.index(after: dot)...].lowercased())
  }
}
