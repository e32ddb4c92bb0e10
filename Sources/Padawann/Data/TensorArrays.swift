extension ArrayArchive {
  /// The arrays of a file of tensors: what `torch.save` wrote of a tuple `(images, labels)` or of a dictionary, or safetensors;
  /// `nil` for anything else.
  ///
  /// - Throws: ``PadawannError`` when it is damaged or has something else than tensors.
  static func tensors(in bytes: [UInt8]) throws(PadawannError) -> [FileTensor]? {
    if SafeTensors.begins(bytes) { return try SafeTensors.read(bytes).tensors }
    if TorchLegacy.begins(bytes) { return try TorchLegacy.read(bytes, .arrays).tensors }
    guard bytes.starts(with: [0x50, 0x4b]) else { return nil }
    let archive = try ZipArchive(bytes)
    guard let root = TorchZip.root(of: archive) else { return nil }
    return try TorchZip.read(archive, root: root, fileBytes: bytes.count, .arrays).tensors
  }
}

extension StoredArray {
  /// Takes a tensor over, whose numbers take `limit` bytes at most.
  ///
  /// - Throws: ``PadawannError`` `data` when they take more, or a truth value is neither 0 nor 1.
  init(_ tensor: FileTensor, limit: Int) throws(PadawannError) {
    let size = tensor.type == .u8 ? 1 : tensor.type.isFloatingPoint ? 4 : 8
    try Self.check(tensor.count, bytesEach: size, limit: limit)
    let values: Values
    switch tensor.type {
    case .u8: values = .bytes(try tensor.integers().map { UInt8(truncatingIfNeeded: $0) })
    case let type where type.isFloatingPoint: values = .floats(try tensor.floats())
    default: values = .integers(try tensor.integers())
    }
    try self.init(sizes: tensor.shape, values: values)
  }
}
