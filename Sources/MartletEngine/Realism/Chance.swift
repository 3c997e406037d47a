/// Decisions by chance that a seed repeats: SplitMix64.
package struct Chance: Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    /// At least 0 and less than 1.
    package mutating func nextFraction() -> Double {
        state &+= 0x9E37_79B9_7F4A_7C15
        var value = state
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        value ^= value >> 31
        return Double(value >> 11) / Double(UInt64(1) << 53)
    }

    /// Whether something of this probability happens. What never does draws nothing.
    package mutating func decides(_ probability: Double) -> Bool {
        probability > 0 && nextFraction() < probability
    }
}
