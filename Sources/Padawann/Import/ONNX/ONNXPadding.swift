/// Zeros around an activation, and parts of it.
extension ONNXTranslation {
  /// Zeros around an image: a convolution or an average that follows takes rows and columns as its padding, and for anything
  /// else a node adds them.
  mutating func pad(_ node: ONNXNode) throws(PadawannError) {
    var source = try activation(node)
    guard let pads = opset < 11 ? node.attributes["pads"]?.integers : try constant(node, 1)?.integers else {
      throw PadawannError(.data, "it does not say how much it adds")
    }
    let value = opset < 11 ? node.attributes["value"]?.real : try constant(node, 2)?.scalar
    let rank = source.groups.count + 1
    let axes = try constant(node, 3)?.integers ?? Array(0..<rank)
    guard pads.count == axes.count * 2 else {
      throw PadawannError(.data, "\(pads.count) pads do not fit its input")
    }
    if pads.allSatisfy({ $0 == 0 }) { return set(source, of: node) }
    guard node.attributes["mode"]?.text ?? "constant" == "constant", value ?? 0 == 0 else {
      throw PadawannError(.unsupported, "it adds something other than zeros")
    }
    var pad = Pad()
    for (place, given) in axes.enumerated() {
      let axis = try ONNXAxes.index(given, rank)
      try Self.add(pads[place], pads[place + axes.count], at: axis, of: source, to: &pad)
    }
    let padding = pad.padding
    let isRing = [padding.top, padding.left, padding.bottom, padding.right].allSatisfy { $0 >= 0 }
    guard isRing, pad.before == 0, pad.behind == 0, source.padding == .none else {
      return set(try self.pad(try padded(source), by: pad, named: node), of: node)
    }
    source.padding = padding
    set(source, of: node)
  }

  /// Adds what a Pad does along one axis.
  private static func add(
    _ before: Int, _ behind: Int, at axis: Int, of source: ONNXActivation, to pad: inout Pad
  )
    throws(PadawannError)
  {
    if before == 0, behind == 0 { return }
    let limit = Architecture.Limits.extent
    guard axis > 0 else { throw PadawannError(.unsupported, "it adds images") }
    guard (-limit...limit).contains(before), (-limit...limit).contains(behind) else {
      throw PadawannError(.data, "it adds too many rows, columns or channels")
    }
    switch source.axis(at: axis - 1) {
    case .channel: (pad.before, pad.behind) = (pad.before + before, pad.behind + behind)
    case .row: (pad.padding.top, pad.padding.bottom) = (pad.padding.top + before, pad.padding.bottom + behind)
    case .column:
      (pad.padding.left, pad.padding.right) = (pad.padding.left + before, pad.padding.right + behind)
    case nil: throw PadawannError(.unsupported, "it adds something other than channels, rows and columns")
    }
  }

  /// An activation with the zeros that no node has added yet.
  mutating func padded(_ source: ONNXActivation) throws(PadawannError) -> ONNXActivation {
    guard source.padding != .none else { return source }
    var result = source
    result.padding = .none
    result.node = try builder.padded(source.node, by: Pad(source.padding))
    result.shape = builder.shape(of: result.node)
    return result
  }

  private mutating func pad(_ source: ONNXActivation, by pad: Pad, named node: ONNXNode) throws(PadawannError)
    -> ONNXActivation
  {
    // Padded channels have another order only where they are the value's own.
    guard source.order == nil else {
      throw PadawannError(.unsupported, "its channels are in another order than a network has")
    }
    let index = try builder.add(
      .pad(pad), named: ONNXNames.name(of: node, operation: "pad"), reading: [source.node])
    return resized(source, index)
  }

  /// A node that makes other sizes of the same axes.
  private func resized(_ source: ONNXActivation, _ node: Int) -> ONNXActivation {
    let full = source.groups.indices.map { source.axis(at: $0).map { [$0] } ?? source.groups[$0] }
    return ONNXActivation(node, builder.shape(of: node), full)
  }

  /// Part of an activation: what is around it is cut off, and a step along rows or columns is a pooling with a window of
  /// one element.
  mutating func slice(_ node: ONNXNode) throws(PadawannError) {
    var source = try plain(node)
    func list(_ key: String, _ position: Int) throws(PadawannError) -> [Int]? {
      opset < 10 ? node.attributes[key]?.integers : try constant(node, position)?.integers
    }
    guard let starts = try list("starts", 1), let ends = try list("ends", 2), starts.count == ends.count
    else {
      throw PadawannError(.data, "it does not say where it starts and ends")
    }
    let axes = try list("axes", 3) ?? Array(starts.indices)
    let steps = opset < 10 ? starts.map { _ in 1 } : try list("steps", 4) ?? starts.map { _ in 1 }
    guard axes.count == starts.count, steps.count == starts.count else {
      throw PadawannError(.data, "it has not as many axes and steps as starts")
    }
    let sizes = [batch] + source.sizes
    var pad = Pad()
    var stride = Extent(1)
    var seen = Set<Int>()
    for (place, given) in axes.enumerated() {
      let axis = try ONNXAxes.index(given, sizes.count)
      func bound(_ value: Int) -> Int {
        min(max(value < 0 ? value.addingReportingOverflow(sizes[axis]).partialValue : value, 0), sizes[axis])
      }
      guard seen.insert(axis).inserted else { throw PadawannError(.data, "it names an axis twice") }
      // A step beyond the size takes one element, as one of the size does.
      let (start, end, step) = (bound(starts[place]), bound(ends[place]), min(steps[place], sizes[axis]))
      if start == 0, end == sizes[axis], step == 1 { continue }
      guard axis > 0 else { throw PadawannError(.unsupported, "it takes some of the images") }
      guard step > 0, start < end else {
        throw PadawannError(.unsupported, "it goes backwards, or leaves nothing")
      }
      switch source.axis(at: axis - 1) {
      case .row: stride.height = step
      case .column: stride.width = step
      case .channel where step == 1: break
      default:
        throw PadawannError(.unsupported, "it takes something other than some rows, columns or channels")
      }
      // What is behind the last element that is taken need not be cut off where a step leaves it out.
      let count = (end - start + step - 1) / step
      let isWhole = (sizes[axis] - start + step - 1) / step == count
      try Self.add(-start, isWhole ? 0 : end - sizes[axis], at: axis, of: source, to: &pad)
    }
    if pad != Pad() { source = try self.pad(source, by: pad, named: node) }
    if stride != Extent(1) {
      let pool = Pool(kernel: Extent(1), stride: stride)
      let name = ONNXNames.name(of: node, operation: "max_pool")
      let index = try builder.add(.maxPool(pool), named: name, reading: [source.node])
      source = resized(source, index)
    }
    set(source, of: node)
  }
}
