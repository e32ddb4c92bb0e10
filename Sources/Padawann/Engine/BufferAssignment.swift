/// Which buffer holds which value, so that buffers are used again as soon as nothing reads their value any more.
struct BufferAssignment: Sendable {
  /// The buffer of each value.
  private(set) var bufferOfValue: [Int]
  /// The number of elements of each buffer, for one block.
  private(set) var sizes: [Int] = []

  /// Assigns buffers to the values of steps in the order in which they run.
  ///
  /// - Parameters:
  ///   - steps: shared ones first; the others run again for every magnitude.
  ///   - counts: the elements of each value; value 0 is there from the beginning.
  ///   - logits: the value that is read at the end.
  init(_ steps: [Step], counts: [Int], logits: Int) {
    let ends = Self.lastReaders(steps, counts.count, logits)
    bufferOfValue = [Int](repeating: 0, count: counts.count)
    var free: [Int] = []
    assign(0, counts, &free)
    for (index, step) in steps.enumerated() {
      assign(step.output, counts, &free)
      for input in Set(step.inputs).sorted() where ends[input] == index { free.append(bufferOfValue[input]) }
    }
  }

  private static func lastReaders(_ steps: [Step], _ values: Int, _ logits: Int) -> [Int] {
    var ends = [Int](repeating: -1, count: values)
    var isShared = [Bool](repeating: true, count: values)
    for (index, step) in steps.enumerated() {
      isShared[step.output] = step.isShared
      // A shared value is read again by the next magnitude.
      for input in step.inputs {
        ends[input] = isShared[input] && !step.isShared ? .max : max(ends[input], index)
      }
    }
    ends[logits] = .max
    return ends
  }

  /// Takes the free buffer that fits best: the smallest that is large enough, else the largest.
  private mutating func assign(_ value: Int, _ counts: [Int], _ free: inout [Int]) {
    let fitting = free.filter { sizes[$0] >= counts[value] }.min { sizes[$0] < sizes[$1] }
    let buffer = fitting ?? free.max { sizes[$0] < sizes[$1] } ?? sizes.count
    free.removeAll { $0 == buffer }
    if buffer == sizes.count { sizes.append(0) }
    sizes[buffer] = max(sizes[buffer], counts[value])
    bufferOfValue[value] = buffer
  }
}
