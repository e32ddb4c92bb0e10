import CKernels

/// Activations of many images, one row per image, as IEEE halves or floats.
final class FeatureRows {
  /// How a number is stored.
  enum Precision: Hashable, Sendable {
    /// IEEE binary16: 11 significant bits, up to ±65504.
    case half
    case single

    /// What a number takes.
    var bytes: Int { self == .half ? 2 : 4 }
  }

  /// The number of images.
  let count: Int
  /// The number of elements of an image.
  let elements: Int
  private let storage: Storage

  private enum Storage {
    case halves(Packed<UInt16>.Writable)
    case floats(LaneBuffer)
  }

  /// Makes room.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when there is not that much memory.
  init(count: Int, elements: Int, _ precision: Precision) throws(PadawannError) {
    self.count = count
    self.elements = elements
    switch precision {
    case .half: storage = .halves(try Packed<UInt16>.Writable(count: count * elements))
    case .single: storage = .floats(try LaneBuffer(count: count * elements))
    }
  }

  /// Stores the first lanes of a block as the rows of images.
  func store(_ set: InstructionSet, _ block: BlockSlice, images: Range<Int>) {
    precondition(images.count <= LaneBuffer.width && block.elements == elements, "one block of rows")
    let x = block.buffer.floats(from: block.start * LaneBuffer.width, elements * LaneBuffer.width)
    switch storage {
    case .halves(let halves):
      let rows = images.map {
        halves.elements(from: $0 * elements, elements) as UnsafeMutablePointer<UInt16>?
      }
      lanes_store_halves(set.level, x, elements, Int32(rows.count), rows)
    case .floats(let buffer):
      let rows = images.map { buffer.floats(from: $0 * elements, elements) as UnsafeMutablePointer<Float>? }
      lanes_store_rows(set.level, x, elements, Int32(rows.count), rows)
    }
  }

  /// Loads the rows of images into a block; lanes without an image become zero.
  func load(_ set: InstructionSet, _ images: ArraySlice<Int>, to block: BlockSlice) {
    precondition(images.count <= LaneBuffer.width && block.elements == elements, "one block of rows")
    let x = block.buffer.floats(from: block.start * LaneBuffer.width, elements * LaneBuffer.width)
    switch storage {
    case .halves(let halves):
      let rows = images.map {
        UnsafePointer(halves.elements(from: $0 * elements, elements)) as UnsafePointer<UInt16>?
      }
      lanes_load_halves(set.level, rows, elements, Int32(rows.count), x)
    case .floats(let buffer):
      let rows = images.map {
        UnsafePointer(buffer.floats(from: $0 * elements, elements)) as UnsafePointer<Float>?
      }
      lanes_load_rows(set.level, rows, elements, Int32(rows.count), x)
    }
  }
}
