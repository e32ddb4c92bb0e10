import ArgumentParser
import Padawann

/// `padawann data`: everything about datasets.
struct DataCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "data", abstract: "Find, download, check, look at and export datasets.",
    subcommands: [
      DataListCommand.self, DataGetCommand.self, DataVerifyCommand.self, DataShowCommand.self,
      DataExportCommand.self,
    ])
}

extension PublishedSet {
  /// The published sets behind names, each once, in the order given.
  ///
  /// - Throws: ``PadawannError`` `usage` for an unknown name or one of a procedural set.
  static func named(_ names: [String]) throws(PadawannError) -> [PublishedSet] {
    var sets: [PublishedSet] = []
    for name in names {
      let spec = try DatasetSpec.parse(name)
      guard case .named(let named, _) = spec.source, spec.description == DatasetSpec(spec.source).description
      else {
        throw PadawannError(.usage, "the name of a dataset is needed, without options", at: name)
      }
      guard let set = named.publication else {
        throw PadawannError(
          .usage, "\(name) is drawn by padawann; it has no files", remedy: "Use it as it is")
      }
      if !sets.contains(set) { sets.append(set) }
    }
    return sets
  }
}
