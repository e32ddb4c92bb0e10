import Padawann

/// What `padawann compare` found of groups of trials: `padawann.compare-groups/1`.
struct CompareGroupsReport: Encodable {
  let schema = "padawann.compare-groups/1"
  let dataset: String
  let datasetSha256: String
  let images: Int
  let alpha: Double
  let groups: [Group]
  let pairs: [GroupPair]
  let verdict: String

  /// One of the groups.
  struct Group: Encodable {
    let name: String
    let models: [CompareReport.Entry]
    let accuracy: Spread?
  }

  init(dataset: String, _ comparison: GroupComparison, magnitudes: [[Magnitude]]) {
    self.dataset = dataset
    datasetSha256 = comparison.dataset
    images = comparison.images
    alpha = comparison.alpha
    groups = zip(comparison.groups, magnitudes).map { group, magnitudes in
      Group(
        name: group.name,
        models: zip(group.models, magnitudes).map {
          CompareReport.Entry(name: $0.name, sharedWeight: $1.sharedWeight, accuracy: $0.accuracy)
        }, accuracy: group.accuracy)
    }
    pairs = comparison.pairs
    verdict = comparison.verdict
  }
}

extension CompareGroupsReport {
  var text: String {
    let head = "\(dataset.inOneLine): \(Format.count(images)) images, accuracy in %\n\(groupTable)"
    return ([head] + pairs.map(text) + [verdict.replacing("; ", with: "\n")]).joined(separator: "\n\n")
  }

  private var groupTable: String {
    let rows = groups.map { group in
      let spread = group.accuracy
      let numbers = [spread?.mean, spread?.deviation, spread?.least, spread?.most]
      return [group.name, Format.count(group.models.count)]
        + numbers.map { $0.map { Format.percent($0) } ?? "" }
    }
    return Table.text([["group", "models", "mean", "sd", "least", "most"]] + rows)
  }

  private func text(_ pair: GroupPair) -> String {
    let (a, b) = (groups[pair.first].name, groups[pair.second].name)
    let isAdjusted = pairs.count > 1
    var rows = [["difference of the means", "\(Self.points(pair.difference)) points"]]
    rows += pair.overTrials.map { Self.rows($0, alpha: alpha) } ?? []
    if isAdjusted, let p = pair.adjustedTrialsP { rows.append(["over trials, Holm", Format.probability(p)]) }
    rows += Self.rows(pair.overImages)
    if isAdjusted { rows.append(["over images, Holm", Format.probability(pair.adjustedImagesP)]) }
    if let trials = pair.trials, trials.count > 1 {
      rows.append([
        "McNemar's mid-p of single trials",
        trials.map { Format.probability($0.midP) }.joined(separator: ", "),
      ])
    }
    return "\(b) against \(a)\n" + Table.text(rows)
  }

  private static func points(_ share: Double) -> String { (share > 0 ? "+" : "") + Format.percent(share) }

  private static func rows(_ test: MeanDifference, alpha: Double) -> [[String]] {
    let confidence = Format.weight(Float(100 * (1 - alpha)))
    return [
      [
        "over trials, \(test.design.name)",
        "\(Format.decimal(test.statistic, 4)), \(Format.decimal(test.degreesOfFreedom, 2)) degrees of freedom, p "
          + Format.probability(test.p),
      ], ["\(confidence)% interval", "\(points(test.interval.lower)) to \(points(test.interval.upper))"],
    ]
  }

  private static func rows(_ test: ClusteredMcNemar) -> [[String]] {
    [
      [
        "over images, McNemar",
        "\(Format.decimal(test.statistic, 4)), p \(Format.probability(test.p))"
          + (test.isRough ? ", roughly: the groups differ on few images" : ""),
      ],
      [
        "images that favour the first, the second",
        "\(Format.count(test.favouringFirst)), \(Format.count(test.favouringSecond))",
      ],
    ]
  }
}

extension MeanDifference.Design {
  fileprivate var name: String {
    switch self {
    case .welch: "Welch's t"
    case .paired: "paired t"
    case .oneSample: "one-sample t"
    }
  }
}
