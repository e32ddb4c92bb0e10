/// Sizes in the options of a dataset.
extension DatasetSpecParser {
  /// `CHANNELSxROWSxCOLUMNS`, `ROWSxCOLUMNS`, or the length of a vector.
  func shape(_ text: String) throws(PadawannError) -> Shape {
    let sizes = try lengths(text)
    switch sizes.count {
    case 1: return Shape(channels: sizes[0])
    case 2: return Shape(channels: 1, height: sizes[0], width: sizes[1])
    case 3: return Shape(channels: sizes[0], height: sizes[1], width: sizes[2])
    default:
      throw PadawannError(
        .usage, "“\(text)” is not a shape", remedy: "Write CHANNELSxROWSxCOLUMNS, for example shape=1x28x28")
    }
  }

  /// `WIDTHxHEIGHT`, or the side of a square.
  func size(_ text: String) throws(PadawannError) -> PictureSize {
    let sizes = try lengths(text)
    guard sizes.count <= 2 else {
      throw PadawannError(
        .usage, "“\(text)” is not a size",
        remedy: "Write WIDTHxHEIGHT, or the side of a square, for example 28")
    }
    return PictureSize(width: sizes[0], height: sizes[sizes.count - 1])
  }

  /// A size, a size and `:bilinear`, or `shorter:N`.
  func setResize(_ text: String, of spec: inout DatasetSpec) throws(PadawannError) {
    let suffix = ":bilinear"
    guard text.hasSuffix(suffix) else {
      spec.changes.resize = try resize(text)
      return
    }
    spec.realChanges.resize = try size(String(text.dropLast(suffix.count)))
  }

  private func resize(_ text: String) throws(PadawannError) -> PictureResize {
    let prefix = "shorter:"
    guard text.hasPrefix(prefix) else { return .exact(try size(text)) }
    return .shorter(try number(String(text.dropFirst(prefix.count)), 1...65_536))
  }

  private func lengths(_ text: String) throws(PadawannError) -> [Int] {
    var sizes: [Int] = []
    for part in text.split(separator: "x", omittingEmptySubsequences: false) {
      sizes.append(try number(String(part), 1...65_536))
    }
    return sizes
  }
}
