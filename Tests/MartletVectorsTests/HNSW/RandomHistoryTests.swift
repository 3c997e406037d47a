import MartletTestBasics
import Testing

@testable import MartletVectors

/// Random insertions, updates, removals, repairs, filters and reopenings, against a dictionary.
@Suite struct RandomHistoryTests {
    static let seeds = testSetting("MARTLET_TEST_SEED").map { [$0] } ?? Array(1...12)

    @Test(
        "an index holds and finds what a dictionary holds, whatever happens to it", arguments: seeds
    )
    func history(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let folder = try TemporaryFolder()
        let data = VectorData(
            dimensions: random.pick([2, 5, 16, 31]), isHalf: random.chance(2, in: 3), &random)
        let parameters = VectorParameters(
            dimensions: data.dimensions, metric: random.pick(Metric.allCases),
            m: random.pick([4, 8, 16]), efConstruction: random.pick([40, 100]),
            codes: random.pick(CodeKind.allCases),
            residence: random.pick(VectorResidence.allCases))
        var index = try HNSWIndex.small(parameters)
        var model: [UInt64: [Float]] = [:]
        var slots: [UInt64: Slot] = [:]
        var nextLabel: UInt64 = 0
        var exactMisses = 0

        for step in 0..<70 {
            switch random.below(10) {
            case 0...2:
                let vectors = data.vectors(random.number(1...120), &random)
                let new = try index.insertAll(
                    vectors, firstLabel: Int(nextLabel), threads: random.number(1...3))
                for (vector, slot) in zip(vectors, new) {
                    (model[nextLabel], slots[nextLabel]) = (vector, slot)
                    nextLabel += 1
                }
            case 3...4:
                for _ in 0..<random.number(1...15) {
                    let vector = data.vector(&random)
                    slots[nextLabel] = try index.insert(vector, label: nextLabel)
                    model[nextLabel] = vector
                    nextLabel += 1
                }
            case 5:
                // Updates: the new vector, then the old one goes.
                for label in model.keys.sorted().shuffled(using: &random).prefix(20) {
                    let vector = data.vector(&random)
                    let old = slots[label]!
                    slots[label] = try index.insert(vector, label: label)
                    model[label] = vector
                    #expect(index.remove(old), "\(random)")
                    #expect(!index.remove(old), "\(random)")
                }
            case 6...7:
                let part = random.chance(1, in: 12) ? 1 : random.number(3...12)
                for label in model.keys.sorted() where random.chance(1, in: part) {
                    #expect(index.remove(slots[label]!), "\(random)")
                    (model[label], slots[label]) = (nil, nil)
                }
            case 8:
                let before = Set(slots.values)
                let freed = index.repair(threads: random.number(1...2))
                #expect(before.isDisjoint(with: freed), "\(random)")
                #expect(index.statistics.masked == 0, "\(random)")
            default:
                index = try reopened(index, folder, step: step, &random)
            }
            #expect(index.count == model.count, "\(random), step \(step)")
            try check(index, model, slots, data, &exactMisses, &random)
        }
        #expect(exactMisses == 0, "\(random)")
        #expect(index.checkInvariants() == [], "\(random)")
    }

    private func reopened(
        _ index: HNSWIndex, _ folder: TemporaryFolder, step: Int, _ random: inout SeededRandom
    ) throws -> HNSWIndex {
        let writer = try IndexFileWriter(path: folder.path + "/index-\(step)")
        try index.withWritersPaused { try index.write(to: writer) }
        try writer.finish()
        let residence = random.pick(VectorResidence.allCases)
        let opened = try HNSWIndex(
            mapping: IndexFile(path: writer.path), residence: residence, capacity: 1 << 17)
        if random.chance(1, in: 2) { try opened.loadIntoMemory() }
        #expect(opened.checkInvariants() == [], "\(random)")
        return opened
    }

    private func check(
        _ index: HNSWIndex, _ model: [UInt64: [Float]], _ slots: [UInt64: Slot],
        _ data: VectorData, _ exactMisses: inout Int, _ random: inout SeededRandom
    ) throws {
        let query = data.vector(&random)
        let k = random.number(1...20)
        let truth = nearest(k, to: query, in: model, index.parameters.metric)
        let exact = try index.search(query, SearchOptions(k: k, isExact: true))
        if recall(exact, of: truth) < 1 { exactMisses += 1 }
        let found = try index.search(query, SearchOptions(k: k))
        #expect(found.count == truth.count, "\(random)")
        for neighbor in found {
            #expect(slots[neighbor.label] == neighbor.slot, "\(random)")
        }
        if let label = model.keys.sorted().randomElement(using: &random),
            index.parameters.codes != .none || index.parameters.metric != .cosine
        {
            #expect(try index.vector(at: slots[label]!) == model[label]!, "\(random)")
        }

        let filter = SlotBitmap()
        var matching: [UInt64: [Float]] = [:]
        let part = random.number(1...20)
        for label in model.keys.sorted() where random.chance(1, in: part) {
            filter.insert(slots[label]!)
            matching[label] = model[label]
        }
        let filtered = try index.search(query, SearchOptions(k: k, filter: filter))
        #expect(filtered.count == min(k, matching.count), "\(random)")
        #expect(filtered.allSatisfy { matching[$0.label] != nil }, "\(random)")
    }
}
