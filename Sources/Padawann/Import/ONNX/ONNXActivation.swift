/// The axes of a node's activation in a network.
enum ImageAxis: Sendable {
  case channel, row, column
}

/// What a value of an ONNX graph is in a network: the activation of a node, perhaps with its axes in another order.
///
/// ONNX moves and merges axes by nodes of their own. Here that only changes which axes of the network's node an axis of
/// the value consists of, and whatever reads the value takes account of it: a linear layer by the order of its weights.
struct ONNXActivation: Sendable {
  /// The node of the network; `Node.image` for the image.
  var node: Int
  /// The shape of that node's activation.
  var shape: Shape
  /// For each axis of the value after the batch, the axes of the node that it consists of, outermost first. Axes of size
  /// 1 are left out.
  var groups: [[ImageAxis]]
  /// Which channel of the node each channel of the value is, where that is not the same.
  var order: [Int]?
  /// Zeros around the image that no node has added yet.
  var padding = Padding.none
  /// Whether more than one node reads the activation.
  var isShared = false

  /// Makes a value whose axes are those of a node, without those of size 1.
  init(_ node: Int, _ shape: Shape, _ groups: [[ImageAxis]]) {
    self.node = node
    self.shape = shape
    self.groups = groups.map { $0.filter { Self.size($0, in: shape) > 1 } }
  }

  /// The sizes of the value's axes after the batch.
  var sizes: [Int] {
    groups.map { group in
      group.reduce(1) { product, axis in
        switch axis {
        case .channel: product * shape.channels
        case .row: product * (shape.height + padding.top + padding.bottom)
        case .column: product * (shape.width + padding.left + padding.right)
        }
      }
    }
  }

  /// Whether the axes are channels, rows and columns.
  var isChannelsFirst: Bool {
    order == nil && groups == ONNXActivation(node, shape, [[.channel], [.row], [.column]]).groups
  }

  /// The axis of the node that an axis of the value is, told by its place where it has the size 1.
  func axis(at place: Int) -> ImageAxis? {
    if groups[place].count == 1 { return groups[place][0] }
    let isImage = groups.count == 3 && isChannelsFirst && groups[place].isEmpty
    return isImage ? [.channel, .row, .column][place] : nil
  }

  /// The same numbers as axes of other sizes; `nil` when that would split an axis of the node.
  func regrouped(_ sizes: [Int]) -> ONNXActivation? {
    guard padding == .none else { return nil }
    var rest = groups.joined().map { $0 }[...]
    var regrouped: [[ImageAxis]] = []
    for size in sizes {
      var group: [ImageAxis] = []
      var product = 1
      while product < size, let axis = rest.popFirst() {
        group.append(axis)
        product *= Self.size(axis, in: shape)
      }
      guard product == size else { return nil }
      regrouped.append(group)
    }
    guard rest.isEmpty else { return nil }
    var result = self
    result.groups = regrouped
    return result
  }

  /// For each number of the value in row order, its place in the node's activation; `nil` when that is the same.
  var places: [Int]? {
    if let order { return order }
    let axes = Array(groups.joined())
    let inOrder = ONNXActivation(node, shape, [[.channel, .row, .column]]).groups[0]
    if axes == inOrder { return nil }
    let strides = axes.map { axis in
      switch axis {
      case .channel: shape.height * shape.width
      case .row: shape.width
      case .column: 1
      }
    }
    return ONNXConstant.offsets(axes.map { Self.size($0, in: shape) }, strides)
  }

  private static func size(_ axis: ImageAxis, in shape: Shape) -> Int {
    switch axis {
    case .channel: shape.channels
    case .row: shape.height
    case .column: shape.width
    }
  }
}

/// A value of an ONNX graph.
enum ONNXValue: Sendable {
  case constant(ONNXConstant)
  case activation(ONNXActivation)
  /// The result of a node that was refused.
  case unknown
}
