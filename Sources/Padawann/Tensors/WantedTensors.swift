/// Which of the tensors that `torch.save` pickled are wanted.
enum WantedTensors {
  /// The weights of a network, under the keys of a checkpoint; `nil` for the usual ones.
  case weights(keys: [String]?)
  /// The arrays of a dataset: a tuple or a list of tensors, which are called `0`, `1`, …; or a dictionary of tensors.
  case arrays

  /// The names of the tensors, the places of their descriptions, and notes on how they were found.
  ///
  /// - Throws: ``PadawannError`` `data` when there are none; what ``StateDict`` throws.
  func places(in object: TorchObject) throws(PadawannError) -> (
    tensors: [(name: String, value: Int)], notes: [String]
  ) {
    switch self {
    case .weights(let keys):
      let dictionary = try StateDict(object, keys)
      return (dictionary.tensors, dictionary.notes)
    case .arrays: return (try Self.arrays(object), [])
    }
  }

  private static func arrays(_ object: TorchObject) throws(PadawannError) -> [(name: String, value: Int)] {
    let pickle = object.pickle
    if object.isTensor(pickle.root) { return [("0", pickle.root)] }
    if let items = pickle.items(pickle.root), (1...64).contains(items.count),
      items.allSatisfy(object.isTensor)
    {
      return items.enumerated().map { (String($0), $1) }
    }
    let named = (pickle.pairs(pickle.root) ?? []).compactMap { pair -> (name: String, value: Int)? in
      guard object.isTensor(pair.value), let name = pickle.text(pair.key) else { return nil }
      return (name, pair.value)
    }
    guard !named.isEmpty, Set(named.map(\.name)).count == named.count else {
      throw PadawannError(
        .data, "the file has no tuple and no dictionary of tensors",
        remedy: "Save them with torch.save((images, labels), 'data.pt')")
    }
    return named
  }
}
