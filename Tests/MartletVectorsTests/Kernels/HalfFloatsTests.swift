import Testing

@testable import MartletVectors

@Suite struct HalfFloatsTests {
    @Test("every half float that is a number survives, sign of zero included")
    func everyHalf() {
        for bits in UInt16.min...UInt16.max {
            let number = Float(Float16(bitPattern: bits))
            guard number.isFinite else { continue }
            var narrowed: UInt16 = 1
            #expect(narrowLosslessly([number], count: 1, into: &narrowed), "bits \(bits)")
            #expect(narrowed == bits)
            var widened: Float = 1
            widen([bits], count: 1, into: &widened)
            #expect(widened.bitPattern == number.bitPattern, "bits \(bits)")
        }
    }

    @Test(
        "a number that half precision would round, cut or overflow is refused, anywhere in a vector",
        arguments: [
            Float(0.1), 1 + 0x1p-11, 65_505, 65_536, -1e6, 0x1p-25, 3 * 0x1p-25, 0x1p-14 + 0x1p-25,
            .leastNonzeroMagnitude, .greatestFiniteMagnitude, .infinity, .nan,
        ])
    func refused(number: Float) {
        var halves = [UInt16](repeating: 0, count: 3)
        for place in 0..<3 {
            var vector: [Float] = [1, -0.5, 65_504]
            #expect(survivesHalfPrecision(vector, count: 3))
            vector[place] = number
            #expect(!survivesHalfPrecision(vector, count: 3))
            #expect(!narrowLosslessly(vector, count: 3, into: &halves))
        }
    }
}
