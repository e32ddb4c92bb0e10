import Foundation
import Padawann

/// A file that can be compared: a model, or what one has answered.
struct ComparedFile {
  enum Content {
    case model(AnsweringModel)
    case predictions(PredictionFile)
  }

  let path: String
  let content: Content

  /// The model, if it is one.
  var model: AnsweringModel? { if case .model(let model) = content { model } else { nil } }

  init(_ path: String) throws(PadawannError) {
    self.path = path
    let bytes = try StoredFile.read(RunFolder.model(at: path), limit: ModelFile.sizeLimit)
    do throws(PadawannError) {
      // A zip archive begins with "PK".
      if bytes.starts(with: [0x50, 0x4b]) {
        content = .predictions(try Self.predictions(bytes))
      } else {
        content = .model(AnsweringModel(try StoredContent.content(encoded: bytes)))
      }
    } catch {
      throw error.inside(path)
    }
  }

  private static func predictions(_ bytes: [UInt8]) throws(PadawannError) -> PredictionFile {
    do throws(PadawannError) {
      return try PredictionFile(bytes)
    } catch {
      throw PadawannError(
        error.kind, "this is no file of predictions: \(error.message)", at: error.location,
        remedy: "Compare models, or files that padawann evaluate --predictions wrote")
    }
  }
}

/// What an argument names that can be compared: a file, or a folder with several in it.
struct ComparedFiles {
  let path: String
  /// At least one.
  let files: [ComparedFile]
  /// Whether it is a folder of several, whose models are compared as a group.
  let isGroup: Bool

  /// Reads a file; the results of all runs of a folder; or, of any other folder, all models and files of predictions in it,
  /// in the order of their names.
  ///
  /// - Parameters:
  ///   - path: the file or folder.
  ///   - first: how many of a folder's are meant, from the first on; all when `nil`. Runs behind them need not be finished.
  /// - Throws: ``PadawannError`` `missing` when there is none, `usage` when a folder has fewer than are meant, and whatever reading
  ///   throws.
  init(_ path: String, first: Int? = nil) throws(PadawannError) {
    self.path = path
    let several =
      if let results = try RunFolder.results(at: path, first: first) { results } else {
        try Self.files(in: path)
      }
    isGroup = several != nil
    if let several, let first, several.count < first {
      throw PadawannError(
        .usage, "the folder has \(several.count) models, and the first \(first) are to be compared", at: path)
    }
    files = try (several.map { $0.prefix(first ?? $0.count) } ?? [path]).map(ComparedFile.init)
  }

  private static func files(in path: String) throws(PadawannError) -> [String]? {
    guard !RunFolder.isRun(path), let names = try? FileManager.default.contentsOfDirectory(atPath: path)
    else { return nil }
    let found = names.filter { $0.hasSuffix(".h5") || $0.hasSuffix(".npz") }
      .sorted { $0.compare($1, options: .numeric) == .orderedAscending }
    guard !found.isEmpty else {
      throw PadawannError(
        .missing, "there is no model (.h5) and no file of predictions (.npz) in this folder", at: path)
    }
    return found.map { "\(path)/\($0)" }
  }
}
