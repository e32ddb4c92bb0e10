/// The parameters and buffers of a network, as plain numbers.
///
/// Pruned tensors (`weight_orig` and `weight_mask`) become one parameter with the original values and a real mask. Weight
/// normalisation (`weight_g` and `weight_v`) is folded.
public struct ImportedParameters: Sendable {
  /// The parameters, in the order of the file.
  public let parameters: [ImportedParameter]
  /// The file's notes and what was folded or masked, one sentence each.
  public let notes: [String]
  /// The SHA-256 of the file.
  public let sourceDigest: Digest

  /// Converts the tensors of a file.
  ///
  /// - Throws: ``PadawannError`` `data` when a number is not finite, a mask is not 0 or 1 or does not fit its tensor;
  ///   `unsupported` when a tensor has a parametrisation other than weight normalisation and masks.
  public init(_ file: TensorFile) throws(PadawannError) {
    var parameters: [ImportedParameter] = []
    var folded: [String] = []
    var masked: [String] = []
    do {
      // An ONNX file has the shapes that its nodes make among its tensors.
      let tensors = file.model == nil ? file.tensors : file.tensors.filter(\.type.isFloatingPoint)
      for recipe in try ParameterRecipe.all(of: tensors) {
        let parameter = try recipe.parameter()
        parameters.append(parameter)
        if case .normalised = recipe.source { folded.append(parameter.name) }
        if parameter.mask != nil { masked.append(parameter.name) }
      }
    } catch { throw error.inside(file.path) }
    self.parameters = parameters
    notes =
      file.notes + Self.notes("weight normalisation was folded into", folded)
      + Self.notes("pruned with a mask:", masked)
    sourceDigest = file.sourceDigest
  }

  /// The parameter of a name.
  public subscript(name: String) -> ImportedParameter? { parameters.first { $0.name == name } }

  private static func notes(_ text: String, _ names: [String]) -> [String] {
    names.isEmpty ? [] : ["\(text) \(names.joined(separator: ", "))"]
  }
}
