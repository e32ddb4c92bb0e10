/// Writes a network as one file of C99 that needs no other and no memory but its own.
package struct CExport: Sendable {
  /// What the functions of the file are called first, for example `digits` for `digits_predict`.
  package let name: String
  /// What it is made of, and what a reader should know, for the comment at its top.
  package var notes: [String] = []

  /// Names a program after its file.
  package init(file path: String) {
    let file = path.split(separator: "/").last.map(String.init) ?? path
    name = CText.identifier(file.hasSuffix(".c") ? String(file.dropLast(2)) : file)
  }

  /// What came of it.
  package struct Result: Sendable {
    /// The file.
    package let bytes: [UInt8]
    /// The bytes of constant data: edges, numbers and names.
    package let readOnlyBytes: Int
    /// The bytes of its one array of activations.
    package let memoryBytes: Int
  }

  /// The largest file, which a compiler can still be asked to read.
  private static let sizeLimit = 1 << 30

  /// The bytes of the file. The same subject and vectors give the same bytes.
  ///
  /// - Throws: ``PadawannError`` `unsupported` when there is something in the network that no C program has.
  package func program(of whole: ExportSubject, vectors: TestVectors) throws(PadawannError) -> Result {
    let subject = try whole.answeringOnly()
    if let long = subject.classNames.first(where: { $0.utf8.count > 4095 }) {
      throw PadawannError(
        .unsupported,
        "the class name that begins with \"\(printable(String(long.prefix(20))))\" has \(long.utf8.count) bytes, and a text of C has at most 4095",
        remedy: "Use shorter class names")
    }
    let numbers = subject.network.layers.reduce(0) { total, layer in
      if case .own = subject.numbers(of: layer) { total + layer.weights.remainingEdges } else { total }
    }
    guard numbers <= Self.sizeLimit / 16 else {
      throw PadawannError(
        .unsupported, "\(numbers) weights of their own are too many for a C file",
        remedy: "Export it as .safetensors")
    }
    var writer = try CWriter(subject, name: name)
    writer.writeSteps()
    let text = writer.text(notes: notes, vectors: vectors)
    return Result(
      bytes: Array(text.utf8), readOnlyBytes: writer.readOnlyBytes,
      memoryBytes: 4 * max(1, writer.memory.size))
  }
}
