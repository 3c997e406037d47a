import MartletModel
import MartletTestBasics
import Testing

/// Numbers against `PlainNumber`, on random numerals of every magnitude.
@Suite struct NumberDifferentialTests {
    private func result(
        _ work: () throws(DecimalNumber.Failure) -> DecimalNumber
    ) -> Result<String, DecimalNumber.Failure> {
        do throws(DecimalNumber.Failure) {
            return .success(try work().description)
        } catch {
            return .failure(error)
        }
    }

    @Test("reading agrees with exact decimal arithmetic", arguments: [1, 2, 3] as [UInt64])
    func reading(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<4_000 {
            let text = random.numeral(digits: 1...45, exponents: -180...180)
            #expect(
                result { () throws(DecimalNumber.Failure) in try DecimalNumber(parsing: text) }
                    == PlainNumber(text).stored, "seed \(seed), \(text)")
        }
    }

    /// Pairs whose digits overlap are the interesting ones; half of the pairs are near each other.
    private func pair(_ random: inout SeededRandom) -> (String, String) {
        let centre = Int.random(in: -150...110, using: &random)
        let range = random.chance(1, in: 2) ? centre...(centre + 12) : -160...110
        return (random.numeral(exponents: range), random.numeral(exponents: range))
    }

    @Test("sums and differences are exact or refused", arguments: [4, 5, 6] as [UInt64])
    func sums(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var (stored, refused) = (0, 0)
        for _ in 0..<4_000 {
            let (left, right) = pair(&random)
            guard let a = try? DecimalNumber(parsing: left),
                let b = try? DecimalNumber(parsing: right)
            else { continue }
            let (x, y) = (PlainNumber(left), PlainNumber(right))
            let sum = result { () throws(DecimalNumber.Failure) in try a.adding(b) }
            if case .success = sum { stored += 1 } else { refused += 1 }
            #expect(sum == (x + y).stored, "seed \(seed), \(left) + \(right)")
            #expect(
                result { () throws(DecimalNumber.Failure) in try a.subtracting(b) }
                    == (x + y.negated).stored, "seed \(seed), \(left) - \(right)")
        }
        // Both outcomes must occur, or the test shows nothing.
        #expect(stored > 100 && refused > 100)
    }

    @Test("order is the order of values", arguments: [7, 8] as [UInt64])
    func order(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<4_000 {
            let (left, right) = pair(&random)
            guard let a = try? DecimalNumber(parsing: left),
                let b = try? DecimalNumber(parsing: right)
            else { continue }
            let (x, y) = (PlainNumber(left), PlainNumber(right))
            #expect((a < b) == (x < y), "seed \(seed), \(left) < \(right)")
            #expect((a == b) == (x == y), "seed \(seed), \(left) == \(right)")
        }
    }

    @Test("a text is canonical if it is how its number prints", arguments: [9, 10] as [UInt64])
    func canonicalTexts(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        func isCanonical(_ text: String) -> Bool {
            Array(text.utf8).withUnsafeBufferPointer(DecimalNumber.isCanonical)
        }
        let alphabet = Array("0019.-5e+")
        for _ in 0..<20_000 {
            let length = Int.random(in: 0...6, using: &random)
            let text = String((0..<length).map { _ in alphabet.randomElement(using: &random)! })
            let printed = try? DecimalNumber(parsing: text).description
            #expect(isCanonical(text) == (printed == text), "seed \(seed), \(text)")
        }
        for _ in 0..<2_000 {
            let numeral = random.numeral(exponents: -160...130)
            guard case .success(let text) = PlainNumber(numeral).stored else { continue }
            #expect(isCanonical(text), "seed \(seed), \(text)")
            #expect(!isCanonical("0" + text) && !isCanonical(text + "."), "seed \(seed), \(text)")
        }
        #expect(!isCanonical("1" + String(repeating: "0", count: 126)))
        #expect(!isCanonical(String(repeating: "1", count: 39)))
        #expect(!isCanonical("0." + String(repeating: "0", count: 130) + "1"))
    }

    @Test("a number's size is one byte and its base-100 digits", arguments: [11] as [UInt64])
    func sizes(seed: UInt64) {
        var random = SeededRandom(seed: seed)
        for _ in 0..<4_000 {
            let text = random.numeral(exponents: -160...110)
            guard let number = try? DecimalNumber(parsing: text) else { continue }
            #expect(number.sizeBytes == PlainNumber(text).sizeBytes, "seed \(seed), \(text)")
        }
    }
}
