import MartletKeyValue
import MartletRocksDBStore
import Synchronization
import Testing

/// Set once, by one thread, and seen by others.
private final class Flag: Sendable {
    private let value = Atomic<Bool>(false)

    var isSet: Bool { value.load(ordering: .acquiring) }
    func set() { value.store(true, ordering: .releasing) }
}

@Suite("Threads") struct ConcurrencyTests {
    @Test(
        "readers beside a writer see whole batches, and never an older state after a newer one",
        arguments: StoreKind.allCases)
    func readersSeeWholeBatches(kind: StoreKind) async throws {
        let test = try TestStore(kind)
        let store = test.store
        let batchCount = 400
        let keyCount = 20
        let isDone = Flag()

        @Sendable func checkOneMoment(_ readable: any KeyValueReadable, from least: UInt16) throws
            -> UInt16
        {
            let rows = try readable.rows()
            let values = Set(rows.map(\.value))
            #expect(rows.isEmpty || rows.count == keyCount)
            #expect(values.count <= 1)
            let number = values.first.map { UInt16($0[0]) << 8 | UInt16($0[1]) } ?? 0
            #expect(number >= least)
            return number
        }

        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { isDone.set() }
                for number in 1...batchCount {
                    var batch = WriteBatch()
                    let head = [UInt8(number >> 8), UInt8(number & 0xFF)]
                    let value = head + [UInt8](repeating: 0, count: 700)
                    if number % 7 == 0 { batch.deleteRange(.all) }
                    for key in 0..<keyCount { batch.put([UInt8(key)], value) }
                    try store.commit(batch, .async)
                    // A commit is seen by the reads after it.
                    #expect(try store.value(forKey: [3]) == value)
                }
            }
            for _ in 0..<3 {
                group.addTask {
                    var seen: UInt16 = 0
                    repeat {
                        seen = try checkOneMoment(store, from: seen)
                        seen = try checkOneMoment(store.snapshot(), from: seen)
                        let many = try store.values(forKeys: (0..<keyCount).map { [UInt8($0)] })
                        #expect(Set(many).count == 1)
                        await Task.yield()
                    } while !isDone.isSet
                }
            }
            try await group.waitForAll()
        }
    }

    @Test(
        "a store may be closed while others read: they get rows, or `closed`",
        arguments: StoreKind.allCases)
    func closeBesideReaders(kind: StoreKind) async throws {
        for _ in 0..<5 {
            let test = try TestStore(kind)
            let store = test.store
            for key in UInt8(0)..<100 { try store.put([key], [key]) }
            await withTaskGroup(of: Void.self) { group in
                for _ in 0..<3 {
                    group.addTask {
                        do throws(StorageError) {
                            while true {
                                // The closing task needs a thread, too.
                                await Task.yield()
                                let snapshot = try store.snapshot()
                                let cursor = try snapshot.cursor(over: .all, .forward)
                                for key in UInt8(0)..<100 {
                                    let row = try cursor.next()
                                    #expect(row?.key == [key])
                                    let value = try store.value(forKey: [key])
                                    #expect(value == [key])
                                }
                            }
                        } catch {
                            #expect(error == .closed)
                        }
                    }
                }
                group.addTask {
                    await Task.yield()
                    try? store.close()
                }
            }
        }
    }
}
