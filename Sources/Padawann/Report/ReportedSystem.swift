/// One of the things that a report compares: runs that differ in their seeds alone, a model, or answers that were stored.
struct ReportedSystem: Sendable {
  /// What the report calls it.
  let name: String
  /// Where it is.
  let path: String
  let content: Content

  enum Content: Sendable {
    case runs([ReportedRun])
    case model(StoredContent)
    case predictions(PredictionFile)
  }

  /// Its runs; empty for what is none.
  var runs: [ReportedRun] { if case .runs(let runs) = content { runs } else { [] } }

  /// The run that is shown in detail: the fittest that has a model, or the one that is best on its test data, the first of equals.
  var shown: ReportedRun? {
    let able = runs.filter { $0.model != nil }
    let scores = able.map { $0.fitness ?? $0.testAccuracy ?? 0 }
    return scores.max().flatMap { most in scores.firstIndex(of: most) }.map { able[$0] }
  }

  /// What it is, in a word or two.
  var kind: String {
    switch content {
    case .runs(let runs): runs.first?.description.kind.rawValue ?? ""
    case .model(.padawann): "model"
    case .model(.wann): "WANN"
    case .predictions: "predictions"
    }
  }

  /// The size of its file; `nil` for what is no model.
  var byteCount: Int? { if case .model(let stored) = content { stored.byteCount } else { nil } }

  /// Reads what a path leads to.
  ///
  /// - Parameters:
  ///   - path: a run's folder, a model, or a file of predictions.
  ///   - name: what to call it; by default the path.
  /// - Returns: one system; a sweep gives one for each density.
  /// - Throws: ``PadawannError`` `missing`, `data` or `unsupported` for what is nothing of the kind.
  static func read(_ path: String, named name: String?) throws -> [ReportedSystem] {
    let name = name ?? path
    if RunFolder.isRun(path) { return try runs(in: path, named: name) }
    let bytes = try StoredFile.read(path, limit: ModelFile.sizeLimit)
    do throws(PadawannError) {
      // A zip archive begins with "PK".
      let content: Content =
        bytes.starts(with: [0x50, 0x4b])
        ? .predictions(try PredictionFile(bytes)) : .model(try StoredContent.content(encoded: bytes))
      return [ReportedSystem(name: name, path: path, content: content)]
    } catch {
      throw error.inside(path)
    }
  }

  private static func runs(in path: String, named name: String) throws -> [ReportedSystem] {
    guard let members = try RunDescription(of: path).members else {
      let run = try ReportedRun(path, named: path)
      return [ReportedSystem(name: name, path: path, content: .runs([run]))]
    }
    var variants: [(title: String, runs: [ReportedRun])] = []
    for member in members where RunFolder.isRun("\(path)/\(member)") {
      let run = try ReportedRun("\(path)/\(member)", named: member)
      // `density-0.5-trial-1` is a trial of the variant `density-0.5`.
      let title = member.split(separator: "trial-", omittingEmptySubsequences: false)[0]
        .trimmingSuffix { $0 == "-" }
      if let place = variants.firstIndex(where: { $0.title == title }) {
        variants[place].runs.append(run)
      } else {
        variants.append((String(title), [run]))
      }
    }
    guard !variants.isEmpty else {
      throw PadawannError(.missing, "none of its runs has begun", at: path, remedy: "Wait for the first")
    }
    return variants.map { variant in
      let full = variant.title.isEmpty ? name : "\(name), \(variant.title.replacing("-", with: " "))"
      return ReportedSystem(name: full, path: path, content: .runs(variant.runs))
    }
  }
}

extension Substring {
  fileprivate func trimmingSuffix(while isCut: (Character) -> Bool) -> Substring {
    var rest = self
    while let last = rest.last, isCut(last) { rest.removeLast() }
    return rest
  }
}
