/// What is chosen about the file of a model that is made: how much is kept of the numbers besides edges, and the layout.
public struct ModelStorage: Hashable, Sendable, Codable {
  /// How masks and signs are stored; `nil` for what suits the network (``ModelForm/chosen(for:)``).
  public var layout: ModelForm.Layout?
  /// Whether means and variances of batch normalisations are folded into scales and shifts (``Network/foldingStatistics()``).
  public var foldsStatistics: Bool
  /// Whether biases and the numbers of batch normalisations are rounded to 16 bits (``Model/roundedToHalf()``).
  public var halvesNumbers: Bool

  /// Joins what is chosen.
  public init(layout: ModelForm.Layout? = nil, foldsStatistics: Bool = false, halvesNumbers: Bool = false) {
    self.layout = layout
    self.foldsStatistics = foldsStatistics
    self.halvesNumbers = halvesNumbers
  }

  /// Nothing rounded, and what every program reads.
  public static let plain = ModelStorage(layout: .plain)
  /// All that makes a file smaller, in the layout that suits the network.
  public static let smallest = ModelStorage(foldsStatistics: true, halvesNumbers: true)

  /// The model with the numbers that its file will have, and a record of what was done to them.
  ///
  /// - Throws: ``PadawannError`` `data` when it is no network any more.
  public func applied(to model: Model) throws(PadawannError) -> Model {
    var model = model
    if foldsStatistics, model.network.architecture.hasNormalisations {
      model.network = try model.network.foldingStatistics()
      model.provenance.entries.append(Provenance.Entry("fold-batch-norms", "true"))
    }
    if halvesNumbers {
      model = try model.roundedToHalf()
      model.provenance.entries.append(Provenance.Entry("float16", "true"))
    }
    return model
  }

  /// The form of a network's file.
  public func form(for network: Network) -> ModelForm {
    ModelForm(layout ?? ModelForm.chosen(for: network).layout, halvesNumbers: halvesNumbers)
  }
}
