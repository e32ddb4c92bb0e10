import CKernels

#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// Activations of blocks of sixteen images: element `e` of a block is the sixteen floats from `e * 16` on, one per image.
final class LaneBuffer {
  /// The number of images of a block.
  static let width = Int(LANES)

  /// The number of floats.
  let count: Int
  /// The first float, aligned to a cache line; kernels may use `count` floats.
  let floats: UnsafeMutablePointer<Float>

  /// Makes a buffer of zeros.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when there is not that much memory.
  init(count: Int) throws(PadawannError) {
    self.count = count
    floats = try aligned(count)
    floats.initialize(repeating: 0, count: count)
  }

  deinit { free(floats) }

  /// Reads or writes one number.
  subscript(index: Int) -> Float {
    get {
      precondition(index >= 0 && index < count, "beyond the end of a buffer")
      return floats[index]
    }
    set {
      precondition(index >= 0 && index < count, "beyond the end of a buffer")
      floats[index] = newValue
    }
  }

  /// Appends activations of blocks as rows, one per image.
  ///
  /// - Parameter elements: of an activation; its blocks follow one another from the beginning.
  func appendRows(of images: Int, elements: Int, to rows: inout [Float]) {
    let blocks = (images + Self.width - 1) / Self.width
    let floats = self.floats(from: 0, blocks * elements * Self.width)
    for image in 0..<images {
      let lane = floats + (image / Self.width * elements * Self.width + image % Self.width)
      for element in 0..<elements { rows.append(lane[element * Self.width]) }
    }
  }

  /// The floats from an offset on, of which `needed` must exist.
  func floats(from offset: Int, _ needed: Int) -> UnsafeMutablePointer<Float> {
    precondition(offset >= 0 && needed >= 0 && offset + needed <= count, "beyond the end of a buffer")
    return floats + offset
  }
}

/// Numbers that never change, aligned to a cache line.
final class Packed<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
  /// The number of elements.
  let count: Int
  /// The first element.
  let elements: UnsafePointer<Element>

  /// Makes the numbers; `fill` gets them as zeros.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when there is not that much memory.
  init(count: Int, zero: Element, fill: (UnsafeMutablePointer<Element>) -> Void) throws(PadawannError) {
    let pointer: UnsafeMutablePointer<Element> = try aligned(count)
    pointer.initialize(repeating: zero, count: count)
    fill(pointer)
    self.count = count
    elements = UnsafePointer(pointer)
  }

  /// A copy of an array.
  convenience init(_ values: [Element], zero: Element) throws(PadawannError) {
    try self.init(count: values.count, zero: zero) { pointer in
      for index in values.indices { pointer[index] = values[index] }
    }
  }

  deinit { free(UnsafeMutablePointer(mutating: elements)) }

  /// Numbers that still change.
  final class Writable {
    private let count: Int
    private let pointer: UnsafeMutablePointer<Element>

    /// Makes room; the numbers are zeros.
    ///
    /// - Throws: ``PadawannError`` `unsupported` when there is not that much memory.
    init(count: Int) throws(PadawannError) where Element == UInt16 {
      self.count = count
      pointer = try aligned(count)
      pointer.initialize(repeating: 0, count: count)
    }

    deinit { free(pointer) }

    /// The elements from an offset on, of which `needed` must exist.
    func elements(from offset: Int, _ needed: Int) -> UnsafeMutablePointer<Element> {
      precondition(offset >= 0 && needed >= 0 && offset + needed <= count, "beyond the end of a buffer")
      return pointer + offset
    }
  }

  /// The size in memory.
  var bytes: Int { count * MemoryLayout<Element>.stride }
}

private func aligned<Element>(_ count: Int) throws(PadawannError) -> UnsafeMutablePointer<Element> {
  let (size, overflow) = max(count, 1).multipliedReportingOverflow(by: MemoryLayout<Element>.stride)
  var memory: UnsafeMutableRawPointer?
  guard !overflow, posix_memalign(&memory, 64, size) == 0, let memory else {
    throw PadawannError(.unsupported, "\(count) numbers do not fit into this machine's memory")
  }
  return memory.bindMemory(to: Element.self, capacity: count)
}
