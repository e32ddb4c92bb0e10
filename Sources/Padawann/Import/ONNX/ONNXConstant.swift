/// A tensor that is known before any image is: a weight, or a number of the arithmetic of shapes.
struct ONNXConstant: Sendable {
  /// The numbers, in row order.
  enum Numbers: Sendable {
    case reals([Float])
    case integers([Int])
  }

  var shape: [Int]
  var numbers: Numbers
  /// The initialiser whose numbers these are, perhaps in another order.
  var origin: String?

  /// Makes a constant; whoever makes one sees to it that the counts agree.
  init(_ shape: [Int], _ numbers: Numbers, origin: String? = nil) {
    self.shape = shape
    self.numbers = numbers
    self.origin = origin
  }

  /// A list of integers.
  init(_ integers: [Int]) { self.init([integers.count], .integers(integers)) }

  /// A tensor of the file.
  init(_ tensor: ONNXTensor) throws(PadawannError) {
    let stored = try tensor.fileTensor()
    let numbers: Numbers =
      stored.type.isFloatingPoint ? .reals(try stored.floats()) : .integers(try stored.integers())
    self.init(stored.shape, numbers, origin: tensor.name.isEmpty ? nil : stored.name)
  }

  var count: Int {
    switch numbers {
    case .reals(let reals): reals.count
    case .integers(let integers): integers.count
    }
  }

  /// The numbers as `Float`.
  var reals: [Float] {
    switch numbers {
    case .reals(let reals): reals
    case .integers(let integers): integers.map { Float($0) }
    }
  }

  /// The numbers as integers; `nil` when they are none.
  var integers: [Int]? {
    guard case .integers(let integers) = numbers else { return nil }
    return integers
  }

  /// The one number of a constant, whatever its shape.
  var scalar: Float? { count == 1 ? reals.first : nil }

  /// The elements at `sources`, in that order.
  func taking(_ sources: [Int], as shape: [Int]) -> ONNXConstant {
    switch numbers {
    case .reals(let reals): ONNXConstant(shape, .reals(sources.map { reals[$0] }), origin: origin)
    case .integers(let integers): ONNXConstant(shape, .integers(sources.map { integers[$0] }), origin: origin)
    }
  }

  /// The same numbers in another shape of equal size.
  func reshaped(_ shape: [Int]) -> ONNXConstant { ONNXConstant(shape, numbers, origin: origin) }

  /// The axes in another order: the new axis `i` is the old axis `order[i]`.
  func transposed(_ order: [Int]) -> ONNXConstant {
    var strides = [Int](repeating: 1, count: shape.count)
    for axis in shape.indices.dropLast().reversed() { strides[axis] = strides[axis + 1] * shape[axis + 1] }
    let target = order.map { shape[$0] }
    return taking(Self.offsets(target, order.map { strides[$0] }), as: target)
  }

  /// Every `step`-th element of an axis, from the end for a step below 0; bounds are counted and cut as ONNX's Slice does.
  func sliced(_ axis: Int, from start: Int, to end: Int, step: Int) -> ONNXConstant {
    let size = shape[axis]
    let limits = step > 0 ? (low: 0, high: size) : (low: -1, high: size - 1)
    func clamped(_ bound: Int) -> Int {
      min(max(bound < 0 ? bound.addingReportingOverflow(size).partialValue : bound, limits.low), limits.high)
    }
    // A step beyond the size takes one element.
    let step = min(max(step, -size - 1), size + 1)
    let taken = Array(Swift.stride(from: clamped(start), to: clamped(end), by: step))
    let inner = shape[(axis + 1)...].reduce(1, *)
    var sources: [Int] = []
    for outer in 0..<shape[..<axis].reduce(1, *) {
      for index in taken {
        sources += ((outer * size + index) * inner)..<((outer * size + index + 1) * inner)
      }
    }
    var result = shape
    result[axis] = taken.count
    return taking(sources, as: result)
  }

  /// For each index of a shape in row order, the sum of index × stride over the axes.
  static func offsets(_ shape: [Int], _ strides: [Int], from start: Int = 0) -> [Int] {
    var offsets = [start]
    for (size, stride) in zip(shape, strides) {
      var next: [Int] = []
      next.reserveCapacity(offsets.count * size)
      for offset in offsets { for index in 0..<size { next.append(offset + index * stride) } }
      offsets = next
    }
    return offsets
  }

  /// The shape that two are broadcast to; `nil` when they do not fit.
  static func broadcast(_ a: [Int], _ b: [Int]) -> [Int]? {
    let rank = max(a.count, b.count)
    let (a, b) = (padded(a, rank), padded(b, rank))
    var shape: [Int] = []
    for (x, y) in zip(a, b) {
      guard x == y || x == 1 || y == 1 else { return nil }
      shape.append(x == 1 ? y : x)
    }
    return shape
  }

  /// A shape with ones in front.
  static func padded(_ shape: [Int], _ rank: Int) -> [Int] {
    [Int](repeating: 1, count: max(0, rank - shape.count)) + shape
  }

  /// The same numbers repeated to a shape that ``broadcast(_:_:)`` gave.
  func broadcasted(to target: [Int]) -> ONNXConstant {
    if shape == target { return self }
    let padded = Self.padded(shape, target.count)
    var strides = [Int](repeating: 0, count: target.count)
    var step = 1
    for axis in padded.indices.reversed() {
      strides[axis] = padded[axis] == 1 ? 0 : step
      step *= padded[axis]
    }
    return taking(Self.offsets(target, strides), as: target)
  }
}
