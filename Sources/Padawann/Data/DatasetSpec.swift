import Foundation

/// The two parts of a published dataset.
public enum DatasetSplit: String, Hashable, Sendable, CaseIterable {
  /// What a network is trained on.
  case train
  /// What a network is measured on.
  case test
}

/// Which images, with which labels, normalised how: what a user writes wherever a command takes a dataset.
///
/// The syntax is `NAME[:SPLIT]` or a path, followed by `,key=value` options; `Formats/datasets.md` describes all of it.
/// Whatever order the options are written in, they are applied in this order: reading, changes of pixels, `transpose`,
/// `resize=…:bilinear`, `deskew`, `classes` or `map`, `drop-last`, one selection, `normalise`.
public struct DatasetSpec: Hashable, Sendable, CustomStringConvertible {
  /// Where the images come from.
  package enum Source: Hashable, Sendable {
    /// A dataset of the catalogue.
    case named(NamedSet, DatasetSplit)
    /// A file or a folder.
    case path(String)

    /// Whether it is the same set, whichever part of it, or the same file.
    package func isSameData(as other: Source) -> Bool {
      switch (self, other) {
      case (.named(let first, _), .named(let second, _)): first == second
      case (.path(let first), .path(let second)):
        URL(fileURLWithPath: first).standardizedFileURL == URL(fileURLWithPath: second).standardizedFileURL
      default: false
      }
    }
  }

  /// Where the images come from.
  package var source: Source
  /// How a file is to be read.
  package var reading: ReadingOptions
  /// How each image of 8-bit pixels is changed.
  package var changes: PictureChanges
  /// Whether rows and columns are exchanged, which sets EMNIST upright.
  public var transpose: Bool
  /// How each image is changed after that, in real numbers.
  package var realChanges: RealChanges
  /// Which classes are kept and what they become; all as they are when `nil`.
  package var classes: ClassChoice?
  /// Whether the last image is left out, as the thesis' code does with its test sets.
  public var dropLast: Bool
  /// Which images are kept; all when `nil`.
  package var selection: ImageSelection?
  /// How pixels become inputs; when `nil`, what is usual for such images.
  package var normalisation: NormalisationChoice?
  /// The seed of a procedural set; 0 when `nil`.
  public var seed: UInt64?

  /// A whole source as it is.
  package init(_ source: Source) {
    self.source = source
    reading = ReadingOptions()
    changes = PictureChanges()
    transpose = false
    realChanges = RealChanges()
    dropLast = false
  }

  /// The canonical text: ``parse(_:defaultSplit:)`` of it gives an equal value.
  public var description: String {
    var parts = [sourceText] + reading.texts
    if let seed { parts.append("seed=\(seed)") }
    parts += changes.texts
    if transpose { parts.append("transpose") }
    parts += realChanges.texts
    if let classes { parts.append(classes.description) }
    if dropLast { parts.append("drop-last") }
    if let selection { parts.append(selection.description) }
    if let normalisation { parts.append("normalise=\(normalisation)") }
    return parts.joined(separator: ",")
  }

  /// The test images of the same set and classes, where the spec is of a named set's training images or of the part `train` of a
  /// folder or a file that has a part `test` too; `nil` also where these have statistics of their own, which would treat the two
  /// differently.
  public var testSplit: DatasetSpec? {
    guard normalisation != .own else { return nil }
    var test = self
    (test.selection, test.dropLast, test.reading.isUnlabelled) = (nil, false, false)
    switch source {
    case .named(let set, .train): test.source = .named(set, .test)
    case .named: return nil
    case .path(let path):
      test.reading.split = .test
      let mayHave = reading.split == .train && reading.imagesKey == nil && reading.labelsFile == nil
      guard mayHave, SampleFile(path: path, options: test.reading).hasItsPart else { return nil }
      // Of images without labels nothing can be measured.
      if reading.isUnlabelled, (try? test.withLabelsWhereThereAreSome()) != test { return nil }
    }
    return test
  }

  /// Whether another spec is of the same images in the same order, however each prepares them and numbers their classes.
  package func hasSameImages(as other: DatasetSpec) -> Bool {
    func unprepared(_ spec: DatasetSpec) -> DatasetSpec {
      var spec = spec
      (spec.changes, spec.realChanges, spec.transpose, spec.normalisation) = (
        PictureChanges(), RealChanges(), false, nil
      )
      if spec.classes?.isPermutation == true { spec.classes = nil }
      return spec
    }
    return unprepared(self) == unprepared(other)
  }

  /// The paths of the files that are read; none for a named set.
  public var paths: [String] {
    guard case .path(let path) = source else { return [] }
    return [path] + (reading.labelsFile.map { [$0] } ?? []) + reading.more
  }

  private var sourceText: String {
    switch source {
    case .named(let set, let split): return "\(set.rawValue):\(split.rawValue)"
    case .path(let path):
      let plain = MarkedText.quoted(path, separators: ",")
      return plain == path && !DatasetSpecParser.looksLikePath(path) ? "\"\(path)\"" : plain
    }
  }
}

/// How a file of images is to be read, where the file itself leaves a choice.
package struct ReadingOptions: Hashable, Sendable {
  /// Which part of a folder or of a file with several is meant.
  package var split: FileSplit?
  /// The name of the images inside an archive.
  package var imagesKey: String?
  /// The name of the labels inside an archive.
  package var labelsKey: String?
  /// A second file, which holds the labels.
  package var labelsFile: String?
  /// Further files of the same kind that follow the first.
  package var more: [String] = []
  /// `fine` or `coarse`, for CIFAR-100.
  var labelKind: CIFARFile.LabelKind?
  /// Which column of a table holds the labels.
  var labelColumn: CSVFile.LabelColumn?
  /// Whether there are no labels, or none that are to be looked at.
  package var isUnlabelled = false
  /// How the array of images is to be understood.
  var layout = LabelledImages.Layout()
  /// The number of classes, when it is more than the largest label tells.
  package var classCount: Int?
  /// The names of the classes.
  package var classNames: [String]?

  /// Nothing but defaults.
  package init() {}

  /// The options as a spec has them.
  var texts: [String] {
    var parts: [String] = []
    func add(_ key: String, _ value: String?) {
      if let value { parts.append("\(key)=\(value)") }
    }
    add("split", split?.rawValue)
    add("images-key", imagesKey.map { MarkedText.quoted($0, separators: ",") })
    add("labels-key", labelsKey.map { MarkedText.quoted($0, separators: ",") })
    add("labels-file", labelsFile.map { MarkedText.quoted($0, separators: ",") })
    add("more", more.isEmpty ? nil : Self.list(more))
    add("labels", labelKind?.rawValue)
    add("label-column", labelColumn.map(Self.text))
    if isUnlabelled { parts.append("unlabelled") }
    add("shape", layout.shape.map { "\($0.channels)x\($0.height)x\($0.width)" })
    add("channels", layout.channels?.rawValue)
    add("classes-count", classCount.map { String($0) })
    add("class-names", classNames.map(Self.list))
    return parts
  }

  private static func list(_ items: [String]) -> String {
    items.map { MarkedText.quoted($0, separators: ",+") }.joined(separator: "+")
  }

  private static func text(_ column: CSVFile.LabelColumn) -> String {
    switch column {
    case .index(let index): return String(index)
    case .last: return "last"
    case .named(let name):
      let quoted = MarkedText.quoted(name, separators: ",")
      return quoted == name && (name == "last" || Int(name) != nil) ? "\"\(name)\"" : quoted
    }
  }
}
