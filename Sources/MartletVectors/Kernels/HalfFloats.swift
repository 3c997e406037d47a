// Half-precision floats as bits: numbers that models print with few digits are often stored so, and
// then lose nothing. Conversions round nothing: what does not fit is refused.

/// Writes the vector as half-precision bits, if every number survives. Otherwise returns false, and
/// what was written is of no use. Zeros keep their signs.
func narrowLosslessly(
    _ vector: UnsafePointer<Float>, count: Int, into halves: UnsafeMutablePointer<UInt16>
) -> Bool {
    var lost = false
    for i in 0..<count {
        let (half, isExact) = halfBits(vector[i])
        halves[i] = half
        lost = lost || !isExact
    }
    return !lost
}

/// Whether every number of the vector survives half precision.
func survivesHalfPrecision(_ vector: UnsafePointer<Float>, count: Int) -> Bool {
    for i in 0..<count where !halfBits(vector[i]).isExact { return false }
    return true
}

func widen(
    _ halves: UnsafePointer<UInt16>, count: Int, into vector: UnsafeMutablePointer<Float>
) {
    for i in 0..<count { vector[i] = float(half: halves[i]) }
}

/// The half-precision bits of a number, without rounding: exact, or cut off.
///
/// A number survives when the 13 bits that a half lacks are zero and its exponent is one of a
/// half's; smaller ones survive when they are whole multiples of 2^-24, the least half above zero.
@inline(__always)
private func halfBits(_ number: Float) -> (bits: UInt16, isExact: Bool) {
    let word = number.bitPattern
    let sign = UInt16(truncatingIfNeeded: word >> 16) & 0x8000
    let magnitude = word & 0x7FFF_FFFF
    // 2^-14 up to the largest half, 65504.
    if magnitude &- 0x3880_0000 <= 0x477F_E000 - 0x3880_0000 {
        let rebased = (magnitude &- 0x3800_0000) >> 13
        return (sign | UInt16(truncatingIfNeeded: rebased), magnitude & 0x1FFF == 0)
    }
    guard magnitude < 0x3880_0000 else { return (sign, false) }
    let units = Float(bitPattern: magnitude) * 0x1p24
    let whole = UInt32(units)
    return (sign | UInt16(truncatingIfNeeded: whole), Float(whole) == units)
}

/// The number that half-precision bits stand for. Without branches, so that loops become vectors.
@inline(__always)
func float(half bits: UInt16) -> Float {
    let sign = UInt32(bits & 0x8000) << 16
    let magnitude = UInt32(bits & 0x7FFF) << 13
    // Exponents count from a point that is 112 lower; the product is exact, of subnormals, too.
    let number = Float(bitPattern: magnitude) * 0x1p112
    // The highest exponent is not a number's in either form.
    let highest: UInt32 = magnitude >= 0x7C00 << 13 ? 0x7F80_0000 : 0
    return Float(bitPattern: number.bitPattern | highest | sign)
}
