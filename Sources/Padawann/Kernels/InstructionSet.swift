import CKernels

/// The vector instructions that the kernels use.
///
/// Results are the same bits with every set but ``portable``, which rounds every product because it cannot fuse a
/// multiplication with an addition.
public enum InstructionSet: String, CaseIterable, Sendable {
  /// 512-bit vectors (x86-64 with AVX-512 F, BW, DQ and VL).
  case avx512
  /// 256-bit vectors with fused multiply-add (x86-64 with AVX2 and FMA).
  case avx2
  /// 128-bit vectors with fused multiply-add (every 64-bit ARM).
  case neon
  /// What every processor of the platform has.
  case portable

  /// The sets that this build has and this processor and operating system can run, the fastest first.
  public static var available: [InstructionSet] { allCases.filter { lanes_level_is_available($0.level) } }
  /// The fastest available set.
  public static var best: InstructionSet { available.first ?? .portable }

  /// Whether results have the bits that all sets with fused multiply-add share.
  public var fusesMultiplyAdd: Bool { self != .portable }

  /// The set of that name, which must be available; without a name, ``best``.
  ///
  /// - Throws: ``PadawannError`` `usage` for an unknown name and `unsupported` for a set that cannot run here.
  public init(named name: String?) throws(PadawannError) {
    guard let name, !name.isEmpty else {
      self = .best
      return
    }
    let names = Self.available.map(\.rawValue).joined(separator: ", ")
    guard let set = InstructionSet(rawValue: name) else {
      throw PadawannError(.usage, "\"\(name)\" is not an instruction set", remedy: "Choose one of: \(names)")
    }
    guard Self.available.contains(set) else {
      throw PadawannError(
        .unsupported, "this machine cannot run \(name)", remedy: "Choose one of: \(names)")
    }
    self = set
  }

  var level: Int32 {
    switch self {
    case .avx512: Int32(LEVEL_AVX512)
    case .avx2: Int32(LEVEL_AVX2)
    case .neon: Int32(LEVEL_NEON)
    case .portable: Int32(LEVEL_PORTABLE)
    }
  }
}
