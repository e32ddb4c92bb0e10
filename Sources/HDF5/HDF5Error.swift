/// Why an HDF5 file could not be written or read.
public struct HDF5Error: Error, Equatable, Sendable, CustomStringConvertible {
  /// The family of a problem.
  public enum Kind: Equatable, Sendable {
    /// The values that should be written, or the request, make no sense for HDF5.
    case misuse
    /// The file does not exist, cannot be opened, or holds no object at that path.
    case missing
    /// The file is damaged or contradicts itself.
    case damaged
    /// The file is valid HDF5 but has something that this reader refuses.
    case unsupported
    /// The file has more of something than the limits allow.
    case tooLarge
    /// The library failed where the file is not to blame.
    case library
  }

  /// The family of the problem.
  public var kind: Kind
  /// One sentence: what was wrong. No full stop at its end.
  public var message: String
  /// The path of the object inside the file, or of the file itself.
  public var path: String
  /// What libhdf5 said, from the outermost function to the innermost one; empty when it was not involved.
  ///
  /// The texts depend on the version of the library: show them, do not decide by them.
  public var reasons: [String]

  init(_ kind: Kind, _ message: String, at path: String, reasons: [String] = []) {
    self.kind = kind
    self.message = message
    self.path = path
    self.reasons = reasons
  }

  /// `path: message (innermost reason)`.
  public var description: String {
    "\(path): \(message)" + (reasons.last.map { " (\($0))" } ?? "")
  }
}
