import Glibc
import Testing

@testable import MartletWire

@Suite struct FloatNumeralTests {
    /// What the C library makes of a numeral, which rounds exactly.
    private func exact(_ text: String) -> Float { strtof(text, nil) }

    private func quick(_ text: String) -> FloatNumeral? {
        Array(text.utf8).withUnsafeBufferPointer { FloatNumeral(startOf: $0) }
    }

    @Test(
        "numerals become the nearest float",
        arguments: [
            "0", "-0", "0.0", "1", "-1", "0.1", "-0.25", "12345678", "123456789012345678",
            "0.12345678901234567", "1E-7", "2.5e+3", "1e22", "1e-22", "16777217", "16777219",
            "33554433", "0.000000059604645", "9007199254740993", "1234567.8901234567", "00012.50",
            "3.4028235E38", "3.4028234663852886e38", "1.1754943508222875e-38", "1e-45", "1e-60",
            "340282346638528859811704183484516925440", "0.1000000014901161193847656250000001",
            "0.00000000000000000000000000000000000000000000140129846432481707",
        ])
    func nearest(text: String) {
        guard let quick = quick(text) else { return }
        #expect(quick.value == exact(text) && quick.count == text.utf8.count)
    }

    @Test("seeded numerals of every length become what exact rounding makes of them")
    func random() {
        for seed: UInt64 in 1...4 {
            var random = FuzzRandom(state: seed)
            for _ in 0..<50_000 {
                let text = Self.numeral(&random)
                guard let quick = quick(text) else { continue }
                if quick.value != exact(text) || quick.count != text.utf8.count {
                    Issue.record("seed \(seed): \(text) became \(quick)")
                    return
                }
            }
        }
    }

    @Test("seeded numerals at the middle between two floats, and next to it, round as they should")
    func middles() {
        for seed: UInt64 in 1...4 {
            var random = FuzzRandom(state: seed)
            for _ in 0..<20_000 {
                let float = Float(
                    bitPattern: UInt32.random(in: 0x2000_0000..<0x6000_0000, using: &random))
                let middle = (Double(float) + Double(float.nextUp)) / 2
                for value in [middle, middle.nextUp, middle.nextDown] {
                    let text = "\(value)"
                    guard let quick = quick(text) else { continue }
                    if quick.value != exact(text) {
                        Issue.record("seed \(seed): \(text) became \(quick.value)")
                        return
                    }
                }
            }
        }
    }

    @Test(
        "what is not the start of a numeral is none, and what follows one is left",
        arguments: ["", "-", "x", ".5", "1.", "1.x", "1e", "1e+", "+1", " 1", "1e1234", "--1"])
    func refuses(text: String) {
        #expect(quick(text) == nil)
        #expect(quick("12\"}")?.count == 2)
        #expect(quick("-1.25,")?.count == 5)
    }

    @Test(
        "numerals as clients print floats and doubles take the quick way, and a zero has no sign",
        arguments: [
            "0.1", "-0.0123456789", "1.0", "3", "1e-05", "0.00012345678901234567", "-1.5E-7",
            "0.12345678901234567", "1234.5678",
        ])
    func usual(text: String) {
        #expect(quick(text)?.value == exact(text))
        #expect(quick("-0.0")?.value.sign == .plus)
    }

    private static func numeral(_ random: inout FuzzRandom) -> String {
        func digits(_ count: Int) -> String {
            String((0..<count).map { _ in Character("\(Int.random(in: 0...9, using: &random))") })
        }
        var text = Bool.random(using: &random) ? "-" : ""
        text += digits(Int.random(in: 1...9, using: &random))
        if Bool.random(using: &random) {
            text += "." + digits(Int.random(in: 1...18, using: &random))
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            text += "e\(Int.random(in: -40...30, using: &random))"
        }
        return text
    }
}
