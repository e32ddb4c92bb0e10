extension ONNXTranslation {
  /// Translates a node that reads an activation.
  mutating func layer(_ node: ONNXNode) throws(PadawannError) {
    switch node.operation {
    case "Conv": try convolution(node)
    case "Gemm": try gemm(node)
    case "MatMul": try product(node)
    case "BatchNormalization": try normalisation(node)
    case "Pad": try pad(node)
    case "MaxPool", "AveragePool": try pool(node)
    case "GlobalAveragePool", "GlobalMaxPool": try globalPool(node)
    case "AdaptiveAveragePool", "AdaptiveMaxPool": try adaptivePool(node)
    case "ReduceMean": try mean(node)
    case "Add", "Sub", "Mul", "Div", "Sum": try arithmetic(node)
    case "Concat": try concat(node)
    case "Slice": try slice(node)
    case "Min", "Max": try bound(node)
    case "Softmax", "LogSoftmax": try softmax(node)
    case "Reshape": try reshape(node)
    case "Flatten": try flatten(node)
    case "Transpose": try transpose(node)
    case "Squeeze", "Unsqueeze": try changeAxes(node)
    case "Shape": try shape(node)
    case "Identity": set(try activation(node), of: node)
    case "Cast": try cast(node)
    default: try elementwise(node)
    }
  }

  /// An operation that does the same to every number.
  private mutating func elementwise(_ node: ONNXNode) throws(PadawannError) {
    let source = try plain(node)
    switch node.operation {
    case "Relu": try add(.relu, node, source)
    case "LeakyRelu": try add(.leakyRelu(slope: node.attributes["alpha"]?.real ?? 0.01), node, source)
    case "PRelu": try prelu(node, source)
    case "Tanh": try add(.tanh, node, source)
    case "Sigmoid": try add(.sigmoid, node, source)
    case "Gelu":
      guard let formula = GELU(rawValue: node.attributes["approximate"]?.text ?? "none") else {
        throw PadawannError(.unsupported, "it has an unknown formula")
      }
      try add(.gelu(formula), node, source)
    case "Clip": try clip(node, source)
    case "HardSigmoid":
      try add(
        .hardSigmoid(
          alpha: node.attributes["alpha"]?.real ?? 0.2, beta: node.attributes["beta"]?.real ?? 0.5), node,
        source)
    case "HardSwish": try add(.hardSwish, node, source)
    case "Dropout": try dropout(node, source)
    case "Log":
      guard !source.isShared, builder.takeLogarithm(of: source.node) else {
        throw PadawannError(.unsupported, "it does not follow a softmax")
      }
      set(source, of: node)
    default: throw PadawannError(.unsupported, "it computes with activations")
    }
  }

  private mutating func dropout(_ node: ONNXNode, _ source: ONNXActivation) throws(PadawannError) {
    let ratio = opset < 12 ? node.attributes["ratio"]?.real : try constant(node, 1)?.scalar
    let rate = ratio ?? 0.5
    guard rate > 0, rate < 1 else { return set(source, of: node) }
    try add(.dropout(rate: rate), node, source)
  }

  private mutating func cast(_ node: ONNXNode) throws(PadawannError) {
    guard [1, 10, 11, 16].contains(node.attributes["to"]?.integer ?? 0) else {
      throw PadawannError(.unsupported, "it makes activations integers")
    }
    set(try activation(node), of: node)
  }

  mutating func softmax(_ node: ONNXNode) throws(PadawannError) {
    var source = try plain(node)
    let rank = source.groups.count + 1
    let axis = try ONNXAxes.index(node.attributes["axis"]?.integer ?? (opset < 13 ? 1 : -1), rank)
    guard axis > 0 else { throw PadawannError(.unsupported, "it goes over the batch") }
    // Before opset 13 it went over this axis and all that follow.
    let over = opset < 13 ? Array(source.groups[(axis - 1)...].joined()) : source.groups[axis - 1]
    if over != [.channel], over.count == source.groups.joined().count {
      source = try vector(source)
    } else {
      // An only channel is an axis of size 1, which is in no list.
      guard over == [.channel] || over.isEmpty && source.shape.channels == 1 else {
        throw PadawannError(.unsupported, "it does not go over the channels")
      }
    }
    try add(node.operation == "Softmax" ? .softmax : .logSoftmax, node, source)
  }

  /// The activation as that of a vector, whose channels may be in another order than the value's.
  mutating func vector(_ source: ONNXActivation) throws(PadawannError) -> ONNXActivation {
    let shape = source.shape
    if shape.height == 1, shape.width == 1 { return source }
    let node = try builder.vector(source.node)
    var groups: [[ImageAxis]] = source.groups.map { _ in [] }
    guard let place = source.groups.firstIndex(where: { !$0.isEmpty }),
      source.groups.filter({ !$0.isEmpty }).count == 1
    else { throw PadawannError(.unsupported, "it reads an image as a vector") }
    groups[place] = [.channel]
    var result = ONNXActivation(node, builder.shape(of: node), groups)
    result.order = source.places
    result.isShared = source.isShared
    return result
  }
}
