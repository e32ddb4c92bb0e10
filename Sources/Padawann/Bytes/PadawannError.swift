import Foundation

/// What went wrong, where, and what to do about it.
///
/// Every error that a user's input can cause is one of these.
public struct PadawannError: Error, Equatable, Sendable, CustomStringConvertible {
  /// The family of a problem.
  public enum Kind: Sendable, CaseIterable {
    /// A setting or an argument makes no sense.
    case usage
    /// A file's content is malformed, damaged or does not fit the request.
    case data
    /// A file or a folder does not exist or cannot be opened.
    case missing
    /// A server cannot be reached or serves the wrong thing.
    case unavailable
    /// A file is well-formed but needs something that this version does not have.
    case unsupported
    /// A result cannot be created where it should go.
    case cannotCreate
    /// Reading or writing failed half-way.
    case inputOutput
    /// The work was told to stop before its end and can be resumed.
    case interrupted
  }

  /// A choice that a remedy asks for. A program names its own option for it.
  package enum Choice: Hashable, Sendable {
    /// The architecture of a network.
    case architecture
    /// The architecture of a network, or a tensor that is left out.
    case architectureOrIgnored(tensor: String)
    /// The weights of an imported network are kept.
    case keptWeights
    /// What is given as a model is a dataset.
    case dataset
    /// What is given as a model is the weights of a network, or a dataset.
    case importOrDataset
    /// A model is made from a network's weights.
    case imported
    /// The first images of each class, so many.
    case perClass(Int)
    /// Which layers lose edges, and how many are left in all.
    case maskedLayers([String])
    /// How many edges are left in all.
    case density
    /// A dataset gets a head of its own.
    case ownHead(String)
    /// How much is pruned, as a share.
    case amount
    /// Below which multiple of a layer's mean a weight is pruned.
    case threshold
    /// An unfinished run goes on.
    case resumption
    /// The folder with the datasets.
    case dataFolder
    /// The server that datasets come from.
    case server
    /// The limit of work is lifted.
    case limit
    /// How pixels become inputs.
    case normalisation
    /// Which of several shared weights is meant.
    case sharedWeight
    /// A published set is downloaded.
    case download(String)
  }

  /// The family of the problem.
  public var kind: Kind
  /// One sentence: what was wrong. No full stop at its end.
  public var message: String
  /// The file, the byte offset, the tensor or the node that it concerns.
  public var location: String?
  /// What the user can do about it, in the imperative.
  public var remedy: String?
  /// The choice that the remedy asks for, if a program has an option for it.
  package var choice: Choice?

  /// Makes an error from its parts.
  public init(_ kind: Kind, _ message: String, at location: String? = nil, remedy: String? = nil) {
    self.kind = kind
    self.message = message
    self.location = location
    self.remedy = remedy
  }

  /// Makes an error whose remedy is a choice of the program's user.
  package init(
    _ kind: Kind, _ message: String, at location: String? = nil, remedy: String, choice: Choice
  ) {
    self.init(kind, message, at: location, remedy: remedy)
    self.choice = choice
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

/// The system's reason of an error of Foundation's, in the system's own words.
package func systemReason(of error: any Error) -> String {
  let outer = error as NSError
  let inner = outer.userInfo[NSUnderlyingErrorKey] as? NSError
  let system = [inner, outer].compactMap { $0 }.first { $0.domain == NSPOSIXErrorDomain }
  if let system { return String(cString: strerror(Int32(system.code))) }
  // Foundation does not pass on the system's number of a full disk.
  let isFull = (error as? CocoaError)?.code == .fileWriteOutOfSpace
  return isFull ? String(cString: strerror(ENOSPC)) : outer.localizedDescription
}
