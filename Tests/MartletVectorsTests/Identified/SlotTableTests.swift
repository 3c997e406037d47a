import MartletTestBasics
import Testing

@testable import MartletVectors

@Suite struct SlotTableTests {
    @Test(
        "a table of ids holds what a dictionary does, through growth and removals",
        arguments: [
            // Near one another, far apart, and equal in their lower or upper halves.
            { (i: Int) in Int64(i) }, { Int64($0) << 32 }, { Int64($0) << 20 | Int64($0) << 50 },
            { -Int64($0) - 2 }, { Int64.max - Int64($0) },
            { Int64(truncatingIfNeeded: $0 &* 0x9E37_79B9) },
        ] as [@Sendable (Int) -> Int64])
    func asDictionary(made: @Sendable (Int) -> Int64) {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 11)
        var table = SlotTable()
        var model: [Int64: Slot] = [:]
        for round in 0..<20_000 {
            let id = made(random.below(600))
            if random.chance(2, in: 5) {
                #expect(table.remove(id) == model.removeValue(forKey: id), "\(random)")
            } else {
                let old = model.updateValue(Slot(round), forKey: id)
                #expect(table.set(id, to: Slot(round)) == old, "\(random)")
            }
            if round % 500 == 0 {
                for id in (0..<600).map(made) { #expect(table[id] == model[id], "\(random)") }
            }
        }
        #expect(table.count == model.count)
        var seen: [Int64] = []
        table.forEach { seen.append($0) }
        #expect(seen.sorted() == model.keys.sorted())
    }

    @Test("-1 is never there")
    func none() {
        var table = SlotTable()
        #expect(table[-1] == nil && table.remove(-1) == nil && table.count == 0)
    }
}
