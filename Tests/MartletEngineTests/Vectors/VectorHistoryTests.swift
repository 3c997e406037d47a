import MartletKeyValue
import MartletTestBasics
import MartletVectors
import Testing

@testable import MartletEngine

@Suite struct VectorHistoryTests {
    /// Puts, updates, deletions and searches at random, and now and then the end of the process.
    private func run(
        seed: UInt64, steps: Int, metric: Metric,
        reopen: (VectorFixture, inout SeededRandom) throws -> VectorFixture
    ) throws {
        var random = SeededRandom(seed: seed)
        var fixture = try VectorFixture(MemoryStore(), metric: metric)
        defer { fixture.close() }
        for step in 0..<steps {
            switch random.below(20) {
            case 0..<9:
                let changes = (0..<random.number(1...12)).map { _ in
                    (
                        name: "i\(random.below(150))",
                        item: random.chance(1, in: 4)
                            ? nil
                            : KnownItem.random(&random, dimensions: VectorFixture.dimensions)
                    )
                }
                try fixture.write(changes)
            case 9 where random.chance(1, in: 4): fixture = try reopen(fixture, &random)
            case 10: fixture.settle()
            default:
                let query = KnownItem.random(&random, dimensions: VectorFixture.dimensions)
                let fault = try fixture.fault(
                    query.vector, k: random.number(1...20),
                    tenant: random.chance(1, in: 2) ? query.tenant : nil,
                    color: random.chance(1, in: 3) ? query.color : nil)
                #expect(fault == nil, "step \(step), \(random)")
            }
        }
    }

    @Test("searches agree with a dictionary, whatever is written and wherever it is by then")
    func memory() throws {
        for (number, metric) in Metric.allCases.enumerated() {
            try run(seed: UInt64(100 + number), steps: 600, metric: metric) { old, _ in
                let rows = try (old.store as! MemoryStore).memorySnapshot()
                old.close()
                return try VectorFixture(
                    MemoryStore(contentsOf: rows), metric: metric, items: old.items)
            }
        }
    }
}
