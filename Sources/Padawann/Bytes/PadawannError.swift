/// What went wrong, where, and what to do about it.
///
/// Every error that a user's input can cause is one of these. ``kind`` decides the exit code of the command line.
public struct PadawannError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The family of a problem; its raw value is the exit code of the command line (BSD's `sysexits.h`).
  public enum Kind: Int32, Sendable, CaseIterable {
    /// A setting or an argument makes no sense (`EX_USAGE`).
    case usage = 64
    /// A file's content is malformed, damaged or does not fit the request (`EX_DATAERR`).
    case data = 65
    /// A file or a folder does not exist or cannot be opened (`EX_NOINPUT`).
    case missing = 66
    /// A server cannot be reached or serves the wrong thing (`EX_UNAVAILABLE`).
    case unavailable = 69
    /// A file is well-formed but needs something that this version does not have (`EX_SOFTWARE`).
    case unsupported = 70
    /// A result cannot be created where it should go (`EX_CANTCREAT`).
    case cannotCreate = 73
    /// Reading or writing failed half-way (`EX_IOERR`).
    case inputOutput = 74
    /// The work was told to stop before its end and can be resumed (`EX_TEMPFAIL`).
    case interrupted = 75
  }

  /// The family of the problem.
  public var kind: Kind
  /// One sentence: what was wrong. No full stop at its end.
  public var message: String
  /// The file, the byte offset, the tensor or the node that it concerns.
  public var location: String?
  /// What the user can do about it, in the imperative.
  public var remedy: String?

  /// Makes an error from its parts.
  public init(_ kind: Kind, _ message: String, at location: String? = nil, remedy: String? = nil) {
    self.kind = kind
    self.message = message
    self.location = location
    self.remedy = remedy
  }

  /// `location: message. Remedy.`
  public var description: String {
    let place = location.map { "\($0): " } ?? ""
    let advice = remedy.map { ". \($0)" } ?? ""
    return place + message + advice
  }

  /// The same error with its location set inside a wider one, for example a file's path.
  public func inside(_ outer: String) -> PadawannError {
    var error = self
    error.location = location.map { "\(outer): \($0)" } ?? outer
    return error
  }
}
