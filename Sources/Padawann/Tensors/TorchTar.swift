/// The tar archive that `torch.save` wrote before PyTorch 0.1.10: the files `storages`, `tensors` and `pickle`.
enum TorchTar {
  private typealias Storage = (content: ArraySlice<UInt8>, type: TorchType)

  static func read(_ bytes: [UInt8]) throws(PadawannError) -> Contents {
    let archive = try TarArchive(bytes)
    guard archive.has("storages"), archive.has("tensors"), archive.has("pickle") else {
      throw PadawannError(
        .data, "this is a tar archive, but not one of torch.save",
        remedy: "Unpack it and import the file inside")
    }
    let storages = try storages(archive.file("storages"))
    var reader = try archive.file("pickle")
    let object = TorchObject(pickle: try PickleMachine.load(&reader))
    let views = try views(archive.file("tensors"))
    return try Contents(object, .weights(keys: nil), fileBytes: bytes.count) {
      name, tensor throws(PadawannError) in
      guard case .numbered(let number) = tensor, let view = views[number],
        let storage = storages[view.storage]
      else {
        throw PadawannError(.data, "the file lacks the tensor's storage")
      }
      guard case .known(let type) = storage.type else {
        throw PadawannError(.unsupported, "the tensor's numbers are of a type that is not read")
      }
      return try FileTensor(
        name, view.shape, type, in: storage.content, offset: view.offset, strides: view.strides)
    }
  }

  private static let malformed = PadawannError(.data, "a list of storages or tensors is malformed")

  private static func count(_ reader: inout ByteReader) throws(PadawannError) -> Int {
    let pickle = try PickleMachine.load(&reader)
    guard let count = pickle.integer(pickle.root), (0...reader.remaining).contains(count) else {
      throw malformed
    }
    return count
  }

  /// For each storage a pickled `(number, location, type)`, the count and the elements; then the parts of storages.
  private static func storages(_ file: ByteReader) throws(PadawannError) -> [Int: Storage] {
    var reader = file
    var storages: [Int: Storage] = [:]
    for _ in 0..<(try count(&reader)) {
      let pickle = try PickleMachine.load(&reader)
      guard let items = pickle.tuple(pickle.root), items.count == 3, let number = pickle.integer(items[0]),
        case .global(.storage(let type)) = pickle[items[2]], case .known(let element) = type
      else { throw malformed }
      let count = try reader.integer(Int64.self)
      guard count >= 0, count <= reader.remaining / element.byteCount else {
        throw PadawannError(.data, "a storage of \(count) elements exceeds the file")
      }
      storages[number] = (try reader.take(Int(count) * element.byteCount), type)
    }
    let parts = try PickleMachine.load(&reader)
    for item in parts.items(parts.root) ?? [] {
      guard let part = parts.integers(item), part.count == 4, let whole = storages[part[1]],
        case .known(let element) = whole.type, part[2] >= 0, part[3] >= 0,
        part[2] <= whole.content.count / element.byteCount,
        part[3] <= whole.content.count / element.byteCount - part[2]
      else { throw malformed }
      let content = whole.content.dropFirst(part[2] * element.byteCount).prefix(part[3] * element.byteCount)
      storages[part[0]] = (content, whole.type)
    }
    return storages
  }

  private struct View {
    let storage: Int
    let shape: [Int]
    let strides: [Int]
    let offset: Int
  }

  /// For each tensor a pickled `(number, storage, type)`, the number of dimensions, the sizes, strides and the offset.
  private static func views(_ file: ByteReader) throws(PadawannError) -> [Int: View] {
    var reader = file
    var views: [Int: View] = [:]
    for _ in 0..<(try count(&reader)) {
      let pickle = try PickleMachine.load(&reader)
      guard let items = pickle.tuple(pickle.root), items.count == 3, let number = pickle.integer(items[0]),
        let storage = pickle.integer(items[1])
      else { throw malformed }
      let rank = Int(try reader.integer(Int32.self))
      // The rank was once written as eight bytes; the upper four are left.
      try reader.skip(4)
      guard (0...64).contains(rank) else { throw malformed }
      var numbers: [Int] = []
      for _ in 0..<(2 * rank + 1) { numbers.append(Int(try reader.integer(Int64.self))) }
      views[number] = View(
        storage: storage, shape: Array(numbers[..<rank]), strides: Array(numbers[rank..<(2 * rank)]),
        offset: numbers[2 * rank])
    }
    return views
  }
}
