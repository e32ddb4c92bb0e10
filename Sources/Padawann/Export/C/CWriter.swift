/// Writes the text of a C program.
struct CWriter {
  let subject: ExportSubject
  let name: String
  let plan: CPlan
  let memory: CMemory
  /// The bytes of constant data so far.
  var readOnlyBytes = 0
  /// Declarations of constant data.
  var data = ""
  /// The statements of the function that runs the network.
  var statements = ""
  /// The values whose places the statements name; one that is written over at once is named by what replaces it.
  private(set) var mentioned: Set<Int> = []
  private var used: Set<CLibrary> = [.largest]
  private var readsSteps = false
  private var readsBits = false
  private var names: [Int: String] = [:]

  /// Plans a program.
  init(_ subject: ExportSubject, name: String) throws(PadawannError) {
    self.subject = subject
    self.name = name
    plan = try CPlan(subject.network)
    memory = CMemory(plan)
    var taken: Set<String> = []
    names[Node.image] = "input"
    taken.insert("input")
    for (index, node) in subject.network.architecture.nodes.enumerated() {
      let unique = NameRule.unused(CText.identifier(node.name), besides: taken, separator: "_")
      taken.insert(unique)
      names[index] = unique
    }
  }

  var architecture: Architecture { subject.network.architecture }

  /// The name of a node in C; ``Node/image`` is `input`.
  func identifier(_ node: Int) -> String { names[node] ?? "n\(node)" }

  /// The name of the place of a value, which the program then has.
  mutating func place(of value: Int) -> String {
    mentioned.insert(value)
    return name(ofPlace: value)
  }

  /// The name of the place of a value.
  func name(ofPlace value: Int) -> String { "\(identifier(plan.values[value].node))_values" }

  /// Says that a function of the library is called.
  ///
  /// - Returns: nothing but its use; who calls writes the call.
  mutating func use(_ function: CLibrary) {
    used.insert(function)
    for need in function.needs { use(need) }
  }

  mutating func line(_ text: String, depth: Int = 1) {
    statements += String(repeating: "    ", count: depth) + text + "\n"
  }

  // MARK: Constant data

  mutating func floats(_ name: String, _ numbers: [Float]) {
    data += CText.floats(name, numbers)
    readOnlyBytes += 4 * numbers.count
  }

  /// The description of a window, as `NAME_window`.
  mutating func window(_ node: Int, _ window: CWindow) {
    use(.window)
    let numbers = [
      window.input.height, window.input.width, window.output.height, window.output.width,
      window.kernel.height,
      window.kernel.width, window.stride.height, window.stride.width, window.dilation.height,
      window.dilation.width,
      window.padding.top, window.padding.left, window.padding.bottom, window.padding.right,
    ]
    data +=
      "static const struct window \(identifier(node))_window = {\(numbers.map(String.init).joined(separator: ", "))};\n"
    readOnlyBytes += 4 * numbers.count
  }

  /// The edges of a layer, as `NAME_edges`.
  mutating func edges(_ node: Int, _ edges: CEdges) {
    let layer = identifier(node)
    func pointer(_ isThere: Bool, _ what: String) -> String { isThere ? "\(layer)_\(what)" : "0" }
    for (what, bytes) in [("steps", edges.steps), ("mask", edges.mask), ("signs", edges.signs)] {
      guard let bytes else { continue }
      data += CText.bytes("\(layer)_\(what)", bytes)
    }
    let hasNumbers = edges.numbers?.isEmpty == false
    if hasNumbers { data += CText.floats("\(layer)_numbers", edges.numbers ?? []) }
    let pointers = [
      pointer(edges.steps != nil, "steps"), pointer(edges.mask != nil, "mask"),
      pointer(edges.signs != nil, "signs"),
      pointer(hasNumbers, "numbers"),
    ]
    data +=
      "static const struct edges \(layer)_edges = {\(pointers.joined(separator: ", ")), \(edges.columns), 0, 0, 0, 0};\n"
    readOnlyBytes += edges.byteCount + 36
    if edges.steps != nil { readsSteps = true } else { readsBits = true }
  }

  // MARK: The file

  /// The whole program.
  func text(notes: [String], vectors: TestVectors) -> String {
    var used = used
    if readsSteps || readsBits {
      used.insert(readsSteps && readsBits ? .nextStepOrBit : readsSteps ? .nextStep : .nextBit)
    }
    let functions = CLibrary.allCases.filter(used.contains)
    let frame = CFrame(writer: self, vectors: vectors)
    return [
      frame.comment(notes),
      "#include <stdint.h>\n" + (functions.contains(where: \.needsMath) ? "#include <math.h>\n" : ""),
      frame.declarations,
      functions.map(\.text).joined(separator: "\n"),
      data,
      frame.run,
      frame.predict,
      frame.test,
    ].filter { !$0.isEmpty }.joined(separator: "\n")
  }
}
