import MartletTestBasics
import MartletVectors
import Testing

@testable import MartletEngine

@Suite struct SearchScoreTests {
    /// Term by term, in the order of the elements.
    private func plain(_ metric: Metric, _ a: [Float], _ b: [Float]) -> Double {
        var (product, square, difference) = (0.0, (0.0, 0.0), 0.0)
        for (x, y) in zip(a.map(Double.init), b.map(Double.init)) {
            product += x * y
            square.0 += x * x
            square.1 += y * y
            difference += (x - y) * (x - y)
        }
        switch metric {
        case .cosine: return 1 - product / (square.0 * square.1).squareRoot()
        case .euclidean: return difference.squareRoot()
        case .dotProduct: return product
        }
    }

    @Test(
        "scores of every length around the lanes are those of one term after another",
        arguments: Metric.allCases)
    func lengths(metric: Metric) {
        var random = SeededRandom(seed: 7)
        for length in [1, 2, 7, 8, 9, 15, 16, 17, 31, 32, 33, 100, 384, 4_095, 4_096] {
            let a = (0..<length).map { _ in Float.random(in: -1...1, using: &random) }
            let b = (0..<length).map { _ in Float.random(in: -1...1, using: &random) }
            let score = Double(SearchScore(a, metric).score(of: b))
            let exact = plain(metric, a, b)
            #expect(
                abs(score - exact) <= 1e-7 * max(1, abs(exact)), "\(random), length \(length)")
        }
    }

    @Test(
        "a vector is at no distance from itself and from its multiples", arguments: [3, 128, 768])
    func identity(length: Int) {
        var random = SeededRandom(seed: UInt64(length))
        for _ in 0..<200 {
            let a = (0..<length).map { _ in Float.random(in: -1...1, using: &random) }
            #expect(SearchScore(a, .cosine).score(of: a) == 0, "\(random)")
            #expect(SearchScore(a, .cosine).score(of: a.map { $0 * 4 }) == 0, "\(random)")
            #expect(SearchScore(a, .cosine).score(of: a.map { -$0 }) == 2, "\(random)")
            #expect(SearchScore(a, .euclidean).score(of: a) == 0, "\(random)")
        }
    }

    @Test("the better score is the smaller distance, or the larger product")
    func order() {
        #expect(SearchScore([1], .cosine).isBetter(0.1, than: 0.2))
        #expect(SearchScore([1], .euclidean).isBetter(0.1, than: 0.2))
        #expect(SearchScore([1], .dotProduct).isBetter(0.2, than: 0.1))
        #expect(!SearchScore([1], .dotProduct).isBetter(0.2, than: 0.2))
    }
}
