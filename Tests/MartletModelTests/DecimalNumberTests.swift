import MartletModel
import Testing

/// What a numeral becomes: its canonical text, or why it is refused.
private func read(_ numeral: String) -> Result<String, DecimalNumber.Failure> {
    do throws(DecimalNumber.Failure) {
        return .success(try DecimalNumber(parsing: numeral).description)
    } catch {
        return .failure(error)
    }
}

private func number(_ numeral: String) -> DecimalNumber {
    try! DecimalNumber(parsing: numeral)
}

@Suite struct DecimalNumberTests {
    @Test(
        "a numeral reads back in one plain form",
        arguments: [
            ("00042", "42"), ("-0", "0"), ("+1e2", "100"), ("5.", "5"), ("1.0", "1"), ("+3", "3"),
            ("003", "3"), ("3.0", "3"), ("3e0", "3"), (".5", "0.5"), ("-.5", "-0.5"), ("0", "0"),
            ("0.000", "0"), ("0e999999999999", "0"), ("1E-3", "0.001"), ("12.5e1", "125"),
            ("12.5e-1", "1.25"), ("100", "100"), ("100.00", "100"), ("1e+05", "100000"),
            ("-12.50", "-12.5"), ("00.00100", "0.001"),
            ("12345678901234567890123456789012345678", "12345678901234567890123456789012345678"),
            (
                "0.12345678901234567890123456789012345678",
                "0.12345678901234567890123456789012345678"
            ),
            (
                "123456789012345678901234567890123456780000",
                "123456789012345678901234567890123456780000"
            ),
        ])
    func canonicalText(numeral: String, text: String) {
        #expect(read(numeral) == .success(text))
    }

    @Test("the greatest and the least magnitudes are stored in full")
    func extremes() {
        #expect(read("1E125") == .success("1" + String(repeating: "0", count: 125)))
        let nines = String(repeating: "9", count: 38)
        #expect(
            read("9.\(nines.dropFirst())E125")
                == .success(nines + String(repeating: "0", count: 88)))
        #expect(read("1e-130") == .success("0." + String(repeating: "0", count: 129) + "1"))
        #expect(
            read("-1e-130") == .success("-0." + String(repeating: "0", count: 129) + "1"))
    }

    @Test(
        "what is no numeral, too great, too small or too long is refused, each for its own reason",
        arguments: [
            ("", DecimalNumber.Failure.notNumeric), ("abc", .notNumeric), ("NaN", .notNumeric),
            ("Infinity", .notNumeric), ("-", .notNumeric), ("+", .notNumeric), (".", .notNumeric),
            (" 1", .notNumeric), ("1 ", .notNumeric), ("1 2", .notNumeric), ("1e", .notNumeric),
            ("1e+", .notNumeric), ("e5", .notNumeric), ("1.2.3", .notNumeric), ("--1", .notNumeric),
            ("0x10", .notNumeric), ("1,5", .notNumeric), ("１", .notNumeric), ("1e5.5", .notNumeric),
            ("1e126", .overflow), ("-1e126", .overflow), ("10e125", .overflow),
            ("1e99999999999999999999", .overflow),
            ("1e-131", .underflow), ("-1e-131", .underflow), ("0.1e-130", .underflow),
            ("1e-99999999999999999999", .underflow),
            ("123456789012345678901234567890123456789", .tooManyDigits),
            ("1.23456789012345678901234567890123456789", .tooManyDigits),
            ("-100000000000000000000000000000000000001", .tooManyDigits),
        ])
    func refusals(numeral: String, failure: DecimalNumber.Failure) {
        #expect(read(numeral) == .failure(failure))
    }

    @Test("equal numbers are equal and hash alike however they were written")
    func equality() {
        #expect(number("1.0") == number("1e0"))
        #expect(number("-0") == number("0"))
        #expect(Set([number("100"), number("1e2"), number("0100.0")]).count == 1)
        #expect(number("0.1") != number("0.10000000000000000000000000000000000001"))
    }

    @Test("sums are exact or refused, never rounded")
    func sumEdges() throws {
        let one = number("1")
        #expect(throws: DecimalNumber.Failure.tooManyDigits) { try number("1e50").adding(one) }
        #expect(throws: DecimalNumber.Failure.tooManyDigits) {
            try number("1e125").subtracting(one)
        }
        let nines = String(repeating: "9", count: 38)
        #expect(try number(nines).adding(one) == number("1e38"))
        #expect(
            throws: DecimalNumber.Failure.tooManyDigits,
            performing: { try number("1" + String(repeating: "0", count: 38)).adding(one) })
        #expect(
            throws: DecimalNumber.Failure.overflow,
            performing: { try number("9e125").adding(number("1e125")) })
        #expect(throws: DecimalNumber.Failure.underflow) {
            try number("1.1e-130").subtracting(number("1e-130"))
        }
        #expect(try number("0.1").adding(number("0.2")) == number("0.3"))
        #expect(try number("5").subtracting(number("5")) == .zero)
        #expect(try number("-5").adding(number("3")) == number("-2"))
        #expect(try DecimalNumber.zero.subtracting(number("7")) == number("-7"))
    }
}
