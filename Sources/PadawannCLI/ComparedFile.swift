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
