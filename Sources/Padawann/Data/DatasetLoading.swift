import Foundation

extension DatasetSpec {
  /// Reads the images and does with them what the spec says.
  ///
  /// - Parameters:
  ///   - folder: where the named sets are.
  ///   - other: a folder from which relative paths lead where they do not lead from the present one.
  ///   - stated: how bytes become inputs where the spec does not say, as a model does.
  /// - Returns: a dataset whose name is the spec's canonical text.
  /// - Throws: ``PadawannError`` `missing` when files are not there, `data` when they are damaged or do not agree, `usage`
  ///   when the spec asks for classes or images that the set does not have.
  public func load(
    from folder: DataFolder, relativeTo other: String? = nil, normalisedAs stated: Normalisation? = nil
  ) throws(PadawannError) -> Dataset {
    let place = other.map(located) ?? self
    do {
      switch place.source {
      case .named(let set, let split):
        var images = try NamedSetReader(folder: folder).images(set, split, self)
        try images.change(by: changes)
        return try dataset(images, stated)
      case .path(let path):
        return try dataset(SampleFile(path: path, options: place.reading, changes: changes).images(), stated)
      }
    } catch {
      throw error.location == nil ? error.inside(description) : error
    }
  }

  /// The same with paths from another folder, where a relative one leads nowhere from here.
  func located(from folder: String) -> DatasetSpec {
    func place(_ path: String) -> String {
      guard !path.hasPrefix("/"), !FileManager.default.fileExists(atPath: path) else { return path }
      return "\(folder)/\(path)"
    }
    guard case .path(let path) = source else { return self }
    var spec = self
    spec.source = .path(place(path))
    spec.reading.labelsFile = reading.labelsFile.map(place)
    spec.reading.more = reading.more.map(place)
    return spec
  }

  private func dataset(_ read: LabelledImages, _ stated: Normalisation?) throws(PadawannError) -> Dataset {
    var images = read
    if transpose { images.transpose() }
    try images.change(by: realChanges)
    let scale = images.pixels.scale
    let usual = NormalisationChoice.standard(for: images, in: scale)
    if !images.isLabelled { try checkNeedsNoLabels() }
    var classNames = try images.isLabelled ? names(of: images) : ["?"]
    let normalisation =
      if self.normalisation == nil, let stated { stated.adapted(to: scale) } else {
        try (self.normalisation ?? usual).normalisation(of: images, in: scale)
      }
    if let classes { classNames = try classes.apply(to: &images, classNames: classNames) }
    if dropLast { images.keep(Array(images.labels.indices.dropLast())) }
    if let selection, !source.drawsPerClass(selection) {
      images.keep(try selection.places(in: images.labels, classNames: classNames))
    }
    if reading.isUnlabelled {
      // They may have served to choose images, and say nothing any more.
      images.labels = [Int](repeating: 0, count: images.labels.count)
      classNames = ["?"]
    }
    return try Dataset(
      name: description, shape: images.shape, pixels: images.pixels, labels: images.labels,
      classNames: classNames, normalisation: normalisation, isLabelled: !reading.isUnlabelled)
  }

  /// Refuses choices by class where there are no labels.
  private func checkNeedsNoLabels() throws(PadawannError) {
    guard classes == nil, selection?.isPerClass != true else {
      throw PadawannError(
        .usage, "images without labels have no classes to choose from",
        remedy: "Take first=N or random=N images of all")
    }
  }

  /// One name per class: those given, or the format's, or numbers up to the largest label.
  private func names(of images: LabelledImages) throws(PadawannError) -> [String] {
    let highest = images.labels.max() ?? 0
    var names = reading.classNames ?? images.classNames ?? []
    let known = names.isEmpty ? min(max(highest, 0), ClassChoice.limit) + 1 : names.count
    let count = max(reading.classCount ?? known, names.count)
    names += (names.count..<count).map { String($0) }
    if let wrong = images.labels.firstIndex(where: { !names.indices.contains($0) }) {
      throw PadawannError(
        .data, "label \(images.labels[wrong]) of image \(wrong) is not one of the \(names.count) classes",
        remedy: "Correct classes-count= or class-names=, or check that the file is the right one")
    }
    return names
  }
}

extension DatasetSpec.Source {
  /// Whether the set itself draws as many images per class as the selection asks for.
  fileprivate func drawsPerClass(_ selection: ImageSelection) -> Bool {
    guard case .named(let set, _) = self, case .firstPerClass = selection else { return false }
    return set.isProcedural
  }
}

/// Reads the sets of the catalogue.
struct NamedSetReader {
  let folder: DataFolder

  func images(_ set: NamedSet, _ split: DatasetSplit, _ spec: DatasetSpec) throws(PadawannError)
    -> LabelledImages
  {
    guard let publication = set.publication else { return try drawnImages(set, split, spec) }
    switch publication.format {
    case .idx: return try idxImages(set, publication, split)
    case .cifar: return try cifarImages(publication, split, spec.reading.labelKind)
    }
  }

  private func drawnImages(_ set: NamedSet, _ split: DatasetSplit, _ spec: DatasetSpec)
    throws(PadawannError) -> LabelledImages
  {
    let part = split == .train ? Strokes.Split.train : .test
    var perClass = part.defaultPerClass
    if case .firstPerClass(let count) = spec.selection { perClass = count }
    if case .perClass(_, let last) = spec.selection { perClass = last }
    let alphabet = set == .strokes ? Strokes.Alphabet.digits : .letters
    let drawn = try Strokes.dataset(alphabet, split: part, perClass: perClass, seed: spec.seed ?? 0)
    return LabelledImages(
      shape: drawn.shape, pixels: drawn.pixels, labels: drawn.labels, classNames: drawn.classNames)
  }

  private func idxImages(_ set: NamedSet, _ publication: PublishedSet, _ split: DatasetSplit)
    throws(PadawannError) -> LabelledImages
  {
    var paths: [String] = []
    for file in publication.files(of: split) {
      paths.append(try folder.existingLocation(of: file, in: publication))
    }
    let images = try SampleFile.array(paths[0], .idx)
    let labels = try SampleFile.array(paths[1], .idx)
    do {
      var result = try LabelledImages(images: images, labels: labels, layout: LabelledImages.Layout())
      return try chosen(set, &result)
    } catch {
      throw error.inside(paths[1])
    }
  }

  /// Labels from 0, and only the classes that the set consists of.
  private func chosen(_ set: NamedSet, _ images: inout LabelledImages) throws(PadawannError) -> LabelledImages
  {
    let names = set.idxClassNames
    let labels = images.labels.map { $0 - set.firstLabel }
    if let wrong = labels.firstIndex(where: { !names.indices.contains($0) }) {
      throw PadawannError(
        .data, "label \(images.labels[wrong]) of image \(wrong) is not one of \(set.rawValue)")
    }
    images.labels = labels
    images.classNames = names
    if let own = set.ownClasses {
      images.classNames = try ClassChoice(keeping: Array(own)).apply(to: &images, classNames: names)
    }
    return images
  }

  private func cifarImages(_ publication: PublishedSet, _ split: DatasetSplit, _ kind: CIFARFile.LabelKind?)
    throws(PadawannError) -> LabelledImages
  {
    var paths: [String] = []
    for file in publication.files(of: split) {
      paths.append(try folder.existingLocation(of: file, in: publication))
    }
    var options = ReadingOptions()
    options.more = Array(paths.dropFirst())
    options.labelKind = publication == .cifar100 ? kind ?? .fine : nil
    return try SampleFile(path: paths[0], options: options).images()
  }
}

extension DatasetSpec {
  /// The same without labels, where the folder or the file has none.
  ///
  /// - Throws: ``PadawannError`` that names a folder or file that cannot be read.
  package func withLabelsWhereThereAreSome() throws(PadawannError) -> DatasetSpec {
    guard case .path(let path) = source, !reading.isUnlabelled else { return self }
    guard try SampleFile(path: path, options: reading, changes: changes).hasNoLabels() else { return self }
    var spec = self
    spec.reading.isUnlabelled = true
    return spec
  }
}
