/// The functions of a C program that are the same in every one; a program has those that it calls.
enum CLibrary: String, CaseIterable {
  // In the order in which they stand in a program: each calls only those before it.
  case window, edges, nextStep, nextBit, nextStepOrBit, addRow, addRowTimes, convolveSigns, convolveNumbers
  case sumSigns, sumNumbers, scaleAndShift, relu, leakyRelu, atLeast, atMost, clip, hyperbolicTangent,
    sigmoid, silu
  case hardSigmoid, hardSwish, gelu, geluTanh, clear, copyRows
  case maxPool, averagePool, mean, add, copy, softmax, logSoftmax, largest

  /// What it calls or declares things of. Which of the functions named `next_edge` there is depends on the program.
  var needs: [CLibrary] {
    switch self {
    case .nextStep, .nextBit, .nextStepOrBit, .sumSigns, .sumNumbers: [.edges]
    case .convolveSigns: [.window, .edges, .addRow]
    case .convolveNumbers: [.window, .edges, .addRowTimes]
    case .maxPool, .averagePool: [.window]
    default: []
    }
  }

  /// Whether it needs a function or a macro of `math.h`.
  var needsMath: Bool {
    switch self {
    case .hyperbolicTangent, .sigmoid, .silu, .gelu, .geluTanh, .softmax, .logSoftmax, .maxPool: true
    default: false
    }
  }

  /// The C text.
  var text: String {
    switch self {
    case .window: Self.windowText
    case .edges: Self.edgesText
    case .nextStep: Self.nextEdge(Self.stepText, "")
    case .nextBit: Self.nextEdge("", Self.bitText)
    case .nextStepOrBit:
      Self.nextEdge(
        "    if (e->steps) {\n"
          + Self.stepText.split(separator: "\n").map { "    \($0)\n" }.joined() + "    }\n", Self.bitText)
    case .addRow: Self.addRowText
    case .addRowTimes: Self.addRowTimesText
    case .convolveSigns: Self.convolve("convolve_signs", "add_row(sign, ", weight: "")
    case .convolveNumbers:
      Self.convolve(
        "convolve_numbers", "add_row_times(weight, ", weight: "        const float weight = *e->numbers++;\n")
    case .sumSigns: Self.sum("sum_signs", "part += sign < 0 ? -x[e->column] : x[e->column];")
    case .sumNumbers: Self.sum("sum_numbers", "part += *e->numbers++ * x[e->column];")
    case .scaleAndShift: Self.scaleAndShiftText
    case .relu: Self.each("relu", "if (x[i] < 0) x[i] = 0;")
    case .leakyRelu: Self.each("leaky_relu", "if (x[i] < 0) x[i] *= slope;", ", float slope")
    case .atLeast: Self.each("at_least", "if (x[i] < minimum) x[i] = minimum;", ", float minimum")
    case .atMost: Self.each("at_most", "if (x[i] > maximum) x[i] = maximum;", ", float maximum")
    case .clip: Self.clipText
    case .silu: Self.each("silu", "x[i] /= 1 + expf(-x[i]);")
    case .hardSigmoid: Self.hardSigmoidText
    case .hardSwish: Self.hardSwishText
    case .clear: Self.each("clear", "x[i] = 0;")
    case .copyRows: Self.copyRowsText
    case .hyperbolicTangent: Self.each("hyperbolic_tangent", "x[i] = tanhf(x[i]);")
    case .sigmoid: Self.each("sigmoid", "x[i] = 1 / (1 + expf(-x[i]));")
    case .gelu: Self.each("gelu", "x[i] = 0.5f * x[i] * (1 + erff(x[i] * 0.70710678f));")
    case .geluTanh:
      Self.each(
        "gelu_tanh",
        "x[i] = 0.5f * x[i] * (1 + tanhf(0.79788456f * (x[i] + 0.044715f * x[i] * x[i] * x[i])));")
    case .maxPool: Self.maxPoolText
    case .averagePool: Self.averagePoolText
    case .mean: Self.meanText
    case .add: Self.each("add", "x[i] += y[i];", ", const float *y")
    case .copy: Self.each("copy", "x[i] = y[i];", ", const float *y")
    case .softmax: Self.softmax("softmax", "*element = expf(*element - top) / sum;")
    case .logSoftmax: Self.softmax("log_softmax", "*element = *element - top - logf(sum);")
    case .largest: Self.largestText
    }
  }
}
