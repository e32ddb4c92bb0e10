extension Float {
  /// A binary16 widened, by hand because Swift's `Float16` does not exist on every platform.
  public init(half bits: UInt16) {
    let sign = UInt32(bits & 0x8000) << 16
    let (exponent, fraction) = (UInt32(bits >> 10 & 0x1f), UInt32(bits & 0x3ff))
    switch exponent {
    case 0:
      let magnitude = Float(fraction) * 0x1p-24
      self = sign == 0 ? magnitude : -magnitude
    case 31: self = Float(bitPattern: sign | 0x7f80_0000 | fraction << 13)
    default: self = Float(bitPattern: sign | (exponent + 112) << 23 | fraction << 13)
    }
  }

  /// The nearest binary16, ties to even; infinity from 65,520 on.
  public var halfBits: UInt16 {
    let sign = UInt16(truncatingIfNeeded: bitPattern >> 16) & 0x8000
    let size = bitPattern & 0x7fff_ffff
    if size > 0x7f80_0000 { return sign | 0x7e00 }
    if size >= 0x4780_0000 { return sign | 0x7c00 }
    guard size >= 0x3880_0000 else {
      // Below 2⁻¹⁴ halves are multiples of 2⁻²⁴; 1,024 of them are the bits of 2⁻¹⁴.
      return sign | UInt16((Float(bitPattern: size) * 0x1p24).rounded(.toNearestOrEven))
    }
    return sign | UInt16((size - 0x3800_0000 + 0xfff + (size >> 13 & 1)) >> 13)
  }
}
