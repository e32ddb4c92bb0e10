/// The numbers of one tensor of a network.
public struct ImportedParameter: Sendable, Equatable {
  /// For example `conv1.weight`.
  public var name: String
  /// The sizes, outermost first.
  public var shape: [Int]
  /// The numbers in row order; all are finite.
  public var values: [Float]
  /// Which of them are kept, when the network was pruned with `torch.nn.utils.prune`; one bit per value.
  public var mask: Bitmask?

  /// Makes a parameter; whoever makes one sees to it that the counts agree.
  public init(name: String, shape: [Int], values: [Float], mask: Bitmask? = nil) {
    self.name = name
    self.shape = shape
    self.values = values
    self.mask = mask
  }
}
