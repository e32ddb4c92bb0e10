/// The dictionary of tensors in what `torch.save` pickled, with notes on how it was found.
struct StateDict {
  /// Names and the places of their tensors, in order.
  private(set) var tensors: [(name: String, value: Int)] = []
  private(set) var notes: [String] = []

  /// The keys under which training scripts keep weights, the usual ones first. Running means of weights come last: whoever has
  /// both means the weights.
  static let usualKeys = [
    "state_dict", "model", "model_state_dict", "model_state", "module", "net", "network", "params", "weights",
    "state_dict_ema", "model_ema", "params_ema",
  ]

  /// Finds the weights.
  ///
  /// - Parameter keys: the keys of the dictionary that is meant, the outer first; `nil` for the usual ones.
  /// - Throws: ``PadawannError`` `data` when there are none, or several and none under a usual key; `usage` for a key that is not
  ///   there.
  init(_ object: TorchObject, _ keys: [String]? = nil) throws(PadawannError) {
    let pickle = object.pickle
    var place = pickle.root
    var path: [String] = []
    for key in keys ?? [] {
      place = try Self.place(of: key, in: place, pickle)
      path.append(printable(key))
    }
    while path.count < 8, let found = try Self.nested(object, in: place) {
      let weights = Set(found.others)
      leaveAside(found.others, "with weights of their own")
      leaveAside(Self.names(pickle, place).filter { $0 != found.name && !weights.contains($0) }, "no weights")
      path.append(found.name)
      place = found.value
    }
    if !path.isEmpty { notes.insert("the weights are under the key \(path.joined(separator: " / "))", at: 0) }
    guard let pairs = pickle.pairs(place) else { throw Self.none(object) }
    var others: [String] = []
    var seen = Set<String>()
    for pair in pairs {
      guard let name = pickle.text(pair.key), object.isTensor(pair.value) else {
        others.append(Self.shown(pickle, pair.key))
        continue
      }
      guard seen.insert(name).inserted else {
        throw PadawannError(.data, "two tensors have the same name", at: "tensor \(printable(name))")
      }
      tensors.append((name, pair.value))
    }
    leaveAside(others, "no weights")
    guard !tensors.isEmpty else { throw Self.none(object) }
  }

  private static func place(of key: String, in place: Int, _ pickle: Pickle) throws(PadawannError) -> Int {
    let pairs = pickle.pairs(place) ?? []
    guard let pair = pairs.first(where: { pickle.text($0.key) == key }) else {
      let known = TensorNames.list(names(pickle, place))
      throw PadawannError(
        .usage, "the checkpoint has no key \"\(printable(key))\" there",
        remedy: known.isEmpty ? "It has none" : "It has: \(known)")
    }
    return pair.value
  }

  private mutating func leaveAside(_ names: [String], _ why: String) {
    guard !names.isEmpty else { return }
    notes.append("left aside, \(why): \(TensorNames.list(names))")
  }

  private static func shown(_ pickle: Pickle, _ key: Int) -> String {
    pickle.text(key).map(printable) ?? pickle.integer(key).map(String.init) ?? "a key that is no text"
  }

  private static func names(_ pickle: Pickle, _ place: Int) -> [String] {
    (pickle.pairs(place) ?? []).map { shown(pickle, $0.key) }
  }

  /// The key of the dictionary inside the one at `place` that has the weights, and the other keys of which that is true; `nil`
  /// when it has them itself.
  private static func nested(_ object: TorchObject, in place: Int) throws(PadawannError) -> (
    name: String, value: Int, others: [String]
  )? {
    var inner: [(name: String, value: Int)] = []
    var leads: [Int: Bool] = [:]
    let pairs = object.pickle.pairs(place) ?? []
    for pair in pairs {
      guard let name = object.pickle.text(pair.key) else { continue }
      // A hostile pickle has the same huge dictionary under many keys; each is looked at once.
      let leadsOn = leads[pair.value] ?? hasWeights(object, pair.value)
      leads[pair.value] = leadsOn
      if leadsOn { inner.append((name, pair.value)) }
    }
    for key in usualKeys {
      guard let found = inner.first(where: { $0.name == key }) else { continue }
      return (found.name, found.value, inner.map { printable($0.name) }.filter { $0 != key })
    }
    guard let only = inner.first, !pairs.contains(where: { object.isTensor($0.value) }) else { return nil }
    guard inner.count == 1 else {
      let names = TensorNames.list(inner.map { printable($0.name) })
      throw PadawannError(
        .data, "several dictionaries have weights: \(names)",
        remedy: "Save the one that is meant into a file of its own")
    }
    return (printable(only.name), only.value, [])
  }

  /// Whether a dictionary has a tensor, or a usual key with a dictionary.
  private static func hasWeights(_ object: TorchObject, _ place: Int) -> Bool {
    (object.pickle.pairs(place) ?? []).contains { pair in
      if object.isTensor(pair.value) { return true }
      guard case .dictionary = object.pickle[pair.value], let key = object.pickle.text(pair.key) else {
        return false
      }
      return usualKeys.contains(key)
    }
  }

  private static func none(_ object: TorchObject) -> PadawannError {
    PadawannError(
      .data,
      object.isTensor(object.pickle.root)
        ? "the file has one tensor without a name" : "the file has no named tensors",
      remedy: "Save a state dict: torch.save(model.state_dict(), 'weights.pt')")
  }
}
