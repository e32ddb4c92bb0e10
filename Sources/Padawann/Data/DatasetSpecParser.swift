extension DatasetSpec {
  /// Reads a spec.
  ///
  /// - Parameters:
  ///   - text: `NAME[:SPLIT]` or a path, followed by `,key=value` options. Nothing is looked up on disk: a source is a
  ///     path when it has a slash, starts with a dot or a tilde, ends as data files do, or is quoted.
  ///   - defaultSplit: the part of a named set that is meant when the text does not say.
  /// - Throws: ``PadawannError`` `usage` that names the valid words when one is unknown.
  public static func parse(_ text: String, defaultSplit: DatasetSplit = .test) throws(PadawannError)
    -> DatasetSpec
  {
    do {
      return try DatasetSpecParser(defaultSplit: defaultSplit).spec(MarkedText(text))
    } catch {
      throw error.location == text ? error : error.inside(text)
    }
  }
}

/// The grammar of ``DatasetSpec``.
struct DatasetSpecParser {
  let defaultSplit: DatasetSplit

  /// Every option.
  enum Key: String, CaseIterable {
    case split
    case imagesKey = "images-key"
    case labelsKey = "labels-key"
    case labelsFile = "labels-file"
    case more
    case labels
    case labelColumn = "label-column"
    case unlabelled
    case shape
    case channels
    case classesCount = "classes-count"
    case classNames = "class-names"
    case seed
    case ground
    case colour
    case resize
    case crop
    case invert
    case transpose
    case deskew
    case classes
    case map
    case dropLast = "drop-last"
    case perClass = "per-class"
    case first
    case random
    case randomPerClass = "random-per-class"
    case normalise

    static let flags: Set<Key> = [.unlabelled, .invert, .transpose, .deskew, .dropLast]
    /// Options that say how a file is read.
    static let reading: Set<Key> = [
      .split, .imagesKey, .labelsKey, .labelsFile, .more, .labels, .labelColumn, .shape, .channels,
      .classesCount,
      .classNames,
    ]
  }

  /// The endings that make a word a path.
  static let endings =
    [
      ".gz", ".npz", ".npy", ".h5", ".hdf5", ".hdf", ".keras", ".pt", ".pth", ".safetensors", ".csv", ".tsv",
      ".txt", ".bin", ".idx",
      "-ubyte",
    ] + PictureFile.endings

  /// Whether an unquoted source is a path.
  static func looksLikePath(_ text: String) -> Bool {
    text.contains("/") || text.hasPrefix(".") || text.hasPrefix("~")
      || endings.contains { text.lowercased().hasSuffix($0) }
  }

  func spec(_ text: MarkedText) throws(PadawannError) -> DatasetSpec {
    let parts = text.split(on: ",")
    var spec = DatasetSpec(try source(parts[0]))
    var seen: Set<Key> = []
    for part in parts.dropFirst() {
      let key = try self.key(part)
      guard seen.insert(key).inserted else { throw PadawannError(.usage, "\(key.rawValue) is given twice") }
      try check(key, fits: spec.source)
      do {
        try set(key, part.divided(at: "=")?.1, of: &spec)
      } catch {
        throw error.location == nil ? error.inside(key.rawValue) : error
      }
    }
    return spec
  }

  private func source(_ text: MarkedText) throws(PadawannError) -> DatasetSpec.Source {
    if text.hasQuotes || Self.looksLikePath(text.text) {
      guard !text.text.isEmpty else { throw PadawannError(.usage, "the path is empty") }
      return .path(text.text)
    }
    let (name, split) = text.divided(at: ":") ?? (text, nil) as (MarkedText, MarkedText?)
    guard let set = NamedSet(rawValue: name.text) else {
      let names = NamedSet.allCases.map(\.rawValue)
      throw PadawannError(
        .usage, "there is no dataset “\(name.text)”",
        remedy: Suggestion.remedy(for: name.text, among: names, whatTheyAre: "names")
          + "; a file needs a slash, for example ./\(name.text)")
    }
    guard let split else { return .named(set, defaultSplit) }
    return .named(set, try choice(split.text, whatItIs: "split"))
  }

  private func key(_ part: MarkedText) throws(PadawannError) -> Key {
    let (name, value) = part.divided(at: "=") ?? (part, nil) as (MarkedText, MarkedText?)
    guard let key = Key(rawValue: name.text) else {
      throw PadawannError(
        .usage, "there is no option “\(name.text)”",
        remedy: Suggestion.remedy(for: name.text, among: Key.allCases.map(\.rawValue), whatTheyAre: "options")
      )
    }
    switch (Key.flags.contains(key), value) {
    case (true, .some): throw PadawannError(.usage, "\(key.rawValue) takes no value")
    case (false, nil):
      throw PadawannError(.usage, "\(key.rawValue) needs a value", remedy: "Write \(key.rawValue)=…")
    default: return key
    }
  }

  private func check(_ key: Key, fits source: DatasetSpec.Source) throws(PadawannError) {
    switch source {
    case .path where key == .seed:
      throw PadawannError(.usage, "seed is for the sets that are drawn: strokes and strokes-letters")
    case .named(let set, _) where key == .seed && !set.isProcedural:
      throw PadawannError(
        .usage, "\(set.rawValue) has no seed", remedy: "Write random=N@SEED for a random choice of images")
    case .named(let set, _) where key == .ground:
      throw PadawannError(
        .usage, "ground is for pictures that can be seen through, and \(set.rawValue) has none",
        remedy: "Remove it")
    case .named(let set, _) where Key.reading.contains(key) && !(key == .labels && set == .cifar100):
      throw PadawannError(
        .usage, "\(key.rawValue) is for files; how \(set.rawValue) is read is known", remedy: "Remove it")
    default: return
    }
  }

  private func set(_ key: Key, _ value: MarkedText?, of spec: inout DatasetSpec) throws(PadawannError) {
    let text = value?.text ?? ""
    guard !text.isEmpty || Key.flags.contains(key) else { throw PadawannError(.usage, "the value is empty") }
    switch key {
    case .ground: spec.changes.ground = try PictureGround(text)
    case .colour: spec.changes.colour = try choice(text, whatItIs: "colour")
    case .resize: try setResize(text, of: &spec)
    case .crop: spec.changes.crop = try size(text)
    case .invert: spec.changes.invert = true
    case .transpose: spec.transpose = true
    case .deskew: spec.realChanges.deskew = true
    case .unlabelled: spec.reading.isUnlabelled = true
    case .dropLast: spec.dropLast = true
    case .seed: spec.seed = try seed(text)
    case .classes, .map:
      guard spec.classes == nil else { throw PadawannError(.usage, "classes and map exclude each other") }
      spec.classes = key == .classes ? try ClassChoice(list: text) : try ClassChoice(map: text)
    case .perClass, .first, .random, .randomPerClass:
      guard spec.selection == nil else {
        throw PadawannError(.usage, "only one of per-class, first, random and random-per-class can be given")
      }
      spec.selection = try selection(key, text)
    case .normalise: spec.normalisation = try NormalisationChoice(text)
    default:
      if let value { try setReading(key, value, of: &spec.reading) }
    }
  }

  private func setReading(_ key: Key, _ value: MarkedText, of options: inout ReadingOptions)
    throws(PadawannError)
  {
    switch key {
    case .split: options.split = try choice(value.text, whatItIs: "split")
    case .imagesKey: options.imagesKey = value.text
    case .labelsKey: options.labelsKey = value.text
    case .labelsFile: options.labelsFile = value.text
    case .more: options.more = value.split(on: "+").map(\.text)
    case .labels: options.labelKind = try choice(value.text, whatItIs: "kind of label")
    case .labelColumn: options.labelColumn = column(value)
    case .shape: options.layout.shape = try shape(value.text)
    case .channels: options.layout.channels = try order(value.text)
    case .classesCount: options.classCount = try number(value.text, 1...(ClassChoice.limit + 1))
    case .classNames: options.classNames = try names(value)
    default: return
    }
  }

  private func choice<Choice: RawRepresentable<String> & CaseIterable>(_ text: String, whatItIs: String)
    throws(PadawannError) -> Choice
  {
    if let choice = Choice(rawValue: text) { return choice }
    let names = Choice.allCases.map(\.rawValue)
    throw PadawannError(
      .usage, "“\(text)” is no \(whatItIs)", remedy: "Write \(names.joined(separator: " or "))")
  }

  private func order(_ text: String) throws(PadawannError) -> LabelledImages.ChannelOrder {
    guard PictureColour(rawValue: text) == nil else {
      throw PadawannError(
        .usage, "channels says where an array has its channels: first or last", remedy: "Write colour=\(text)"
      )
    }
    return try choice(text, whatItIs: "order of channels")
  }

  private func column(_ value: MarkedText) -> CSVFile.LabelColumn {
    if !value.hasQuotes {
      if value.text == "last" { return .last }
      if let index = try? number(value.text, 0...ClassChoice.limit) { return .index(index) }
    }
    return .named(value.text)
  }

  private func names(_ value: MarkedText) throws(PadawannError) -> [String] {
    try ClassNameList(value.split(on: "+").map(\.text)).names
  }

  func number(_ text: String, _ range: ClosedRange<Int>) throws(PadawannError) -> Int {
    guard text.utf8.allSatisfy({ (48...57).contains($0) }), let value = Int(text), range.contains(value)
    else {
      throw PadawannError(
        .usage, "“\(text)” is not a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return value
  }
}
