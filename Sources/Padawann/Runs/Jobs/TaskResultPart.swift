/// How an individual did on some of a task's images.
struct TaskResultPart: Sendable, Equatable {
  /// With one magnitude of its weights.
  struct Answers: Sendable, Equatable {
    /// Whether all of its numbers are finite; otherwise nothing else counts.
    let isFinite: Bool
    /// The images that were predicted correctly.
    let correct: Int
    /// The logarithm of the probability of the right class, in nats: of every image in order, or one sum of all that there are.
    var logProbabilities: [Double]
  }

  /// The number of images.
  let images: Int
  /// With each magnitude, in order.
  private(set) var answers: [Answers]

  /// Looks at what a network said with each magnitude of its weights.
  ///
  /// - Throws: as ``Predictions/scorable(_:)``.
  init(_ predictions: [Predictions], outputs: [Int]) throws(PadawannError) {
    images = predictions.first?.count ?? 0
    answers = try predictions.map { prediction throws(PadawannError) in
      guard prediction.logits.allSatisfy(\.isFinite) else {
        return Answers(isFinite: false, correct: 0, logProbabilities: [])
      }
      let named = outputs == Array(0..<prediction.outputs) ? nil : outputs
      let scorable = try prediction.scorable(named)
      return Answers(
        isFinite: true, correct: zip(scorable.predictedClasses, scorable.labels).count { $0 == $1 },
        logProbabilities: (0..<scorable.count).map { scorable.logSoftmax($0)[scorable.labels[$0]] })
    }
  }

  /// The same as what travels less, for a part that is all of a task's images.
  var summed: TaskResultPart {
    var part = self
    for place in answers.indices where answers[place].isFinite {
      part.answers[place].logProbabilities = [answers[place].logProbabilities.reduce(0, +)]
    }
    return part
  }

  var encoded: [UInt8] {
    var writer = ByteWriter()
    writer.append(UInt32(images))
    writer.append(UInt32(answers.count))
    for answer in answers {
      writer.append(UInt8(answer.isFinite ? 1 : 0))
      writer.append(UInt32(answer.correct))
      writer.append(UInt32(answer.logProbabilities.count))
      for value in answer.logProbabilities { writer.append(value) }
    }
    return writer.bytes
  }

  init(_ bytes: [UInt8]) throws(PadawannError) {
    var reader = ByteReader(bytes)
    images = try reader.count()
    answers = []
    for _ in 0..<(try reader.count()) {
      let isFinite = try reader.byte() == 1
      let correct = try reader.count()
      var values: [Double] = []
      for _ in 0..<(try reader.count()) { values.append(try reader.double()) }
      answers.append(Answers(isFinite: isFinite, correct: correct, logProbabilities: values))
    }
  }
}
