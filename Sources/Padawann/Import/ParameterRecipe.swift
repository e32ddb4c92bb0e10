/// From which tensors of a file a parameter is made.
struct ParameterRecipe {
  enum Source {
    case plain(FileTensor)
    /// The values before pruning, and the mask.
    case masked(FileTensor, mask: FileTensor)
    /// The lengths g and the directions v of weight normalisation.
    case normalised(lengths: FileTensor, directions: FileTensor)
  }

  let name: String
  let source: Source

  // MARK: Which tensors belong together

  /// The recipes for all tensors, in the order of the tensor that has the values.
  static func all(of tensors: [FileTensor]) throws(PadawannError) -> [ParameterRecipe] {
    var byName: [String: FileTensor] = [:]
    for tensor in tensors where byName.updateValue(tensor, forKey: tensor.name) != nil {
      throw PadawannError(.data, "two tensors have the same name", at: "tensor \(tensor.name)")
    }
    let parts = parametrisations(tensors)
    var recipes: [ParameterRecipe] = []
    var used = Set<String>()
    for tensor in tensors {
      guard let found = try combination(tensor, byName, parts) else { continue }
      recipes.append(found.recipe)
      used.formUnion(found.parts)
    }
    let places = Dictionary(uniqueKeysWithValues: tensors.enumerated().map { ($1.name, $0) })
    for tensor in tensors where !used.contains(tensor.name) {
      if tensor.name.split(separator: ".").contains("parametrizations") { throw parametrised(tensor.name) }
      recipes.append(ParameterRecipe(name: tensor.name, source: .plain(tensor)))
    }
    var names = Set<String>()
    for recipe in recipes where !names.insert(recipe.name).inserted {
      throw PadawannError(.data, "the file has both the parameter and its parts", at: "tensor \(recipe.name)")
    }
    return recipes.sorted { (places[$0.values.name] ?? 0) < (places[$1.values.name] ?? 0) }
  }

  /// The tensor that has the values.
  private var values: FileTensor {
    switch source {
    case .plain(let tensor), .masked(let tensor, _), .normalised(_, let tensor): tensor
    }
  }

  /// The recipe in which `tensor` has the values, with the names of all its parts; `nil` when it stands alone.
  private static func combination(
    _ tensor: FileTensor, _ byName: [String: FileTensor], _ parametrisations: [String: [String]]
  ) throws(PadawannError) -> (recipe: ParameterRecipe, parts: [String])? {
    func stem(_ suffix: String) -> String? {
      tensor.name.hasSuffix(suffix) ? String(tensor.name.dropLast(suffix.count)) : nil
    }
    if let stem = stem("_orig") {
      if let mask = byName[stem + "_mask"] {
        return (ParameterRecipe(name: stem, source: .masked(tensor, mask: mask)), [tensor.name, mask.name])
      }
      if byName[stem + "_u"] != nil { throw parametrised(tensor.name, "spectral normalisation") }
    }
    if let stem = stem("_v"), stem.split(separator: ".").last?.hasPrefix("weight") == true,
      let lengths = byName[stem + "_g"], fits(lengths, tensor)
    {
      let source = Source.normalised(lengths: lengths, directions: tensor)
      return (ParameterRecipe(name: stem, source: source), [tensor.name, lengths.name])
    }
    return try parametrisation(tensor, byName, parametrisations)
  }

  /// The names of the tensors below each `a.parametrizations.weight`, found in one pass over all names.
  private static func parametrisations(_ tensors: [FileTensor]) -> [String: [String]] {
    var parts: [String: [String]] = [:]
    for tensor in tensors where tensor.name.contains("parametrizations.") {
      let words = tensor.name.split(separator: ".", omittingEmptySubsequences: false)
      for place in words.indices.dropLast(2) where words[place] == "parametrizations" {
        parts[words[...(place + 1)].joined(separator: "."), default: []].append(tensor.name)
      }
    }
    return parts
  }

  /// `a.parametrizations.weight.original…`, as `torch.nn.utils.parametrize` names it.
  private static func parametrisation(
    _ tensor: FileTensor, _ byName: [String: FileTensor], _ parametrisations: [String: [String]]
  ) throws(PadawannError) -> (recipe: ParameterRecipe, parts: [String])? {
    var words = tensor.name.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard words.count >= 3, words[words.count - 3] == "parametrizations" else { return nil }
    let last = words.removeLast()
    let stem = words.joined(separator: ".")
    words.remove(at: words.count - 2)
    let name = words.joined(separator: ".")
    let parts = parametrisations[stem] ?? []
    if last == "original", parts.contains(where: { $0.hasSuffix("._u") }) {
      throw parametrised(tensor.name, "spectral normalisation")
    }
    if last == "original", parts.count == 2, let mask = byName[stem + ".0.mask"] {
      return (ParameterRecipe(name: name, source: .masked(tensor, mask: mask)), parts)
    }
    if last == "original1", parts.count == 2, let lengths = byName[stem + ".original0"], fits(lengths, tensor)
    {
      return (ParameterRecipe(name: name, source: .normalised(lengths: lengths, directions: tensor)), parts)
    }
    return nil
  }

  private static func parametrised(_ name: String, _ what: String = "a parametrisation") -> PadawannError {
    PadawannError(
      .unsupported, "the tensor has \(what), which cannot be folded here", at: "tensor \(name)",
      remedy:
        "Call torch.nn.utils.parametrize.remove_parametrizations (or remove_spectral_norm) before saving")
  }

  /// Whether lengths belong to directions: one length for each index of some dimensions, 1 elsewhere, or just one.
  private static func fits(_ lengths: FileTensor, _ directions: FileTensor) -> Bool {
    guard lengths.type.isFloatingPoint, directions.type.isFloatingPoint else { return false }
    if lengths.shape.isEmpty { return true }
    return lengths.shape.count == directions.shape.count
      && zip(lengths.shape, directions.shape).allSatisfy { $0 == 1 || $0 == $1 }
  }

  // MARK: The numbers

  /// Makes the parameter.
  func parameter() throws(PadawannError) -> ImportedParameter {
    do {
      switch source {
      case .plain(let tensor):
        return try finite(ImportedParameter(name: name, shape: tensor.shape, values: tensor.floats()))
      case .masked(let tensor, let mask):
        let bits = try Self.mask(mask, for: tensor)
        return try finite(
          ImportedParameter(name: name, shape: tensor.shape, values: tensor.floats(), mask: bits))
      case .normalised(let lengths, let directions):
        return try finite(
          ImportedParameter(name: name, shape: directions.shape, values: Self.folded(lengths, directions)))
      }
    } catch { throw error.inside("tensor \(name)") }
  }

  private func finite(_ parameter: ImportedParameter) throws(PadawannError) -> ImportedParameter {
    guard let wrong = parameter.values.firstIndex(where: { !$0.isFinite }) else { return parameter }
    throw PadawannError(
      .data,
      "element \(wrong) of shape \(parameter.shape) is \(parameter.values[wrong]), not a finite number",
      remedy: "Train again, or save a state from before the training diverged")
  }

  private static func mask(_ mask: FileTensor, for tensor: FileTensor) throws(PadawannError) -> Bitmask {
    guard mask.shape == tensor.shape else {
      throw PadawannError(.data, "its mask has the shape \(mask.shape) instead of \(tensor.shape)")
    }
    let numbers = try mask.floats()
    if let wrong = numbers.firstIndex(where: { $0 != 0 && $0 != 1 }) {
      throw PadawannError(
        .data, "element \(wrong) of its mask is \(numbers[wrong]); only 0 and 1 are possible")
    }
    return Bitmask(numbers.lazy.map { $0 == 1 })
  }

  /// `v · (g / ‖v‖)`; the norm goes over the dimensions in which g has the size 1, and is summed in `Double`.
  private static func folded(_ lengths: FileTensor, _ directions: FileTensor) throws(PadawannError)
    -> [Float]
  {
    let g = try lengths.floats()
    var v = try directions.floats()
    let owners = owners(of: directions.shape, lengths.shape)
    var squares = [Double](repeating: 0, count: g.count)
    for (value, owner) in zip(v, owners) { squares[owner] += Double(value) * Double(value) }
    let factors = zip(g, squares).map { $0 / Float($1.squareRoot()) }
    for (index, owner) in owners.enumerated() { v[index] *= factors[owner] }
    return v
  }

  /// For each element in row order, the index of its length.
  private static func owners(of shape: [Int], _ lengthShape: [Int]) -> [Int] {
    var owners = [0]
    for (axis, size) in shape.enumerated() {
      let length = lengthShape.isEmpty ? 1 : lengthShape[axis]
      owners = owners.flatMap { owner in (0..<size).map { length == 1 ? owner : owner * length + $0 } }
    }
    return owners
  }
}
