import ArgumentParser
import Foundation
import Padawann

/// `padawann predict`
struct PredictCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "predict", abstract: "Tell what pictures show.",
    discussion: """
      Pictures are PNG or JPEG files, folders of them (a folder with a sub-folder per class too), or - for one picture from \
      standard input. Each becomes as large as the network's input and grey or coloured like it, unless --with says otherwise, \
      and is normalised as the model says. The probabilities are the softmax of the logits; with several shared weights, of \
      which no task has chosen one, their mean.
      """)

  @Argument(help: "The model.", completion: .file(extensions: ["h5"]))
  var model: String

  @Argument(
    help: "Pictures, folders of pictures, or - for standard input.",
    completion: .file(extensions: ["png", "jpg", "jpeg"]))
  var pictures: [String]

  @Option(
    help: ArgumentHelp(
      "Answer as this task of the model (default: the only one that it has).", valueName: "name"))
  var task: String?

  @Option(help: ArgumentHelp("How many answers are given for each picture.", valueName: "count"))
  var top = 1

  @Flag(
    help:
      "Exchange dark and bright, for dark digits on a bright ground where the model knows bright ones on dark."
  )
  var invert = false

  @Option(
    name: .customLong("with"),
    help: ArgumentHelp(
      "What is done with the pictures, as a dataset's options: resize, crop, colour, ground, transpose, normalise.",
      valueName: "options"))
  var options: String?

  @OptionGroup var weights: WeightOptions
  @OptionGroup var compute: ComputeOptions
  @OptionGroup var report: ReportOptions

  func validate() throws {
    guard !pictures.isEmpty else { throw ValidationError("give at least one picture or folder") }
    guard top >= 1 else { throw ValidationError("--top is at least 1") }
    guard pictures.filter({ $0 == "-" }).count <= 1 else {
      throw ValidationError("standard input has one picture: give - once")
    }
    guard !weights.ownWeights || task == nil else {
      throw ValidationError("a task has weights of its own: --own-weights and --task exclude each other")
    }
  }

  func run() async throws {
    let path = try RunFolder.model(at: model)
    let stored = try StoredContent.read(path)
    let subject = try PredictionSubject(AnsweringModel(stored), path, task: task, weights)
    let reading = try PictureReading(subject, options: options, invert: invert)
    var result = PredictReport(model, stored, subject, reading)
    var failures: [PadawannError] = []
    // All folders are looked into before anything is answered.
    let sources = try pictures.flatMap { argument throws(PadawannError) in try PictureArgument.files(argument)
    }
    for batch in sources.batches(of: 256) {
      let (read, failed) = reading.read(batch)
      failures += failed
      guard !read.isEmpty else { continue }
      result.pictures += try await answers(to: read, subject, reading)
    }
    for note in result.notes { Output.note(note) }
    let count = top
    if !result.pictures.isEmpty || failures.isEmpty { try report.print(result) { result.text(top: count) } }
    guard let first = failures.first else { return }
    for failure in failures.dropLast() { Output.note(failure.description) }
    throw failures.last ?? first
  }

  /// The answers to some pictures, and to their negatives where it is doubtful which way round they are.
  private func answers(
    to pictures: [PictureReading.Picture], _ subject: PredictionSubject, _ reading: PictureReading
  ) async throws -> [PredictReport.Answered] {
    let dataset = try reading.dataset(pictures)
    let probabilities = try await self.probabilities(dataset, subject)
    var negatives: [Int: [Double]] = [:]
    let doubtful = pictures.indices.filter { reading.ground(of: pictures[$0]) == .doubtful }
    if !doubtful.isEmpty, !invert {
      let inverted = try await self.probabilities(
        reading.dataset(doubtful.map { pictures[$0].inverted }), subject)
      for (place, picture) in doubtful.enumerated() { negatives[picture] = inverted[place] }
    }
    return pictures.indices.map { index in
      PredictReport.Answered(
        pictures[index], probabilities[index], top: top, subject.answers, reading.ground(of: pictures[index]),
        negative: negatives[index])
    }
  }

  private func probabilities(_ dataset: Dataset, _ subject: PredictionSubject) async throws -> [[Double]] {
    let inference = try compute.inference()
    let all = try await inference.predictions(
      of: subject.network, on: dataset, magnitudes: subject.magnitudes)
    let predictions = try all.map { try $0.restricted(to: subject.answers.outputs) }
    for one in predictions { try one.validate() }
    return (0..<dataset.count).map { Ensemble.probabilities(predictions, image: $0) }
  }
}

extension Array {
  /// The elements in their order, so many at a time.
  fileprivate func batches(of size: Int) -> [ArraySlice<Element>] {
    stride(from: 0, to: count, by: size).map { self[$0..<Swift.min($0 + size, count)] }
  }
}
