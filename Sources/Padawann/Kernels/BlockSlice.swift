/// Part of a buffer: the elements of one block of activations.
struct BlockSlice {
  let buffer: LaneBuffer
  /// Where it begins, in elements.
  let start: Int
  let elements: Int

  /// Block `block` of activations of `elements` elements.
  init(_ buffer: LaneBuffer, block: Int, elements: Int) {
    self.buffer = buffer
    start = block * elements
    self.elements = elements
  }

  private init(_ buffer: LaneBuffer, start: Int, elements: Int) {
    self.buffer = buffer
    self.start = start
    self.elements = elements
  }

  /// Some of the elements.
  func part(_ range: Range<Int>) -> BlockSlice {
    precondition(range.lowerBound >= 0 && range.upperBound <= elements, "beyond the end of a block")
    return BlockSlice(buffer, start: start + range.lowerBound, elements: range.count)
  }

  var floats: UnsafeMutablePointer<Float> {
    buffer.floats(from: start * LaneBuffer.width, elements * LaneBuffer.width)
  }

  /// The numbers of another block.
  func copy(_ x: BlockSlice) {
    precondition(x.elements == elements, "blocks of one size")
    floats.update(from: x.floats, count: elements * LaneBuffer.width)
  }

  /// All numbers become zero.
  func clear() { floats.update(repeating: 0, count: elements * LaneBuffer.width) }

  /// Every number becomes a function of those of two blocks, one by one.
  func map(_ a: BlockSlice, _ b: BlockSlice, _ function: (Float, Float) -> Float) {
    precondition(a.elements == elements && b.elements == elements, "blocks of one size")
    let (to, a, b) = (floats, a.floats, b.floats)
    for index in 0..<(elements * LaneBuffer.width) { to[index] = function(a[index], b[index]) }
  }

  /// Reads or writes the number of an element and a lane.
  subscript(element: Int, lane: Int) -> Float {
    get { buffer[(start + element) * LaneBuffer.width + lane] }
    nonmutating set { buffer[(start + element) * LaneBuffer.width + lane] = newValue }
  }
}
