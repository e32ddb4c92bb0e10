import Padawann

/// What `padawann finetune` made: `padawann.finetune/1`.
struct FinetuneReport: Encodable {
  let schema = "padawann.finetune/1"
  let file: String
  let sha256: String
  let bytes: Int
  let task: String
  let dataset: String
  let images: Int
  let outputs: [Int]
  let sharedWeight: Float?
  let parameters: [InspectReport.TaskEntry.ParameterEntry]
  let trainingAccuracy: Double
  /// What was measured on; absent where there is nothing.
  let testDataset: String?
  let accuracyBefore: Proportion?
  /// After each repetition.
  let testAccuracies: [Proportion]
  let meanTestAccuracy: Double?

  init(
    _ path: String, _ written: StoredModel, dataset spec: DatasetSpec,
    _ ended: RunReport<FineTuningJob.Outcome>
  ) {
    file = path
    sha256 = written.digest.description
    bytes = written.byteCount
    let head = ended.tasks.first
    task = head?.name ?? ""
    let record = written.model.tasks.first { $0.name == head?.name }
    dataset = record?.dataset ?? spec.description
    images = ended.outcome.images
    outputs = head?.outputs ?? []
    sharedWeight = head?.sharedWeight
    parameters = (record?.parameters ?? []).map(InspectReport.TaskEntry.ParameterEntry.init)
    trainingAccuracy = head?.trainingAccuracy ?? 0
    testDataset = ended.tests.first?.dataset
    accuracyBefore = ended.outcome.accuracyBefore
    testAccuracies = ended.outcome.accuracies
    let values = testAccuracies.map(\.value)
    meanTestAccuracy = values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
  }

  var text: String {
    let trained = parameters.map { "\($0.node) (\(Format.count($0.count)) numbers, \($0.precision))" }
    var lines = [
      "\(file.inOneLine): \(Format.count(bytes)) bytes; task \(task) has \(trained.joined(separator: ", ")) of its own, weight "
        + Format.weight(sharedWeight),
      "\(dataset.inOneLine): \(Format.percent(trainingAccuracy))% of \(Format.count(images)) training images are right",
    ]
    guard let testDataset, let before = accuracyBefore, let last = testAccuracies.last else {
      return lines.joined(separator: "\n")
    }
    lines.append(
      "\(testDataset): \(Format.percent(last.value))% of \(Format.count(last.total)) images (95% interval "
        + "\(Format.percent(last.interval.lower)) – \(Format.percent(last.interval.upper))), before \(Format.percent(before.value))%"
    )
    if testAccuracies.count > 1, let meanTestAccuracy {
      let each = testAccuracies.map { Format.percent($0.value) }.joined(separator: ", ")
      lines.append("after each repetition: \(each); mean \(Format.percent(meanTestAccuracy))%")
    }
    return lines.joined(separator: "\n")
  }
}
