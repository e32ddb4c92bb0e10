/// The parts that a folder or a file of one's own may have.
package enum FileSplit: String, Hashable, Sendable, CaseIterable {
  /// What a network is trained on.
  case train
  /// What settings are chosen by.
  case val
  /// What a network is measured on.
  case test

  /// Names of folders with this part.
  var folderNames: [String] { self == .val ? ["val", "valid", "validation"] : [rawValue] }
}
