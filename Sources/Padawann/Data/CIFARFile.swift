/// The binary version of CIFAR-10 and CIFAR-100 (Krizhevsky, 2009): records of one label byte (CIFAR-100: the coarse
/// label, then the fine one) and 3 × 32 × 32 bytes.
enum CIFARFile {
  /// Which labels of CIFAR-100 are meant.
  enum LabelKind: String, Hashable, Sendable, CaseIterable {
    /// 100 classes.
    case fine
    /// 20 superclasses.
    case coarse
  }

  /// What the records of a file look like.
  enum Layout: Hashable, Sendable {
    case cifar10
    case cifar100(LabelKind)

    var recordSize: Int { self == .cifar10 ? 3073 : 3074 }
    var labelOffset: Int { self == .cifar100(.fine) ? 1 : 0 }
    var classNames: [String] {
      switch self {
      case .cifar10: ClassNames.cifar10
      case .cifar100(.fine): ClassNames.cifar100Fine
      case .cifar100(.coarse): ClassNames.cifar100Coarse
      }
    }
  }

  /// The layout that a file's size allows; `kind` tells what is wanted should it be CIFAR-100.
  ///
  /// - Throws: ``PadawannError`` `data` when the size fits neither layout, or both.
  static func layout(byteCount: Int, name: String, kind: LabelKind?) throws(PadawannError) -> Layout {
    let ten = byteCount % Layout.cifar10.recordSize == 0
    let hundred = byteCount % Layout.cifar100(.fine).recordSize == 0
    guard byteCount > 0, ten || hundred else {
      throw PadawannError(
        .data, "\(byteCount) bytes are not a whole number of CIFAR records of 3073 or 3074 bytes",
        remedy: "Get the file again")
    }
    if let kind {
      guard hundred else {
        throw PadawannError(
          .data, "this is CIFAR-10, which has no fine and coarse labels", remedy: "Remove labels=")
      }
      return .cifar100(kind)
    }
    guard ten, hundred, !name.contains("batch") else { return ten ? .cifar10 : .cifar100(.fine) }
    throw PadawannError(
      .data, "a file of \(byteCount) bytes may be CIFAR-10 or CIFAR-100",
      remedy: "Write labels=fine or labels=coarse if it is CIFAR-100, or give the file its official name")
  }

  /// Reads the records of one file.
  ///
  /// - Throws: ``PadawannError`` `data` when the size is not that of whole records or a label is out of range.
  static func images(_ bytes: [UInt8], _ layout: Layout) throws(PadawannError) -> LabelledImages {
    let size = layout.recordSize
    guard bytes.count % size == 0, !bytes.isEmpty else {
      throw PadawannError(
        .data, "\(bytes.count) bytes are not a whole number of records of \(size) bytes",
        remedy: "Get the file again")
    }
    let starts = stride(from: 0, to: bytes.count, by: size)
    var (pixels, labels) = ([UInt8](), [Int]())
    pixels.reserveCapacity(bytes.count)
    for start in starts {
      let label = Int(bytes[start + layout.labelOffset])
      guard label < layout.classNames.count else {
        throw PadawannError(
          .data, "label \(label) is not one of the \(layout.classNames.count) classes",
          at: "record \(start / size)")
      }
      labels.append(label)
      pixels.append(contentsOf: bytes[(start + size - 3072)..<(start + size)])
    }
    return LabelledImages(
      shape: Shape(channels: 3, height: 32, width: 32), pixels: .bytes(pixels), labels: labels,
      classNames: layout.classNames)
  }
}
