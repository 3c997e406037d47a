@testable import MartletEncoding
import MartletModel
import MartletTestBasics
import Testing

/// What binary values and decimals have to do with each other, against the standard library.
@Suite struct DecimalDigitsTests {
    /// The canonical text of what the standard library prints; nil for what is no number.
    private func canonical(_ description: String) -> String? {
        (try? DecimalNumber(parsing: description))?.description
    }

    private func text(_ number: DecimalDigits) -> String {
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: DecimalDigits.writingBytes) {
            $0.initialize(repeating: 0xEE)
            let count = number.write(to: $0.baseAddress!)
            return String(decoding: $0[..<count], as: UTF8.self)
        }
    }

    private func digits(_ text: String) -> DecimalDigits? {
        Array(text.utf8).withUnsafeBufferPointer { DecimalDigits(canonical: $0) }
    }

    private func check(_ value: Float, _ comment: @autoclosure () -> Comment) {
        let shortest = DecimalDigits(shortest: value)
        let expected = canonical(value.description)
        #expect(text(shortest) == expected ?? "0", comment())
        guard let expected else { return }
        #expect(digits(expected) == shortest, comment())
        #expect(shortest.nearestFloat == value, comment())
        #expect(shortest.sizeBytes == shortest.number.sizeBytes, comment())
    }

    private func check(_ value: Double, _ comment: @autoclosure () -> Comment) {
        let shortest = DecimalDigits(shortest: value)
        let expected = canonical(value.description)
        #expect(text(shortest) == expected ?? "0", comment())
        guard let expected else { return }
        #expect(digits(expected) == shortest, comment())
        #expect(shortest.nearestDouble == value, comment())
        #expect(shortest.nearestFloat == Float(expected), comment())
        #expect(shortest.sizeBytes == shortest.number.sizeBytes, comment())
    }

    /// How many values the random tests take; more with MARTLET_TEST_STEPS.
    private static let steps = Int(testSetting("MARTLET_TEST_STEPS") ?? 4_000)
    private static let seed = testSetting("MARTLET_TEST_SEED") ?? 1

    @Test("any float has the standard library's shortest decimal, and that has the float")
    func floats() {
        var random = SeededRandom(seed: Self.seed)
        for _ in 0..<Self.steps {
            let anyBits = Float(bitPattern: UInt32(truncatingIfNeeded: random.next()))
            check(anyBits, "\(random), \(anyBits)")
            let ordinary = Float.random(in: -1...1, using: &random)
            check(ordinary, "\(random), \(ordinary)")
            let few = Float(random.number(-99_999...99_999)) / 1_000
            check(few, "\(random), \(few)")
        }
    }

    @Test("any double has the standard library's shortest decimal, and that has the double")
    func doubles() {
        var random = SeededRandom(seed: Self.seed)
        for _ in 0..<Self.steps {
            let anyBits = Double(bitPattern: random.next())
            check(anyBits, "\(random), \(anyBits)")
            let ordinary = Double.random(in: -1...1, using: &random)
            check(ordinary, "\(random), \(ordinary)")
            check(Double(Float(ordinary)), "\(random), \(Float(ordinary))")
            let power = random.number(-420...420)
            let scaled = ordinary * Double(sign: .plus, exponent: power, significand: 1)
            check(scaled, "\(random), \(scaled)")
        }
    }

    @Test("powers of two and their neighbours have their shortest decimals")
    func boundaries() {
        for power in -149...127 {
            let value = Float(sign: .plus, exponent: power, significand: 1)
            for value in [value, value.nextUp, value.nextDown, -value] {
                check(value, "\(value)")
                check(Double(value), "\(Double(value))")
            }
        }
        for power in -440...420 {
            let value = Double(sign: .plus, exponent: power, significand: 1)
            for value in [value, value.nextUp, value.nextDown, -value] { check(value, "\(value)") }
        }
        for power in 0...17 {
            var ten = 1.0
            for _ in 0..<power { ten *= 10 }
            for value in [ten, ten.nextUp, ten.nextDown, 1 / ten, (1 / ten).nextDown] {
                check(value, "\(value)")
                check(Float(value), "\(Float(value))")
            }
        }
        for value in [0, -0.0, .infinity, .nan, .leastNonzeroMagnitude, 16_777_217] as [Double] {
            check(value, "\(value)")
            check(Float(value), "\(Float(value))")
        }
        check(.leastNonzeroMagnitude as Float, "least float")
        check(.greatestFiniteMagnitude as Float, "greatest float")
        #expect(text(DecimalDigits(shortest: -0.0 as Float)) == "0")
        #expect(text(DecimalDigits(shortest: 1e200)) == "0")
    }

    @Test("a number's nearest float is the one the standard library reads")
    func nearestFloat() throws {
        var random = SeededRandom(seed: Self.seed)
        for _ in 0..<Self.steps {
            let number = random.decimal()
            #expect(number.nearestFloat == Float(number.description), "\(random), \(number)")
            if let digits = digits(number.description) {
                #expect(text(digits) == number.description, "\(random), \(number)")
                #expect(digits.sizeBytes == number.sizeBytes, "\(random), \(number)")
                #expect(digits.nearestDouble == number.double, "\(random), \(number)")
            }
            // In the middle of two floats, and next to it on either side.
            let float = Float.random(in: 0.001...4, using: &random)
            let middle = (Double(float) + Double(float.nextUp)) / 2
            for double in [middle, middle.nextUp, middle.nextDown] {
                let number = DecimalDigits(shortest: double)
                #expect(number.nearestFloat == Float(text(number)), "\(random), \(double)")
            }
        }
    }

    @Test("more than 18 digits are told from fewer, wherever the point is")
    func digitCounts() {
        for (text, fits) in [
            ("123456789012345678", true), ("1234567890123456789", false),
            ("-1.23456789012345678", true), ("-1.234567890123456789", false),
            ("0.000123456789012345678", true), ("0.0001234567890123456789", false),
            ("123456789012345678000000000", true), ("1234567890123456789000", false),
            ("1" + String(repeating: "0", count: 125), true),
            ("0." + String(repeating: "0", count: 129) + "1", true),
        ] {
            #expect((digits(text) != nil) == fits, "\(text)")
            if let digits = digits(text) { #expect(self.text(digits) == text) }
        }
        #expect(digits("0") == .zero)
    }
}
