/// Where a model comes from.
public struct Provenance: Sendable, Equatable {
  /// The tool and its version, for example `padawann 0.1.0`.
  public var tool: String?
  /// The name (no folders) of the file that the weights were imported from.
  public var sourceName: String?
  /// SHA-256 of that file.
  public var sourceDigest: Digest?
  /// Its size in bytes.
  public var sourceBytes: Int?
  /// SHA-256 of the content of the model that this one was made from (``StoredModel/digest``).
  public var parent: Digest?
  /// The seed of whatever was random.
  public var seed: UInt64?
  /// Everything that made this model, resolved, in order.
  public var entries: [Entry]
  /// What made the models that this one was made from, the first of them first.
  public var history: [Step] = []

  /// A name and its value, as text.
  public struct Entry: Sendable, Equatable {
    /// For example `method`.
    public var name: String
    /// For example `random`.
    public var value: String

    /// Joins a name and a value.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// How an earlier model was made.
  public struct Step: Sendable, Equatable {
    /// SHA-256 of the content of the model that it made.
    public var model: Digest
    /// The tool and its version.
    public var tool: String?
    /// The seed of whatever was random.
    public var seed: UInt64?
    /// Everything that made the model, in order.
    public var entries: [Entry]
  }

  /// Nothing is known.
  public init() { entries = [] }

  /// The provenance of a model that is made from others.
  ///
  /// - Parameters:
  ///   - parents: what is known of the models that it is made from, and the digests of their contents.
  ///   - tool: the tool and its version.
  ///   - seed: the seed of whatever is random.
  ///   - entries: everything that makes it.
  package init(
    madeFrom parents: [(provenance: Provenance, model: Digest)], tool: String, seed: UInt64?, entries: [Entry]
  ) {
    self.entries = entries
    self.tool = tool
    self.seed = seed
    parent = parents.count == 1 ? parents[0].model : nil
    // Parents that go back to one file share it; of several files none is the source.
    if let first = parents.first?.provenance,
      parents.allSatisfy({ $0.provenance.sourceDigest == first.sourceDigest })
    {
      (sourceName, sourceDigest, sourceBytes) = (first.sourceName, first.sourceDigest, first.sourceBytes)
    }
    var known: Set<Digest> = []
    for (provenance, model) in parents {
      let last = Step(model: model, tool: provenance.tool, seed: provenance.seed, entries: provenance.entries)
      for step in provenance.history + [last] where known.insert(step.model).inserted { history.append(step) }
    }
    history.removeFirst(max(0, history.count - ModelRules.maximumSteps))
  }
}

// How a step is stored: what is known of it, an empty text, and its settings.
extension Provenance.Step {
  /// The texts of an attribute.
  var texts: [String] {
    let known = [("model", model.description), ("tool", tool), ("seed", seed.map(String.init))]
    let head = known.compactMap { name, value in value.map { "\(name)=\($0)" } } + [""]
    let all = head + entries.map { "\($0.name)=\($0.value)" }
    // What fitted as the settings of a model may not fit with the head in front of it.
    return ModelRules.fit(all) ? all : head + ["settings=were too long to be kept"]
  }

  /// Reads the texts of an attribute.
  ///
  /// - Throws: ``PadawannError`` `data` that says which text is wrong.
  init(_ texts: [String]) throws(PadawannError) {
    let head = try texts.prefix { !$0.isEmpty }.map(Provenance.Entry.init(line:))
    func value(_ name: String) -> String? { head.first { $0.name == name }?.value }
    guard head.count < texts.count, let text = value("model"), let model = Digest(hex: text),
      model.description == text
    else {
      throw PadawannError(
        .data, "a step of the history does not begin with a digest, or has no empty text behind it")
    }
    let seed = value("seed").flatMap(UInt64.init)
    guard value("seed") == seed.map(String.init),
      Set(head.map(\.name)).isSubset(of: ["model", "tool", "seed"]),
      Set(head.map(\.name)).count == head.count
    else {
      throw PadawannError(
        .data, "a step of the history has more than a model, a tool and a seed at its beginning")
    }
    let entries = try texts.dropFirst(head.count + 1).map(Provenance.Entry.init(line:))
    self.init(model: model, tool: value("tool"), seed: seed, entries: entries)
  }
}

extension Provenance.Entry {
  /// Reads `name=value`.
  init(line: String) throws(PadawannError) {
    let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else {
      throw PadawannError(.data, "the setting \"\(line)\" is not of the form name=value")
    }
    self.init(String(parts[0]), String(parts[1]))
  }
}
