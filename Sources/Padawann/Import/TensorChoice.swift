/// Which tensors of a file are meant, where it has more than one network's.
public struct TensorChoice: Hashable, Sendable {
  /// The key of the dictionary in a checkpoint that has the weights, or several keys, the outer first; `nil` for the usual one.
  public var keys: [String]?
  /// What the names of the wanted tensors begin with, which comes off; `nil` for all tensors.
  public var prefix: String?

  /// Chooses; nothing means what is usual.
  public init(keys: [String]? = nil, prefix: String? = nil) {
    self.keys = keys
    self.prefix = prefix
  }
}
