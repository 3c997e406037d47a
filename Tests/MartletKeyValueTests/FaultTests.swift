import MartletKeyValue
import Testing

@Suite("Fault injectors") struct FaultTests {
    private func put(_ key: UInt8, in store: any KeyValueStore, _ durability: Durability) throws {
        var batch = WriteBatch()
        batch.put([key], [key])
        try store.commit(batch, durability)
    }

    private func keys(of store: any KeyValueStore) throws -> [UInt8] {
        let cursor = try store.cursor(over: .all, .forward)
        var keys: [UInt8] = []
        while let row = try cursor.next() { keys.append(row.key[0]) }
        return keys
    }

    @Test("a crash loses unsynced commits from some commit on, and never a synced one")
    func crashKeepsAPrefix() throws {
        for kept in 0...3 {
            let store = CrashStore()
            try put(1, in: store, .async)
            try put(2, in: store, .sync)
            try put(3, in: store, .async)
            try put(4, in: store, .async)
            try put(5, in: store, .async)
            #expect(store.unsyncedCommitCount == 3)
            #expect(try keys(of: store) == [1, 2, 3, 4, 5])
            let opened = store.crash(keepingUnsynced: kept)
            #expect(try keys(of: opened) == Array([1, 2, 3, 4, 5].prefix(2 + kept)))
            #expect(opened.unsyncedCommitCount == 0)
            #expect(throws: StorageError.closed) { try put(6, in: store, .sync) }
            try put(7, in: opened, .async)
            try opened.sync()
            #expect(try keys(of: opened.crash()).last == 7)
        }
    }

    @Test("the call that was to fail fails, once, and changes nothing")
    func failsOnce() throws {
        let store = FaultyStore(MemoryStore())
        try put(1, in: store, .sync)
        store.add(.init(.commit, ordinal: 2, error: .full))
        try put(2, in: store, .sync)
        #expect(throws: StorageError.full) { try put(3, in: store, .sync) }
        try put(4, in: store, .sync)
        #expect(try keys(of: store) == [1, 2, 4])
        #expect(store.callCount(of: .commit) == 4)
    }

    @Test("a lasting fault stays until healed")
    func failsUntilHealed() throws {
        let store = FaultyStore(MemoryStore())
        store.add(.init(.commit, ordinal: 1, error: .readOnly("test"), isLasting: true))
        #expect(throws: StorageError.readOnly("test")) { try put(1, in: store, .sync) }
        #expect(throws: StorageError.readOnly("test")) { try store.sync() }
        store.heal()
        try put(2, in: store, .sync)
        #expect(try keys(of: store) == [2])
    }

    @Test("a commit may fail and have taken place")
    func failsAfterApplying() throws {
        let store = FaultyStore(MemoryStore())
        store.add(.init(.commit, ordinal: 1, error: .inputOutput("test"), appliesCommit: true))
        #expect(throws: StorageError.inputOutput("test")) { try put(1, in: store, .sync) }
        #expect(try keys(of: store) == [1])
    }

    @Test("reads and rows fail in turn, through snapshots and cursors as well")
    func readsFail() throws {
        let store = FaultyStore(MemoryStore())
        for key in UInt8(1)...5 { try put(key, in: store, .async) }
        store.add(
            .init(.row, ordinal: 3, error: .corruption(file: nil, offset: nil, detail: "test")))
        #expect(throws: StorageError.self) { try keys(of: store) }
        let snapshot = try store.snapshot()
        store.add(.init(.read, ordinal: 2, error: .inputOutput("test")))
        #expect(try snapshot.value(forKey: [1]) == [1])
        #expect(throws: StorageError.inputOutput("test")) { try snapshot.values(forKeys: [[1]]) }
        var seen = 0
        store.add(.init(.row, ordinal: 3, error: .full))
        let cursor = try snapshot.cursor(over: .all, .forward)
        #expect(throws: StorageError.full) {
            try cursor.forEachRow { _, _ in
                seen += 1
                return true
            }
        }
        #expect(seen == 2)
    }
}
