/// ONNX's rules for axes and shapes.
enum ONNXAxes {
  /// An axis or an index that may count from the end.
  static func index(_ given: Int, _ count: Int) throws(PadawannError) -> Int {
    guard given >= -count, given < count else {
      throw PadawannError(.data, "\(given) is no index of \(count)")
    }
    return given < 0 ? given + count : given
  }

  /// The axes of a node, which older operations have as an attribute and newer ones as their second input.
  static func list(_ node: ONNXNode, _ inputs: [ONNXConstant?]) throws(PadawannError) -> [Int]? {
    if let axes = node.attributes["axes"] { return axes.integers }
    guard let second = inputs.dropFirst().first, let second else { return nil }
    guard let axes = second.integers else { throw PadawannError(.data, "its axes are no integers") }
    return axes
  }

  /// A shape without some axes of size 1, or without all of them.
  static func squeezed(_ shape: [Int], _ axes: [Int]?) throws(PadawannError) -> [Int] {
    guard let axes else { return shape.filter { $0 != 1 } }
    var gone = Set<Int>()
    for axis in axes { gone.insert(try index(axis, shape.count)) }
    guard gone.allSatisfy({ shape[$0] == 1 }) else {
      throw PadawannError(.data, "axes of \(shape) that are to be removed have not the size 1")
    }
    return shape.indices.filter { !gone.contains($0) }.map { shape[$0] }
  }

  /// A list with new elements at some places, which count in the result.
  static func unsqueezed<Element>(_ list: [Element], _ axes: [Int], _ new: Element) throws(PadawannError)
    -> [Element]
  {
    guard axes.count <= 64 else { throw PadawannError(.data, "\(axes.count) axes are too many") }
    var places = Set<Int>()
    for axis in axes { places.insert(try index(axis, list.count + axes.count)) }
    guard places.count == axes.count else { throw PadawannError(.data, "an axis is inserted twice") }
    var rest = list[...]
    var result: [Element] = []
    for place in 0..<(list.count + axes.count) {
      if places.contains(place) {
        result.append(new)
      } else if let next = rest.popFirst() {
        result.append(next)
      }
    }
    return result
  }

  /// The sizes that a Reshape means: 0 keeps a size, and one -1 takes what is left.
  static func resolved(_ target: [Int], from shape: [Int], keepsZeros: Bool = false) throws(PadawannError)
    -> [Int]
  {
    var sizes = target
    for (axis, size) in target.enumerated() where size == 0 && !keepsZeros {
      guard axis < shape.count else {
        throw PadawannError(.data, "a shape of \(shape.count) axes has none that \(target) could keep")
      }
      sizes[axis] = shape[axis]
    }
    guard let open = sizes.firstIndex(of: -1) else { return sizes }
    sizes[open] = 1
    guard let known = sizes.product, known > 0, let count = shape.product, count % known == 0 else {
      throw PadawannError(.data, "the shape \(shape) cannot become \(target)")
    }
    sizes[open] = count / known
    return sizes
  }
}
