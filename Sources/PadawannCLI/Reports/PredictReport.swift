import Padawann

/// What `padawann predict` answers: `padawann.predict/1`.
struct PredictReport: Encodable {
  let schema = "padawann.predict/1"
  let file: String
  let sha256: String
  let task: String?
  /// `nil` for the model's own weights.
  let sharedWeights: [Float?]
  let normalisation: NormalisationEntry
  let normalisationFrom: NormalisationOrigin
  /// What was done with every picture, as a dataset's options.
  let options: String
  var pictures: [Answered] = []
  private let isInverted: Bool

  private enum CodingKeys: CodingKey {
    case schema, file, sha256, task, sharedWeights, normalisation, normalisationFrom, options, pictures
  }

  /// One picture.
  struct Answered: Encodable {
    let picture: String
    let answers: [Answer]
    let brightness: Double
    let ground: PictureReading.Ground
    /// The first answer with dark and bright exchanged, where it is doubtful which way round the picture is.
    let inverted: Answer?

    /// One answer.
    struct Answer: Encodable {
      let label: String
      let output: Int
      let probability: Double
    }

    init(
      _ picture: PictureReading.Picture, _ probabilities: [Double], top: Int,
      _ answers: (outputs: [Int], names: [String]), _ ground: PictureReading.Ground, negative: [Double]?
    ) {
      func best(_ probabilities: [Double], _ count: Int) -> [Answer] {
        // Of equals the first, as everywhere.
        probabilities.indices.sorted {
          (probabilities[$0], $1) > (probabilities[$1], $0)
        }.prefix(count).map {
          Answer(label: answers.names[$0], output: answers.outputs[$0], probability: probabilities[$0])
        }
      }
      self.picture = picture.path
      self.answers = best(probabilities, top)
      brightness = picture.brightness
      self.ground = ground
      inverted = negative.flatMap { best($0, 1).first }
    }
  }

  init(_ path: String, _ stored: StoredContent, _ subject: PredictionSubject, _ reading: PictureReading) {
    file = path
    sha256 = stored.digest.description
    task = subject.task
    sharedWeights = subject.magnitudes.map(\.sharedWeight)
    normalisation = NormalisationEntry(reading.normalisation)
    normalisationFrom = reading.origin
    options = reading.spec.pictureOptions
    isInverted = reading.spec.changes.invert
  }

  /// What the user must know to trust the answers, for standard error.
  var notes: [String] {
    var notes: [String] = []
    if normalisationFrom == .guess {
      notes.append("input \(normalisation.text), \(normalisationFrom.text)")
    }
    let opposite = pictures.filter { $0.ground == .opposite }
    if !opposite.isEmpty {
      notes.append(
        "\(Self.named(opposite)): the ground is \(opposite[0].brightness > 0.5 ? "bright" : "dark"), "
          + "and that of the pictures that the model knows is not; "
          + (isInverted ? "leave --invert out" : "--invert exchanges dark and bright"))
    }
    let changed = pictures.filter { picture in
      picture.inverted.map { $0.output != picture.answers.first?.output } ?? false
    }
    if let first = changed.first, let inverted = first.inverted {
      notes.append(
        "\(Self.named(changed)): the ground is bright; if the model knows bright on dark, it needs --invert, and the answer is "
          + "\(inverted.label)")
    }
    return notes
  }

  private static func named(_ pictures: [Answered]) -> String {
    pictures.count > 1 ? "\(pictures[0].picture) and \(pictures.count - 1) more" : pictures[0].picture
  }

  /// A line for each picture; with several answers a line for each.
  func text(top: Int) -> String {
    Table.text(
      [["picture", "answer", "probability"]]
        + pictures.flatMap { picture in
          picture.answers.enumerated().map { rank, answer in
            [rank == 0 ? picture.picture : "", answer.label, Format.percent(answer.probability) + "%"]
          }
        })
  }
}
