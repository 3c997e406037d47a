import Glibc
import Testing

@testable import MartletWire

@Suite struct FloatNumeralTests {
    /// What the C library makes of a numeral, which rounds exactly.
    private func exact(_ text: String) -> Float { strtof(text, nil) }

    /// The numeral at the end of all bytes, which must be the one that it is before others.
    private func quick(
        _ text: String, at location: SourceLocation = #_sourceLocation
    ) -> FloatNumeral? {
        func read(_ bytes: [UInt8]) -> FloatNumeral? {
            bytes.withUnsafeBufferPointer { FloatNumeral(startOf: $0) }
        }
        let last = read(Array(text.utf8))
        let other = read(Array((text + #""},{"N":"0.25"},{"N":"-0.5"},{"N":"1"}]"#).utf8))
        if last?.value != other?.value || last?.count != other?.count {
            Issue.record(
                "\(text) is \(last as Any) at the end, else \(other as Any)",
                sourceLocation: location)
        }
        return last
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
            "-0.006929283495992422", "0.0006929283495992422", "1.2345678", "-1.234567812345678",
            "0.12345678123456781", "9.12345678123456781", "0.000000001234567812345678",
            "0.99999999999999999999", "0.0000000000000000000001", "0.00000000000000000000001",
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
            "0.12345678901234567", "1234.5678", "-0.006929283495992422", "0.040283203",
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
        text += Bool.random(using: &random) ? "0" : digits(Int.random(in: 1...9, using: &random))
        if Int.random(in: 0..<4, using: &random) > 0 {
            text += "." + String(repeating: "0", count: Int.random(in: 0...9, using: &random) / 2)
            text += digits(Int.random(in: 1...24, using: &random))
        }
        if Int.random(in: 0..<4, using: &random) == 0 {
            text += "e\(Int.random(in: -40...30, using: &random))"
        }
        return text
    }
}
