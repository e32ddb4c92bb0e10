extension ArchitectureFile {
  /// The architecture that a text means: the name of a known one, or the path of a file.
  ///
  /// - Throws: ``PadawannError`` that names the file.
  package static func architecture(named text: String) throws(PadawannError) -> Architecture {
    if let preset = Preset(rawValue: text) { return try preset.architecture }
    let description = try StoredFile.read(text, limit: sizeLimit)
    do throws(PadawannError) {
      return try architecture(json: description)
    } catch {
      throw error.inside(text)
    }
  }
}
