import HDF5
import Testing

@testable import Padawann

/// Biases and numbers of batch normalisations in 16 bits.
@Suite struct HalfNumbersTests {
  private static let half = ModelForm(.plain, halvesNumbers: true)
  static let forms = ModelForm.Layout.allCases.map { ModelForm($0, halvesNumbers: true) }

  /// The numbers of ``Fixtures/network(seed:own:retainsPruned:density:)`` rounded, but for a shift that is too small.
  static func network(own: Bool = false) throws -> Network {
    let network = try Fixtures.network(own: own)
    var parameters = network.parameters
    guard case .normalisation(var numbers) = parameters[1] else { throw CancellationError() }
    numbers.shift[1] = 1e-6
    parameters[1] = .normalisation(numbers)
    return try Network(architecture: network.architecture, parameters: parameters).roundedToHalf()
  }

  static func model() throws -> Model { Model(network: try network(), sharedWeights: [0.5]) }

  // MARK: Rounding

  @Test(
    arguments: [
      ([1, -0.1, 0, 65_519], true), ([1, 65_520], false), ([-70_000], false), ([1, 0x1p-14], true),
      ([1, 0x1.0001p-15], false), ([0x1.ffcp-15], false), ([0x1.fffp-15], true), ([-0.0], true), ([], true),
      ([1e-30], false),
    ] as [([Float], Bool)])
  func aVectorIsRoundedWhereAllOfItKeepsItsPrecision(numbers: [Float], isRounded: Bool) {
    let rounded = numbers.roundedToHalf
    #expect((rounded.halves != nil) == isRounded)
    if !isRounded { #expect(rounded == numbers) }
    for (number, half) in zip(numbers, rounded) { #expect(abs(half - number) <= abs(number) * 0x1p-11) }
    #expect(rounded.roundedToHalf == rounded)
  }

  @Test func aNetworkKeepsItsEdges() throws {
    let network = try Fixtures.network(own: true)
    let rounded = try network.roundedToHalf()
    #expect(rounded.layers.map(\.weights) == network.layers.map(\.weights))
    #expect(rounded != network && rounded.vectorsBesidesEdges.allSatisfy { $0.halves != nil })
    #expect(rounded.vectorsBesidesEdges.count == 6)
  }

  // MARK: Files

  @Test(arguments: forms) func aFileReadsBackEqual(form: ModelForm) throws {
    let model = try Self.model()
    let bytes = try ModelFile.encoded(model, as: form)
    let stored = try ModelFile.model(encoded: bytes)
    #expect(stored.model == model && stored.form == form)
    // All but one of four vectors of three, three biases, and five.
    #expect(stored.halfNumberCount == 17)
    // Another vector costs more than these few numbers.
    if form.layout != .packed {
      #expect(bytes.count < (try ModelFile.encoded(model, as: ModelForm(form.layout)).count))
    }
    #expect(try ModelFile.encoded(stored.model, as: stored.form) == bytes)
    let tree = try HDFGroup(encoded: bytes)
    #expect(tree.attribute("format_minor") == .integer(3))
    guard case .text(let features) = tree.attribute("required_features") else { throw CancellationError() }
    #expect(features.contains("half-numbers"))
  }

  @Test(arguments: forms) func whatIsNotRoundedIsNotChanged(form: ModelForm) throws {
    let model = Model(network: try Fixtures.network())
    #expect(try ModelFile.encoded(model, as: form) == ModelFile.encoded(model, as: ModelForm(form.layout)))
    var mixed = try Self.model()
    mixed.network = try Network(
      architecture: mixed.network.architecture,
      parameters: mixed.network.parameters.enumerated().map { $0 == 5 ? model.network.parameters[5] : $1 })
    #expect(try ModelFile.model(encoded: ModelFile.encoded(mixed, as: form)).model == mixed)
  }

  @Test(arguments: forms) func numbersOfEdgesKeepTheirBits(form: ModelForm) throws {
    let model = Model(network: try Self.network(own: true))
    #expect(try ModelFile.model(encoded: ModelFile.encoded(model, as: form)).model == model)
  }

  @Test(arguments: forms) func tasksHaveThemToo(form: ModelForm) throws {
    var model = try TaskOverrideTests.model()
    let before = model
    model = try model.roundedToHalf()
    #expect(model != before)
    let stored = try ModelFile.model(encoded: ModelFile.encoded(model, as: form))
    #expect(stored.model == model)
    let network = try ModelFile.model(
      encoded: ModelFile.encoded(Model(network: model.network), as: form)
    ).halfNumberCount
    #expect(stored.halfNumberCount > network)
  }

  @Test func attributesThatNobodyKnowsAreKept() throws {
    var model = try Self.model()
    for name in ["zeta", "alpha", "mu"] {
      model.unknown.add([HDFEntry(name, .integer(1))], at: "/nodes/conv")
    }
    for form in Self.forms {
      #expect(try ModelFile.model(encoded: ModelFile.encoded(model, as: form)).model == model)
    }
  }

  @Test(arguments: forms) func everyFlippedBitIsAnError(form: ModelForm) throws {
    let model = try Self.model()
    let bytes = try ModelFile.encoded(model, as: form)
    for bit in stride(from: 0, to: bytes.count * 8, by: ModelFileTests.bitStep) {
      var damaged = bytes
      damaged[bit / 8] ^= 1 << UInt8(bit % 8)
      if (try? ModelFile.model(encoded: damaged)) != nil { Issue.record("bit \(bit)") }
    }
  }

  // MARK: Wrong content

  /// One change of a file's tree.
  struct Case: Sendable {
    var layout = ModelForm.Layout.plain
    var says: String
    var change: @Sendable (inout HDFGroup) -> Void
  }

  static let cases: [Case] = [
    Case(says: "does not hold 32-bit real numbers") { $0.set("required_features", .text("")) },
    Case(says: "bias is not a finite number") {
      $0.change("nodes/conv") { $0.setDataset("bias", .float16([0, 0x7c00, 0])) }
    },
    Case(says: "bias is not a finite number") {
      $0.change("nodes/conv") { $0.setDataset("bias", .float16([0, 0x7e01, 0])) }
    },
    Case(says: "variances from 0") {
      $0.change("nodes/norm") { $0.setDataset("variance", .float16([0x3c00, 0xbc00, 0])) }
    },
    Case(says: "has 2 numbers where 3") {
      $0.change("nodes/conv") { $0.setDataset("bias", .float16([1, 2])) }
    },
    Case(says: "32-bit or 16-bit real numbers") {
      $0.change("nodes/conv") { $0.setDataset("bias", .float64([1, 2, 3])) }
    },
    Case(says: "does not hold bytes") {
      $0.change("nodes/conv") { $0.setDataset("mask", .float16([1, 2])) }
    },
    Case(layout: .compact, says: "has no place here") {
      $0.set("required_features", .text("compact-planes"))
    },
    Case(layout: .compact, says: "\"half_parameters\" is missing") { $0.setDataset("half_parameters", nil) },
    Case(layout: .compact, says: "does not hold 16-bit real numbers") {
      $0.setDataset("half_parameters", .float32([Float](repeating: 1, count: 17)))
    },
    Case(layout: .compact, says: "does not hold 32-bit real numbers") {
      $0.setDataset("parameters", .float16([1, 2, 3]))
    },
    Case(layout: .compact, says: "21 parameters are stored, and 20 are needed") {
      $0.setDataset("half_parameters", .float16([UInt16](repeating: 1, count: 18)))
    },
    Case(layout: .compact, says: "too short for \"bias\"") {
      $0.setDataset("half_parameters", .float16([UInt16](repeating: 1, count: 16)))
    },
    Case(layout: .compact, says: "too short for \"shift\"") { $0.setDataset("parameters", nil) },
    Case(layout: .compact, says: "different vectors of the node") {
      $0.change("nodes/norm") { $0.set("single_precision", .text("bias")) }
    },
    Case(layout: .compact, says: "different vectors of the node") {
      $0.change("nodes/norm") { $0.set("single_precision", .text("shift shift")) }
    },
    Case(layout: .compact, says: "different vectors of the node") {
      $0.change("nodes/norm") { $0.set("single_precision", .text("shift ")) }
    },
    Case(layout: .compact, says: "different vectors of the node") {
      $0.change("nodes/relu") { $0.set("single_precision", .text("bias")) }
    },
    Case(layout: .compact, says: "is not a text") {
      $0.change("nodes/norm") { $0.set("single_precision", .integer(1)) }
    },
  ]

  @Test(arguments: cases.indices) func wrongContentIsRefused(index: Int) throws {
    let hostile = Self.cases[index]
    let bytes = try ModelFile.encoded(Self.model(), as: ModelForm(hostile.layout, halvesNumbers: true))
    var tree = try HDFGroup(encoded: bytes)
    #expect(try HostileModels.read(tree).model == Self.model())
    hostile.change(&tree)
    let error = #expect(throws: PadawannError.self) { try HostileModels.read(tree) }
    #expect(
      error?.kind == .data && error?.message.contains(hostile.says) == true, "\(String(describing: error))")
  }

  @Test func numbersOfEdgesOf16BitsAreRefused() throws {
    var tree = try HDFGroup(
      encoded: ModelFile.encoded(Model(network: Self.network(own: true)), as: Self.half))
    tree.change("nodes/conv") { group in
      guard case .float32(let values) = group.dataset("values")?.elements else { return }
      group.setDataset("values", .float16(values.map(\.halfBits)))
    }
    let error = #expect(throws: PadawannError.self) { try HostileModels.read(tree) }
    #expect(error?.message.contains("\"values\" does not hold 32-bit") == true)
  }
}
