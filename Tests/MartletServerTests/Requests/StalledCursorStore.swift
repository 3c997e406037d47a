// A store in memory whose cursors wait at a gate once they have given so many rows that a read is
// long by any measure; short reads, points and commits pass freely.

import Glibc
import MartletKeyValue
import Synchronization

final class StalledCursorStore: LayeredStore {
    static let freeRows = 200

    private struct Gate {
        var isShut = false
        var waitingCount = 0
    }

    let base: any KeyValueStore = MemoryStore()
    private let gate = Mutex(Gate())

    func shut() { gate.withLock { $0.isShut = true } }

    func open() { gate.withLock { $0.isShut = false } }

    /// Returns when `count` cursors wait.
    func waitForReaders(_ count: Int = 1) {
        while gate.withLock({ $0.waitingCount }) < count { usleep(1000) }
    }

    fileprivate func pass() {
        gate.withLock { $0.waitingCount += 1 }
        while gate.withLock({ $0.isShut }) { usleep(1000) }
        gate.withLock { $0.waitingCount -= 1 }
    }

    func cursor(
        over range: KeyRange, _ direction: ScanDirection
    ) throws(StorageError) -> any KeyValueCursor {
        StalledCursor(try base.cursor(over: range, direction), self)
    }
}

private final class StalledCursor: KeyValueCursor {
    private let base: any KeyValueCursor
    private let store: StalledCursorStore
    private var rowCount = 0

    init(_ base: any KeyValueCursor, _ store: StalledCursorStore) {
        self.base = base
        self.store = store
    }

    func next() throws(StorageError) -> (key: [UInt8], value: [UInt8])? {
        rowCount += 1
        if rowCount > StalledCursorStore.freeRows { store.pass() }
        return try base.next()
    }

    func seek(to key: [UInt8]) { base.seek(to: key) }

    func forEachRow(
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StorageError) -> Bool
    ) throws(StorageError) -> Bool {
        try base.forEachRow(body)
    }
}
