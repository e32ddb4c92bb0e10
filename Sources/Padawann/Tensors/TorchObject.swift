/// A tensor of a pickle, before its storage is looked up.
enum TorchTensor {
  case view(TorchView)
  /// One of the tensors that the old tar layout numbers.
  case numbered(Int)
}

/// Which numbers of which storage a tensor has; offset and strides count elements.
struct TorchView {
  let storage: TorchStorage
  let type: ElementType
  let offset: Int
  let shape: [Int]
  let strides: [Int]
}

/// What a pickle says about a storage.
struct TorchStorage {
  let key: String
  let type: TorchType
  /// The number of elements, or of bytes when the type is ``TorchType/untyped``.
  let count: Int
  /// Legacy files have storages that are a part of another.
  let part: (key: String, offset: Int, count: Int)?

  /// The size in bytes, when it makes sense.
  func byteCount(of count: Int) -> Int? {
    let size: Int
    switch type {
    case .known(let element): size = element.byteCount
    case .untyped: size = 1
    case .unreadable: return nil
    }
    return [count, size].product
  }
}

/// The object that `torch.save` pickled: what in it is a tensor.
struct TorchObject {
  let pickle: Pickle

  /// Whether a value is a tensor, readable or not.
  func isTensor(_ index: Int) -> Bool {
    switch pickle[unwrapped(index)] {
    case .reduced(.rebuild, _), .reduced(.refusedTensor, _), .reduced(.rebuildFromType, _),
      .reduced(.tensorType, _):
      true
    case .persistent(let identifier): number(identifier) != nil
    default: false
    }
  }

  /// Looks through parameters at their tensors.
  private func unwrapped(_ index: Int) -> Int {
    var index = index
    // A parameter of a parameter of … is not something to follow for ever.
    for _ in 0..<8 {
      guard case .reduced(.parameter, let arguments) = pickle[index],
        let first = pickle.tuple(arguments)?.first
      else { break }
      index = first
    }
    return index
  }

  /// Old tar files number their tensors; the number is written as text.
  private func number(_ index: Int) -> Int? {
    pickle.integer(index) ?? pickle.text(index).flatMap { Int($0) }
  }

  /// The tensor at a place.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when it is quantised, sparse, complex or without numbers, `data` when its
  ///   description makes no sense.
  func tensor(_ index: Int) throws(PadawannError) -> TorchTensor {
    switch pickle[unwrapped(index)] {
    case .reduced(.rebuild(let version), let arguments):
      return .view(try view(version, pickle.tuple(arguments) ?? []))
    case .reduced(.rebuildFromType, let arguments):
      guard let call = pickle.tuple(arguments), call.count >= 3, case .global(let function) = pickle[call[0]],
        case .rebuild(let version) = function, let inner = pickle.tuple(call[2])
      else { throw Self.subclass }
      switch pickle[call[1]] {
      case .global(.tensorType), .global(.parameter): return .view(try view(version, inner))
      default: throw Self.subclass
      }
    case .reduced(.refusedTensor(let what, let remedy), _):
      throw PadawannError(.unsupported, "this is \(what)", remedy: remedy)
    case .persistent(let identifier):
      guard let number = number(identifier) else { throw Self.malformed }
      return .numbered(number)
    default: throw Self.subclass
    }
  }

  private static let subclass = PadawannError(
    .unsupported, "this is a tensor of a special class", remedy: "Save a plain torch.Tensor")
  private static let malformed = PadawannError(.data, "the tensor's description is malformed")

  private func view(_ version: Int, _ arguments: [Int]) throws(PadawannError) -> TorchView {
    let typed = version == 3
    let needed = version == 1 ? 4 : typed ? 7 : 6
    guard arguments.count == needed || arguments.count == needed + 1 && version > 1,
      case .persistent(let identifier) = pickle[arguments[0]], let offset = pickle.integer(arguments[1]),
      let shape = pickle.integers(arguments[2]), let strides = pickle.integers(arguments[3])
    else { throw Self.malformed }
    let storage = try storage(identifier)
    var type = storage.type
    if typed {
      guard case .global(.type(let own)) = pickle[arguments[6]] else { throw Self.malformed }
      type = own
    }
    if arguments.count > needed { try refuseNegated(arguments[needed]) }
    switch type {
    case .known(let element):
      return TorchView(storage: storage, type: element, offset: offset, shape: shape, strides: strides)
    case .untyped: throw Self.malformed
    case .unreadable(let name): throw Self.unreadable(name)
    }
  }

  private static func unreadable(_ name: String) -> PadawannError {
    let remedy =
      switch name {
      case _ where name.hasPrefix("complex"): "Save its real and imaginary parts as two tensors"
      case _ where name.hasPrefix("q"):
        "Save the model before quantisation, or each tensor with .dequantize()"
      default: "Save it with .float()"
      }
    return PadawannError(.unsupported, "the elements are of the type \(printable(name))", remedy: remedy)
  }

  /// PyTorch marks views that are to be negated or conjugated.
  private func refuseNegated(_ metadata: Int) throws(PadawannError) {
    guard case .dictionary(let entries) = pickle[metadata], entries.count <= 16 else { throw Self.malformed }
    for pair in pickle.pairs(metadata) ?? [] {
      if case .truth(true) = pickle[pair.value] {
        throw PadawannError(
          .unsupported, "the tensor is a negated or conjugated view", remedy: "Save it with .resolve_neg()")
      }
    }
  }

  /// `('storage', type, key, location, count)`, in legacy files with `(key, offset, count)` of a part or `None`.
  func storage(_ identifier: Int) throws(PadawannError) -> TorchStorage {
    guard let items = pickle.tuple(identifier), items.count == 5 || items.count == 6,
      pickle.text(items[0]) == "storage",
      case .global(.storage(let type)) = pickle[items[1]], let key = pickle.text(items[2]),
      let count = pickle.integer(items[4]), count >= 0
    else { throw PadawannError(.data, "a storage's description is malformed") }
    var part: (key: String, offset: Int, count: Int)?
    if items.count == 6, let view = pickle.tuple(items[5]) {
      guard view.count == 3, let name = pickle.text(view[0]), let offset = pickle.integer(view[1]),
        let size = pickle.integer(view[2]), offset >= 0, size >= 0, offset <= count, size <= count - offset
      else { throw PadawannError(.data, "a storage's description is malformed") }
      part = (name, offset, size)
    }
    return TorchStorage(key: key, type: type, count: count, part: part)
  }
}
