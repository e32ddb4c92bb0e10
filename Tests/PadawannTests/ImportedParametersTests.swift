import Padawann
import Testing

@Suite struct ImportedParametersTests {
  private static func parameters(_ name: String) throws -> ImportedParameters {
    try ImportedParameters(TensorFile.read(ImportFixture.path(name)))
  }

  /// A parameter set of `f32` arrays.
  private static func parameters(_ arrays: [(String, [Int], [Float])]) throws -> ImportedParameters {
    let items = try arrays.map {
      NumPyArchive.Item(name: $0.0, array: try NumPyArray(shape: $0.1, floats: $0.2))
    }
    return try ImportedParameters(TensorFile(bytes: NumPyArchive.file(of: items), path: "made.npz"))
  }

  @Test func keepsPlainTensors() throws {
    let set = try Self.parameters("plain-2.pt")
    #expect(
      set.parameters == [
        ImportedParameter(name: "fc.weight", shape: [2, 3], values: [1.5, -2, 3.25, 4, 5.5, -6]),
        ImportedParameter(name: "fc.bias", shape: [2], values: [0.125, -0.25]),
      ])
    #expect(set["fc.bias"]?.values.count == 2)
    #expect(set["fc"] == nil)
    #expect(try set.sourceDigest == Digest(of: ImportFixture.bytes("plain-2.pt")))
  }

  @Test func pruningBecomesAMask() throws {
    let file = try TensorFile.read(ImportFixture.path("pruned.pt"))
    let set = try ImportedParameters(file)
    let weight = try #require(set["weight"])
    let original = try #require(file.tensor(named: "weight_orig"))
    let mask = try #require(file.tensor(named: "weight_mask"))
    #expect(Set(set.parameters.map(\.name)) == ["weight", "bias"])
    #expect(try weight.values == original.floats())
    #expect(weight.shape == [3, 4])
    #expect(try weight.mask == Bitmask(mask.floats().map { $0 == 1 }))
    #expect(weight.mask?.popcount == 7)
    #expect(set.notes == ["pruned with a mask: weight"])
  }

  @Test func masksMustBeZeroOrOne() throws {
    #expect { try Self.parameters([("w_orig", [2], [1, 2]), ("w_mask", [2], [1, 0.5])]) } throws: {
      "\($0)".contains("element 1 of its mask is 0.5")
    }
    #expect { try Self.parameters([("w_orig", [2], [1, 2]), ("w_mask", [1], [1])]) } throws: {
      "\($0)".contains("[1] instead of [2]")
    }
    #expect { try Self.parameters([("w_orig", [1], [1]), ("w_mask", [1], [1]), ("w", [1], [1])]) } throws: {
      "\($0)".contains("both the parameter and its parts")
    }
    let lone = try Self.parameters([("w_mask", [2], [1, 0.5]), ("v_orig", [1], [3])])
    #expect(lone.parameters.map(\.name) == ["w_mask", "v_orig"])
  }

  @Test func weightNormalisationIsFolded() throws {
    let folded = try ImportFixture.expectations().folded
    #expect(folded.count == 5)
    for (name, expected) in folded {
      let set = try Self.parameters(name)
      #expect(Set(set.parameters.map(\.name)) == ["weight", "bias"], "\(name)")
      #expect(set.notes == ["weight normalisation was folded into weight"])
      for (key, values) in expected {
        let parameter = try #require(set[key])
        #expect(parameter.values.count == values.count)
        for (value, target) in zip(parameter.values, values) {
          #expect(abs(value - target) <= 2e-7 * max(abs(target), 1e-3), "\(name) \(key)")
        }
      }
    }
  }

  @Test func sparsifiersOfParametrisationsAreMasks() throws {
    let set = try Self.parameters([
      ("fc.parametrizations.weight.original", [2], [3, 4]),
      ("fc.parametrizations.weight.0.mask", [2], [0, 1]),
    ])
    #expect(
      set.parameters == [
        ImportedParameter(name: "fc.weight", shape: [2], values: [3, 4], mask: Bitmask([false, true]))
      ])
  }

  @Test(arguments: ["spectral-new.pt", "spectral-old.pt"])
  func spectralNormalisationIsRefusedByName(name: String) {
    #expect { try Self.parameters(name) } throws: {
      ($0 as? PadawannError)?.kind == .unsupported && "\($0)".contains("spectral")
        && "\($0)".contains("remove_")
    }
  }

  @Test func otherParametrisationsAreRefused() {
    #expect { try Self.parameters([("fc.parametrizations.weight.original", [1], [1])]) } throws: {
      ($0 as? PadawannError)?.kind == .unsupported && "\($0)".contains("parametrisation")
    }
  }

  @Test func numbersMustBeFinite() {
    #expect { try Self.parameters("not-finite.pt") } throws: {
      ($0 as? PadawannError)?.kind == .data && "\($0)".contains("tensor w: element 3 of shape [2, 2] is nan")
    }
    // A direction of length zero has no normalised weights.
    #expect { try Self.parameters([("weight_g", [1, 1], [1]), ("weight_v", [1, 2], [0, 0])]) } throws: {
      "\($0)".contains("nan")
    }
  }
}
