// What only the memory store promises; what it shares with the others is tested beside RocksDB's.

import MartletTestBasics
import Testing

@testable import MartletKeyValue

@Suite("The memory store") struct MemoryStoreTests {
    @Test(
        "its tree keeps its invariants under random changes, with snapshots held",
        arguments: [1, 2, 3, 4] as [UInt64])
    func invariantsHold(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let store = MemoryStore()
        var model: [[UInt8]: [UInt8]] = [:]
        var held: [(MemorySnapshot, Int)] = []
        for step in 0..<300 {
            // Grows for a while, then shrinks, so that nodes both split and join.
            let grows = step % 100 < 60
            var batch = WriteBatch()
            for _ in 0..<100 {
                let number = UInt16.random(in: 0..<6000, using: &random)
                let key = [UInt8(number >> 8), UInt8(number & 0xFF)]
                if Int.random(in: 0..<10, using: &random) < (grows ? 8 : 2) {
                    let value = [UInt8](repeating: 1, count: Int(number % 7))
                    batch.put(key, value)
                    model[key] = value
                } else {
                    batch.delete(key)
                    model[key] = nil
                }
            }
            if step % 10 == 9 {
                let lower = UInt8.random(in: 0..<24, using: &random)
                let range = KeyRange(
                    lower: [lower, 9], upper: [lower + UInt8.random(in: 0...4, using: &random), 77])
                batch.deleteRange(range)
                for key in model.keys where range.contains(key) { model[key] = nil }
            }
            try store.commit(batch, .async)
            if step % 30 == 0 { held.append((try store.memorySnapshot(), model.count)) }
            if held.count > 3 { held.removeFirst() }
            if step % 10 > 0 { continue }
            try store.root().checkInvariants()
            #expect(store.statistics.approximateRowCount == UInt64(model.count), "seed \(seed)")
            #expect(
                store.statistics.memtableBytes
                    == UInt64(model.reduce(0) { $0 + $1.key.count + $1.value.count }),
                "seed \(seed)")
        }
        for (snapshot, count) in held {
            snapshot.root.checkInvariants()
            #expect(snapshot.root.countedRows == count, "seed \(seed)")
        }
        var batch = WriteBatch()
        batch.deleteRange(.all)
        try store.commit(batch, .async)
        try store.root().checkInvariants()
        #expect(try store.root().countedRows == 0)
    }

    @Test("nodes that no snapshot sees are freed at once, the others with the snapshot")
    func dropsNodes() throws {
        let store = MemoryStore()
        var batch = WriteBatch()
        for number in 0..<1000 { batch.put([UInt8(number >> 8), UInt8(number & 0xFF)], [1]) }
        try store.commit(batch, .async)
        weak let leaf = try store.root().position(atOrAfter: [1]).leaf
        var snapshot: MemorySnapshot? = try store.memorySnapshot()
        batch.removeAll()
        batch.deleteRange(.all)
        try store.commit(batch, .async)
        #expect(leaf != nil)
        #expect(try snapshot?.value(forKey: [1, 0]) == [1])
        #expect(store.statistics.snapshotCount == 1)
        snapshot = nil
        #expect(leaf == nil)
        #expect(store.statistics == StoreStatistics())
    }

    @Test("a commit changes the tree in place when no one else holds it")
    func changesInPlace() throws {
        let store = MemoryStore()
        var batch = WriteBatch()
        for number in 0..<1000 { batch.put([UInt8(number >> 8), UInt8(number & 0xFF)], [1]) }
        try store.commit(batch, .async)
        let before = ObjectIdentifier(try store.root().position(atOrAfter: [1]).leaf)
        batch.removeAll()
        batch.put([1, 1], [2])
        try store.commit(batch, .async)
        #expect(ObjectIdentifier(try store.root().position(atOrAfter: [1]).leaf) == before)
    }
}
