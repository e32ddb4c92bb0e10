extension ATenCall {
  /// Writes the node with ONNX's operations.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when there are none that compute the same, with the reason.
  mutating func write() throws(PadawannError) {
    guard !node.operation.hasPrefix("higher_order.") else {
      throw PadawannError(.unsupported, "control flow")
    }
    guard node.operation.hasPrefix("aten.") || operation.hasPrefix("_operator.") else {
      throw PadawannError(.unsupported, "an operation that is not PyTorch's own")
    }
    switch operation {
    case "conv2d", "convolution", "_convolution": try convolution()
    case "linear":
      add(
        "Gemm", [try tensor("input"), try tensor("weight"), try optionalTensor("bias")],
        ["transB": .init(integer: 1)])
    case "addmm":
      add(
        "Gemm", [try tensor("mat1"), try tensor("mat2"), try tensor("self")],
        [
          "alpha": .init(real: Float(try real("alpha", or: 1))),
          "beta": .init(real: Float(try real("beta", or: 1))),
        ])
    case "mm": add("MatMul", [try tensor("self"), try tensor("mat2")])
    case "matmul": add("MatMul", [try tensor("self"), try tensor("other")])
    case "batch_norm", "_native_batch_norm_legit_no_training", "_native_batch_norm_legit",
      "native_batch_norm":
      try normalisation()
    case "max_pool2d", "max_pool2d_with_indices", "avg_pool2d": try pool()
    case "adaptive_avg_pool2d", "_adaptive_avg_pool2d", "adaptive_max_pool2d": try adaptivePool()
    case "mean": try mean()
    case "constant_pad_nd", "pad": try pad()
    case "relu", "relu6", "hardtanh", "clamp", "clip", "clamp_min", "clamp_max", "leaky_relu", "prelu",
      "_prelu_kernel", "tanh", "sigmoid", "gelu", "silu", "hardswish", "hardsigmoid", "log", "sqrt", "neg":
      try elementwise()
    case "softmax", "_softmax", "log_softmax", "_log_softmax":
      add(
        operation.hasSuffix("log_softmax") ? "LogSoftmax" : "Softmax", [try first()],
        ["axis": .init(integer: try integer("dim", or: -1))])
    case "dropout", "native_dropout", "feature_dropout", "alpha_dropout", "feature_alpha_dropout":
      try dropout()
    default: try changeOfAxes()
    }
  }

  /// Operations that change no number, or combine some.
  private mutating func changeOfAxes() throws(PadawannError) {
    switch operation {
    case "flatten", "view", "reshape", "_unsafe_view", "view_copy", "_reshape_alias": try reshape()
    case "t", "numpy_T", "transpose", "permute", "transpose_copy", "permute_copy": try transpose()
    case "squeeze", "unsqueeze", "squeeze_copy", "unsqueeze_copy": try changeAxes()
    case "slice": try slice()
    case "select":
      let index = constant(try integer("index", or: 0))
      add("Gather", [try first(), index], ["axis": .init(integer: try integer("dim", or: 0))])
    case "cat", "concat", "concatenate": try concat()
    case "zeros", "new_zeros", "full", "new_full": try zeros()
    case "alias", "alias_copy", "clone", "contiguous", "detach", "detach_copy", "lift_fresh",
      "lift_fresh_copy",
      "type_as":
      add("Identity", [try first()])
    case "to", "_to_copy": try cast()
    case "sym_size": try size()
    case "add", "sub", "mul", "div", "rsub", "pow", "reciprocal", "_operator.add", "_operator.sub",
      "_operator.mul", "_operator.floordiv":
      try arithmetic()
    default: throw PadawannError(.unsupported, "no network here has this operation")
    }
  }
}
