/// The stream of pickles and raw storages that `torch.save` wrote before PyTorch 1.6.
///
/// Five pickles: a magic number, the version 1001, facts about the machine, the object, the keys of the storages. Then,
/// for each key, the number of elements and the elements, which are little-endian on every machine.
enum TorchLegacy {
  /// 0x1950a86a20f9469cfc6c, little-endian.
  private static let magic: [UInt8] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19]

  /// Whether a file begins with the pickled magic number, of any protocol.
  static func begins(_ bytes: [UInt8]) -> Bool {
    guard bytes.starts(with: [0x80]), let place = bytes.prefix(16).firstIndex(of: 0x8a) else { return false }
    return bytes[(place + 1)...].starts(with: [10] + magic)
  }

  static func read(_ bytes: [UInt8], _ wanted: WantedTensors) throws(PadawannError) -> Contents {
    var reader = ByteReader(bytes)
    let first = try PickleMachine.load(&reader)
    guard case .wide(Self.magic) = first[first.root] else {
      throw PadawannError(.data, "the file's magic number is wrong")
    }
    let version = try PickleMachine.load(&reader)
    guard version.integer(version.root) == 1001 else {
      throw PadawannError(.unsupported, "this version of PyTorch's legacy format is not known")
    }
    let machine = try PickleMachine.load(&reader)
    guard machine.pairs(machine.root) != nil else {
      throw PadawannError(.data, "the file's third pickle is no dictionary")
    }
    let object = TorchObject(pickle: try PickleMachine.load(&reader))
    let storages = try storages(object, &reader)
    return try Contents(object, wanted, fileBytes: bytes.count) { name, tensor throws(PadawannError) in
      guard case .view(let view) = tensor, let whole = storages[view.storage.key] else {
        throw PadawannError(.data, "the file lacks the tensor's storage")
      }
      let content = try part(view.storage, of: whole)
      return try FileTensor(
        name, view.shape, view.type, in: content, offset: view.offset, strides: view.strides)
    }
  }

  private static func part(_ storage: TorchStorage, of whole: ArraySlice<UInt8>) throws(PadawannError)
    -> ArraySlice<UInt8>
  {
    guard storage.byteCount(of: storage.count) == whole.count else {
      throw PadawannError(
        .data, "\(storage.count) elements are announced and the storage has \(whole.count) bytes")
    }
    guard let part = storage.part else { return whole }
    guard let offset = storage.byteCount(of: part.offset), let count = storage.byteCount(of: part.count)
    else {
      throw PadawannError(.data, "a storage's part makes no sense")
    }
    return whole.dropFirst(offset).prefix(count)
  }

  /// The storages behind the pickles. The sizes are in the object's pickle, and each must be repeated here.
  private static func storages(_ object: TorchObject, _ reader: inout ByteReader) throws(PadawannError)
    -> [String: ArraySlice<UInt8>]
  {
    var sizes: [String: (count: Int, bytes: Int)] = [:]
    for case .persistent(let identifier) in object.pickle.values {
      let storage = try object.storage(identifier)
      guard let bytes = storage.byteCount(of: storage.count) else {
        throw PadawannError(
          .unsupported, "the file has complex, quantised or other numbers that are not read",
          remedy: "Save the weights with .float()")
      }
      let known = sizes.updateValue((storage.count, bytes), forKey: storage.key)
      guard known == nil || known?.bytes == bytes else {
        throw PadawannError(.data, "the file gives the storage \(printable(storage.key)) two sizes")
      }
    }
    let keys = try PickleMachine.load(&reader)
    var storages: [String: ArraySlice<UInt8>] = [:]
    for item in keys.items(keys.root) ?? [] {
      guard let key = keys.text(item), let size = sizes[key] else {
        throw PadawannError(.data, "the file lists a storage that its pickle does not have")
      }
      let count = try reader.integer(Int64.self)
      guard count == Int64(size.count) else {
        throw PadawannError(
          .data, "the storage \(printable(key)) has \(count) elements instead of \(size.count)")
      }
      guard storages.updateValue(try reader.take(size.bytes), forKey: key) == nil else {
        throw PadawannError(.data, "the file lists the storage \(printable(key)) twice")
      }
    }
    guard reader.isAtEnd, storages.count == sizes.count else {
      throw PadawannError(
        .data, "the file's storages are not those that its pickle has", at: "byte \(reader.position)")
    }
    return storages
  }
}
