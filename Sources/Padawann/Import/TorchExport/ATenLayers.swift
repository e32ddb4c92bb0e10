/// Layers with weights, windows and normalisations.
extension ATenCall {
  mutating func convolution() throws(PadawannError) {
    guard try !truth("transposed", or: false) else { throw PadawannError(.unsupported, "it is transposed") }
    var attributes: [String: ONNXAttribute] = [
      "strides": .init(integers: try pair("stride", or: [1, 1])),
      "dilations": .init(integers: try pair("dilation", or: [1, 1])),
      "group": .init(integer: try integer("groups", or: 1)),
    ]
    if case .text(let word) = self["padding"] {
      // Of an odd number of zeros both put the larger half behind; PyTorch has no strides there.
      attributes["auto_pad"] = .init(text: word == "same" ? "SAME_UPPER" : word == "valid" ? "VALID" : word)
    } else {
      let padding = try pair("padding", or: [0, 0])
      attributes["pads"] = .init(integers: padding + padding)
    }
    add("Conv", [try tensor("input"), try tensor("weight"), try optionalTensor("bias")], attributes)
  }

  mutating func normalisation() throws(PadawannError) {
    guard try !truth("training", or: operation == "native_batch_norm") else {
      throw PadawannError(.unsupported, "it is in training mode; call .eval() before the export")
    }
    let mean = try optionalTensor("running_mean")
    let variance = try optionalTensor("running_var")
    guard !mean.isEmpty, !variance.isEmpty else {
      throw PadawannError(.unsupported, "it has no running mean and variance")
    }
    // Without numbers of its own it multiplies by 1 and adds 0.
    var (scale, shift) = (try optionalTensor("weight"), try optionalTensor("bias"))
    if scale.isEmpty { scale = constant([Float](repeating: 1, count: try channels(of: mean))) }
    if shift.isEmpty { shift = constant([Float](repeating: 0, count: try channels(of: mean))) }
    add(
      "BatchNormalization", [try tensor("input"), scale, shift, mean, variance],
      ["epsilon": .init(real: Float(try real("eps", or: 1e-5)))])
  }

  private func channels(of tensor: String) throws(PadawannError) -> Int {
    guard let sizes = sizes[tensor], sizes.count == 1, let count = sizes[0],
      (1...Architecture.Limits.activation).contains(count)
    else { throw PadawannError(.data, "the program does not say how large \(printable(tensor)) is") }
    return count
  }

  mutating func pool() throws(PadawannError) {
    guard self["divisor_override"] == nil else {
      throw PadawannError(.unsupported, "it divides by a number of its own")
    }
    let kernel = try pair("kernel_size", or: [])
    let padding = try pair("padding", or: [0, 0])
    let isMaximum = operation != "avg_pool2d"
    var attributes: [String: ONNXAttribute] = [
      "kernel_shape": .init(integers: kernel),
      "strides": .init(integers: try pair("stride", or: kernel)),
      "pads": .init(integers: padding + padding),
      "ceil_mode": .init(integer: try truth("ceil_mode", or: false) ? 1 : 0),
    ]
    if isMaximum {
      attributes["dilations"] = .init(integers: try pair("dilation", or: [1, 1]))
    } else {
      attributes["count_include_pad"] = .init(integer: try truth("count_include_pad", or: true) ? 1 : 0)
    }
    add(isMaximum ? "MaxPool" : "AveragePool", [try first()], attributes)
  }

  /// A pooling whose window depends on the image.
  mutating func adaptivePool() throws(PadawannError) {
    let isMaximum = operation == "adaptive_max_pool2d"
    let source = try first()
    guard let target = try integers("output_size"), target.count == 2, target.allSatisfy({ $0 > 0 }) else {
      throw PadawannError(.unsupported, "the size that it makes is not fixed")
    }
    if target == [1, 1] { return add(isMaximum ? "GlobalMaxPool" : "GlobalAveragePool", [source]) }
    add(
      isMaximum ? "AdaptiveMaxPool" : "AdaptiveAveragePool", [source],
      ["output_size": .init(integers: target)])
  }

  mutating func mean() throws(PadawannError) {
    let axes = try integers("dim") ?? []
    guard !axes.isEmpty else { throw PadawannError(.unsupported, "it is the mean of all images") }
    add(
      "ReduceMean", [try first()],
      [
        "axes": .init(integers: axes),
        "keepdims": .init(integer: try truth("keepdim", or: false) ? 1 : 0),
      ])
  }

  /// The last axis comes first, each with what is before and behind.
  mutating func pad() throws(PadawannError) {
    if case .text(let mode) = self["mode"], mode != "constant" {
      throw PadawannError(.unsupported, "it adds something other than zeros")
    }
    let pads = try integers("pad") ?? []
    guard pads.count % 2 == 0 else { throw PadawannError(.data, "its pads are \(pads)") }
    let axes = Array(stride(from: 0, to: pads.count, by: 2))
    let source = try first()
    let value = constant(try real("value", or: 0))
    let amounts = constant(axes.map { pads[$0] } + axes.map { pads[$0 + 1] })
    let places = constant(axes.map { -1 - $0 / 2 })
    add("Pad", [source, amounts, value, places])
  }

  mutating func dropout() throws(PadawannError) {
    let source = try first()
    let isActive = try truth("train", or: false)
    guard operation == "dropout" || operation == "native_dropout" else {
      guard !isActive else {
        throw PadawannError(.unsupported, "it is in training mode; call .eval() before the export")
      }
      return add("Identity", [source])
    }
    let rate = constant(try real("p", or: 0.5))
    add("Dropout", [source, rate])
  }
}
