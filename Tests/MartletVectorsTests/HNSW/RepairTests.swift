import MartletTestBasics
import Testing

@testable import MartletVectors

@Suite struct RepairTests {
    @Test(
        "after half of the vectors were replaced, recall and space are those of a fresh index",
        arguments: [CodeKind.int4, .none])
    func churn(codes: CodeKind) throws {
        var random = SeededRandom(seed: 31)
        let data = VectorData(dimensions: 24, &random)
        let parameters = VectorParameters(dimensions: 24, metric: .euclidean, codes: codes)
        let index = try HNSWIndex.small(parameters)
        var model: [UInt64: [Float]] = [:]
        var slots: [UInt64: Slot] = [:]
        for (label, slot) in try index.insertAll(data.vectors(3000, &random)).enumerated() {
            slots[UInt64(label)] = slot
            model[UInt64(label)] = try index.vector(at: slot)
        }
        var repairs = 0
        for label in model.keys.sorted().shuffled(using: &random).prefix(1500) {
            index.remove(slots[label]!)
            let vector = data.vector(&random)
            slots[label] = try index.insert(vector, label: label)
            model[label] = vector
            if index.needsRepair {
                #expect(!index.repair().isEmpty)
                repairs += 1
            }
        }
        #expect(repairs >= 3 && repairs <= 30)
        #expect(index.slotCount <= 3000 * 5 / 4)
        #expect(index.checkInvariants() == [], "\(random)")
        let recall = try index.recall(data.vectors(60, &random), model, SearchOptions(k: 10))
        #expect(recall >= 0.95, "\(random)")
    }

    @Test("a slot is used again only after the readers who may hold it have left")
    func readPins() throws {
        let index = try HNSWIndex.small(VectorParameters(dimensions: 2, metric: .euclidean))
        let first = try index.insert([1, 1], label: 1)
        try index.insert([2, 2], label: 2)
        index.withReadPin {
            index.remove(first)
            #expect(index.repair() == [first])
            let second = try? index.insert([3, 3], label: 3)
            #expect(second != first)
            #expect(index.label(at: first) == 1)
        }
        #expect(try index.insert([4, 4], label: 4) == first)
        #expect(index.checkInvariants() == [])
    }

    @Test("an index that lost everything begins again")
    func emptied() throws {
        var random = SeededRandom(seed: 32)
        let data = VectorData(dimensions: 8, &random)
        let index = try HNSWIndex.small(VectorParameters(dimensions: 8, metric: .cosine))
        for _ in 0..<3 {
            let slots = try index.insertAll(data.vectors(200, &random))
            for slot in slots { #expect(index.remove(slot)) }
            #expect(try index.search(data.vector(&random), SearchOptions(k: 5)) == [])
            #expect(index.repair().count == 200)
            #expect(index.checkInvariants() == [])
        }
        #expect(index.slotCount == 200)
        try index.insert(data.vector(&random), label: 9)
        #expect(
            try index.search(data.vector(&random), SearchOptions(k: 5)).map(\.label) == [9])
    }

    @Test("most of an index may be removed at once, before and after the repair")
    func massRemoval() throws {
        var random = SeededRandom(seed: 33)
        let data = VectorData(dimensions: 16, &random)
        let vectors = data.vectors(4000, &random)
        let index = try HNSWIndex.small(VectorParameters(dimensions: 16, metric: .euclidean))
        let slots = try index.insertAll(vectors, threads: 2)
        var model: [UInt64: [Float]] = [:]
        for (i, slot) in slots.enumerated() {
            if random.chance(1, in: 3) { model[UInt64(i)] = vectors[i] } else { index.remove(slot) }
        }
        let queries = data.vectors(40, &random)
        #expect(try index.recall(queries, model, SearchOptions(k: 10)) >= 0.95, "\(random)")
        index.repair(threads: 2)
        #expect(try index.recall(queries, model, SearchOptions(k: 10)) >= 0.95, "\(random)")
        #expect(index.checkInvariants() == [], "\(random)")
    }
}
