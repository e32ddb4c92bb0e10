/// What stands around the steps of a C program.
struct CFrame {
  let writer: CWriter
  let vectors: TestVectors

  private var subject: ExportSubject { writer.subject }
  private var name: String { writer.name }
  private var input: Shape { subject.network.architecture.input }
  private var inputs: Int { input.count }
  private var outputs: Int { subject.network.architecture.outputs }

  /// The comment at the top.
  func comment(_ notes: [String]) -> String {
    let network = subject.network
    var lines = [
      "\(name).c: a neural network that padawann has written.",
      "",
      "Model (SHA-256 of its content): \(subject.model)",
    ]
    if let task = subject.task { lines.append("Task: \(task)") }
    if let weight = subject.magnitude.sharedWeight {
      lines.append("Every edge is worth its sign times \(weight).")
    }
    lines.append("\(network.remainingEdges) of \(network.edgeCount) edges are left.")
    lines += notes
    lines += [
      "",
      "Images are channels x rows x columns (\(input.channels) x \(input.height) x \(input.width)), row by row.",
      pixelNote,
      "Activations are in one static array of \(max(1, writer.memory.size)) floats: one image at a time, in one thread.",
      "The file is C99 and needs nothing but the compiler's own headers and, where it includes math.h, its library.",
      "Compiled with -DPADAWANN_TEST it is a program that checks itself.",
    ]
    return "/*\n" + lines.map { $0.isEmpty ? " *\n" : " * \(CText.comment($0))\n" }.joined() + " */\n"
  }

  private var pixelNote: String {
    guard let normalisation = subject.normalisation else {
      return "Nobody has said how pixels become inputs of this network, so it reads inputs."
    }
    func list(_ numbers: [Float]) -> String { numbers.map { "\($0)" }.joined(separator: " ") }
    return
      "An input is (pixel / \(normalisation.divisor) - \(list(normalisation.mean))) / \(list(normalisation.deviation))."
  }

  /// What a program that uses the file declares, and the names of classes.
  var declarations: String {
    var text = "enum { \(name)_inputs = \(inputs), \(name)_outputs = \(outputs) };\n\n"
    if !subject.classNames.isEmpty {
      let names = subject.classNames.map { "    \(CText.quoted($0))" }.joined(separator: ",\n")
      text += "/* What the outputs stand for. */\n"
      text += "extern const char *const \(name)_class_names[\(outputs)];\n"
      text += "const char *const \(name)_class_names[\(outputs)] = {\n\(names)\n};\n\n"
    }
    if subject.normalisation != nil {
      text += """
        /* Reads \(inputs) pixels from 0 to 255, writes \(outputs) outputs, and returns the index of the largest. */
        int \(name)_predict(const uint8_t *pixels, float *outputs);

        """
    }
    return text + """
      /* The same of \(inputs) inputs that are normalised already. */
      int \(name)_predict_inputs(const float *inputs, float *outputs);

      """
  }

  /// The memory, and the function that runs the network.
  var run: String {
    let plan = writer.plan
    let places = plan.values.indices.filter { writer.mentioned.contains($0) || $0 == plan.output }.map {
      value in
      "    float *const \(writer.name(ofPlace: value)) = memory + \(writer.memory.offsets[value]);\n"
    }
    var variables = ""
    if writer.statements.contains("edges = ") { variables += "    struct edges edges;\n" }
    if writer.statements.contains("channel = 0") { variables += "    int32_t channel;\n" }
    return """
      static float memory[\(max(1, writer.memory.size))];

      /* From the inputs in the memory to the outputs. */
      static void run(float *outputs)
      {
      \(places.joined())\(variables)    int i;

      \(writer.statements)\(writer.statements.isEmpty ? "" : "\n")\
          for (i = 0; i < \(outputs); i++) outputs[i] = \(writer.name(ofPlace: plan.output))[i];
      }

      """
  }

  /// The functions that are called from outside.
  var predict: String {
    let start = writer.memory.offsets[0]
    var text = ""
    if let normalisation = subject.normalisation {
      let plane = input.height * input.width
      func number(_ numbers: [Float], _ what: String) -> (data: String, text: String) {
        if Set(numbers).count == 1 { return ("", CText.number(numbers[0])) }
        return (CText.floats("pixel_\(what)", numbers), "pixel_\(what)[i / \(plane)]")
      }
      let (means, deviations) = (
        number(normalisation.mean, "means"), number(normalisation.deviation, "deviations")
      )
      text += means.data + deviations.data
      let value =
        "((float)pixels[i] / \(CText.number(normalisation.divisor)) - \(means.text)) / \(deviations.text)"
      text += """
        int \(name)_predict(const uint8_t *pixels, float *outputs)
        {
            int32_t i;

            for (i = 0; i < \(inputs); i++) memory[\(start) + i] = \(value);
            run(outputs);
            return largest(outputs, \(outputs));
        }


        """
    }
    return text + """
      int \(name)_predict_inputs(const float *inputs, float *outputs)
      {
          int32_t i;

          for (i = 0; i < \(inputs); i++) memory[\(start) + i] = inputs[i];
          run(outputs);
          return largest(outputs, \(outputs));
      }

      """
  }

  /// The program that checks the file.
  var test: String {
    let (type, function) = vectors.pixels == nil ? ("float", "predict_inputs") : ("uint8_t", "predict")
    let images =
      vectors.pixels.map { $0.map { $0.map { String($0) } } } ?? vectors.inputs.map { $0.map(CText.number) }
    let answers = vectors.outputs.map { $0.map(CText.number) }
    func rows(_ rows: [[String]]) -> [String] { rows.flatMap { $0 } }
    return """
      #ifdef PADAWANN_TEST
      #include <stdio.h>

      /* \(CText.comment(vectors.source)) */
      \(CText.array(type, "test_images", rows(images)))\
      \(CText.array("float", "test_answers", rows(answers)))
      int main(void)
      {
          int image, i, wrong = 0;

          for (image = 0; image < \(images.count); image++) {
              const float *expected = test_answers + \(outputs) * image;
              float outputs[\(outputs)], scale = 0, error = 0;
              const int answer = \(name)_\(function)(test_images + \(inputs) * image, outputs);

              for (i = 0; i < \(outputs); i++) {
                  const float size = expected[i] < 0 ? -expected[i] : expected[i];
                  const float difference = outputs[i] < expected[i] ? expected[i] - outputs[i] : outputs[i] - expected[i];

                  if (size > scale) scale = size;
                  if (!(difference <= error)) error = difference;
              }
              /* The largest output is that of the answer, up to the error that floats may have. */
              if (error <= 1e-4f * scale && expected[answer] >= expected[largest(expected, \(outputs))] - 1e-4f * scale)
                  printf("image %d: ok, answer %d\\n", image, answer);
              else {
                  printf("image %d: FAILED, an output is wrong by %g\\n", image, (double)error);
                  wrong++;
              }
          }
          printf(wrong ? "failed\\n" : "ok\\n");
          return wrong ? 1 : 0;
      }
      #endif

      """
  }
}
