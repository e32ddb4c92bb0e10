extension ONNXTranslation {
  /// Reads what the graph says of its one input.
  mutating func readInput() throws(PadawannError) {
    let inputs = model.graph.inputs.filter { initialisers[$0.name] == nil }
    guard inputs.count == 1, let input = inputs.first else {
      throw PadawannError(
        .unsupported, "the graph has \(inputs.count) inputs, and a network here has one",
        remedy:
          "Export the model with one input: \(inputs.map { printable($0.name) }.joined(separator: ", "))")
    }
    guard let sizes = input.sizes, (2...4).contains(sizes.count) else {
      throw PadawannError(
        .unsupported, "the input \(printable(input.name)) is no batch of images or vectors",
        remedy: "Export the model with an input of batch × channels × rows × columns, or batch × elements")
    }
    let fixed = sizes.dropFirst().compactMap { $0 }
    guard fixed.count == sizes.count - 1 else {
      throw PadawannError(
        .unsupported, "the sizes of the input \(printable(input.name)) are not fixed",
        remedy: "Export the model with a fixed size of the image; only the batch may be open")
    }
    guard vectorShape == nil || fixed.count == 1 else {
      throw PadawannError(
        .usage,
        "the input \(printable(input.name)) is \(fixed.map(String.init).joined(separator: "×")) and no vector",
        remedy: "Leave the shape of the image out")
    }
    batch = (sizes.first ?? nil) ?? Self.anyBatch
    guard batch == Self.anyBatch || batch <= Architecture.Limits.extent else {
      throw PadawannError(.data, "the input \(printable(input.name)) has the batch \(batch)")
    }
    var image = try image(fixed, named: input.name)
    image.isShared = readerCount(input.name) > 1
    values[input.name] = .activation(image)
  }
}
