extension NodeOperation {
  /// The plain pooling that PyTorch's `AdaptiveAvgPool2d` is for an input, if there is one.
  ///
  /// - Throws: ``PadawannError`` as `Pool.init(adaptingTo:of:)`.
  package static func adaptiveAverage(_ size: Extent, of source: Shape) throws(PadawannError) -> NodeOperation
  {
    let pool = try Pool(adaptingTo: size, of: source)
    return size == Extent(1) ? .globalAveragePool : .averagePool(pool, countsPadding: true)
  }
}

extension Pool {
  /// The plain windows that those of PyTorch's adaptive poolings are for an input, if there are such: they go from
  /// `⌊i * rows / size⌋` up to `⌈(i + 1) * rows / size⌉`, which is one size and one step only for some sizes.
  ///
  /// - Parameters:
  ///   - size: the rows and columns of the result.
  ///   - source: the shape of the input.
  /// - Throws: ``PadawannError`` `unsupported` where windows are of several sizes; `data` for a size below 1.
  init(adaptingTo size: Extent, of source: Shape) throws(PadawannError) {
    let bounds = 1...Architecture.Limits.extent
    guard bounds.contains(size.height), bounds.contains(size.width) else {
      throw PadawannError(.data, "\"size\" is 1 to \(Architecture.Limits.extent)")
    }
    let rows = try Self.window(size.height, of: source.height, "rows")
    let columns = try Self.window(size.width, of: source.width, "columns")
    self.init(kernel: Extent(rows.kernel, columns.kernel), stride: Extent(rows.stride, columns.stride))
  }

  private static func window(_ size: Int, of count: Int, _ what: String) throws(PadawannError) -> (
    kernel: Int, stride: Int
  ) {
    guard size <= count else {
      throw PadawannError(
        .unsupported, "an adaptive pooling to \(size) of \(count) \(what) repeats them, which no pooling does"
      )
    }
    let starts = (0..<size).map { $0 * count / size }
    let kernels = (0..<size).map { (($0 + 1) * count + size - 1) / size - starts[$0] }
    let stride = size > 1 ? starts[1] : count
    guard kernels.allSatisfy({ $0 == kernels[0] }), starts.enumerated().allSatisfy({ $1 == $0 * stride })
    else {
      throw PadawannError(
        .unsupported,
        "an adaptive pooling to \(size) of \(count) \(what) has windows of several sizes, which no pooling has",
        remedy: "Resize the input so that \(size) divides \(count)")
    }
    return (kernels[0], stride)
  }
}
