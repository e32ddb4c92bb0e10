/// Says what a file is that is not a file of tensors, and what to do about it.
enum WrongFile {
  static func diagnosis(of bytes: [UInt8]) -> PadawannError {
    if bytes.isEmpty { return PadawannError(.data, "the file is empty", remedy: ZipEntry.fetchAgain) }
    let start = String(decoding: bytes.prefix(512).drop { $0 <= 0x20 }, as: UTF8.self).lowercased()
    if start.hasPrefix("version https://git-lfs") {
      return PadawannError(
        .data, "this is a git-LFS pointer, not the file itself", remedy: "Run git lfs pull in its repository")
    }
    if start.hasPrefix("<!doctype") || start.hasPrefix("<html") || start.hasPrefix("<?xml") {
      return PadawannError(
        .data, "this is a web page, not a file of weights",
        remedy: "Download the file itself; the link probably leads to a page about it")
    }
    return signatures(bytes)
      ?? PadawannError(
        .data, "this is no file of tensors that is known here (PyTorch, ONNX, safetensors or .npz)",
        remedy: "Save the weights with torch.save(model.state_dict(), 'weights.pt')")
  }

  private static func signatures(_ bytes: [UInt8]) -> PadawannError? {
    if bytes.starts(with: [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a]) {
      return PadawannError(
        .data, "this is an HDF5 file, perhaps already one of padawann",
        remedy: "Evaluate it directly, without an import")
    }
    if bytes.starts(with: [0x93] + Array("NUMPY".utf8)) {
      return PadawannError(
        .data, "this is a single NumPy array without a name",
        remedy: "Save it with numpy.savez('weights.npz', name=array)")
    }
    if bytes.starts(with: "GGUF".utf8) {
      return PadawannError(
        .unsupported, "this is a GGUF file", remedy: "Import the model that it was made from")
    }
    if bytes[0] == 0x80 {
      return PadawannError(
        .unsupported, "this is a pickle, but not one of torch.save",
        remedy: "Save the weights with torch.save(model.state_dict(), 'weights.pt')")
    }
    return nil
  }
}
