import Glibc
import MartletKeyValue
import MartletRocksDBStore
import MartletTestBasics
import Testing

@Suite("Space") struct SpaceTests {
    private let folder = try! TemporaryFolder()

    /// 12 MB that do not compress, in table files.
    private func filledStore() throws -> RocksDBStore {
        var options = RocksDBOptions()
        options.memoryBudgetBytes = 32 << 20
        let store = try RocksDBStore(
            directory: DataDirectory(path: folder.path + "/data"), options: options)
        var random = SeededRandom(seed: 31)
        for part in UInt8(0)..<12 {
            var batch = WriteBatch()
            for number in UInt8(0)..<250 {
                var value: [UInt8] = []
                while value.count < 4096 {
                    withUnsafeBytes(of: random.next()) { value.append(contentsOf: $0) }
                }
                batch.put([1, part, number], value)
            }
            batch.put([2, part], [part])
            try store.commit(batch, .async)
        }
        try store.flush()
        #expect(store.statistics.diskBytes > 10 << 20)
        return store
    }

    /// Waits for background work, half a minute at most.
    private func becomesTrue(_ condition: () throws -> Bool) rethrows -> Bool {
        for _ in 0..<3000 {
            if try condition() { return true }
            usleep(10_000)
        }
        return false
    }

    @Test("a deleted range gives its space back by itself, and rows put there later stay")
    func deletedRange() throws {
        let store = try filledStore()
        var batch = WriteBatch()
        batch.deleteRange(.prefix([1]))
        batch.put([1, 5, 5], [42])
        try store.commit(batch, .sync)
        try store.put([1, 6, 6], [43])
        #expect(becomesTrue { store.statistics.diskBytes < 1 << 20 })
        #expect(try store.rows(in: .prefix([1])).map(\.value) == [[42], [43]])
        #expect(try store.rows(in: .prefix([2])).count == 12)
    }

    @Test("an abandoned range is dropped once no older snapshot is left")
    func abandonedRange() throws {
        let store = try filledStore()
        var snapshot: (any KeyValueSnapshot)? = try store.snapshot()
        var batch = WriteBatch()
        batch.deleteRange(.prefix([1]))
        try store.commit(batch, .sync)
        store.reclaimSpace(ofAbandoned: .prefix([1]))
        usleep(200_000)
        #expect(try snapshot?.rows(in: .prefix([1])).count == 3000)
        #expect(try store.rows(in: .prefix([1])).isEmpty)
        snapshot = nil
        #expect(becomesTrue { store.statistics.diskBytes < 1 << 20 })
        #expect(try store.rows().count == 12)
    }

    @Test("statistics tell rows, snapshots and sizes")
    func statistics() throws {
        let store = try filledStore()
        let snapshot = try store.snapshot()
        _ = try snapshot.rows()
        let statistics = store.statistics
        #expect(statistics.snapshotCount == 1)
        #expect((2000...4000).contains(statistics.approximateRowCount))
        #expect(statistics.blockCacheBytes > 1 << 20)
        #expect(!statistics.refusesWrites)
        withExtendedLifetime(snapshot) {}
    }

    @Test(
        "a memtable is of several blocks, each of whole pages, under any budget",
        arguments: [RocksDBOptions.minimumMemoryBudgetBytes, 10_000_001, 208 << 20, 1 << 40])
    func memtableBlocks(budgetBytes: Int) {
        var options = RocksDBOptions()
        options.memoryBudgetBytes = budgetBytes
        let blockBytes = options.memtableBlockBytes
        #expect(blockBytes % 4096 == 0)
        #expect(blockBytes * 4 <= budgetBytes / 8)
        #expect(blockBytes <= 4 << 20)
    }
}
