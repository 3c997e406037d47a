// The rows in memory, in a persistent B+tree (TreeNode.swift). For tests, simulation and
// `--in-memory`: nothing is written anywhere.
//
// Thread safety: a lock guards the root. Readers take a reference to it and read without the lock;
// a commit changes the tree under the lock, in place where no reader or snapshot holds it, so each
// sees one moment. Rows that no root reaches are freed at once.

internal import MartletThreads
import Synchronization

package final class MemoryStore: KeyValueStore {
    struct State: ~Copyable {
        /// Nil once closed.
        var root: TreeNode?
        var rowCount = 0
    }

    let state: Locked<State>
    /// Says what a nil root says, without the lock.
    private let isClosed = Atomic<Bool>(false)
    let snapshotCount = Atomic<Int>(0)

    package init() {
        state = Locked(State(root: .empty()))
    }

    /// A store that begins with these rows.
    ///
    /// - Parameters:
    ///   - keys: in ascending order, each once.
    ///   - values: as many.
    package init(ascending keys: [[UInt8]], _ values: [[UInt8]]) {
        state = Locked(State(root: .ascending(keys, values), rowCount: keys.count))
    }

    /// A store that begins with the rows of `snapshot`, sharing them. Costs nothing.
    package init(contentsOf snapshot: MemorySnapshot) {
        state = Locked(State(root: snapshot.root, rowCount: snapshot.rowCount))
    }

    package func snapshot() throws(StorageError) -> any KeyValueSnapshot {
        try memorySnapshot()
    }

    package func memorySnapshot() throws(StorageError) -> MemorySnapshot {
        let (root, rowCount) = state.withLock { ($0.root, $0.rowCount) }
        guard let root else { throw .closed }
        return MemorySnapshot(root: root, rowCount: rowCount, of: self)
    }

    package func commit(
        _ batch: borrowing WriteBatch, _ durability: Durability
    ) throws(StorageError) {
        let isOpen = state.withLock { state in
            // Taken out of the state while it changes, or the state's own reference would make
            // every commit copy the path.
            guard var root = state.root.take() else { return false }
            var rowCount = state.rowCount
            batch.forEachChange { change in
                switch change {
                case .put(let key, let value):
                    if TreeNode.put(Array(key), Array(value), into: &root) { rowCount += 1 }
                case .delete(let key):
                    if TreeNode.delete(Array(key), from: &root) { rowCount -= 1 }
                case .deleteRange(let lower, let upper):
                    rowCount -= TreeNode.deleteRange(
                        Array(lower), upper.map { Array($0) }, from: &root)
                }
            }
            state.root = root
            state.rowCount = rowCount
            return true
        }
        if !isOpen { throw .closed }
    }

    package func approximateSizeBytes(of range: KeyRange) throws(StorageError) -> UInt64 {
        if range.isEmpty { return 0 }
        let root = try root()
        let end = range.upper.map(root.byteCount(before:)) ?? root.byteCount
        return UInt64(end - root.byteCount(before: range.lower))
    }

    package func sync() throws(StorageError) {
        try checkOpen()
    }

    package func close() throws(StorageError) {
        isClosed.store(true, ordering: .relaxed)
        // The rows are freed after the lock is let go: there may be many.
        let root = state.withLock { $0.root.take() }
        _ = consume root
    }

    package var statistics: StoreStatistics {
        var statistics = StoreStatistics()
        state.withLock { state in
            guard let root = state.root else { return }
            statistics.memtableBytes = UInt64(root.byteCount)
            statistics.approximateRowCount = UInt64(state.rowCount)
            statistics.snapshotCount = UInt64(snapshotCount.load(ordering: .relaxed))
        }
        return statistics
    }

    func checkOpen() throws(StorageError) {
        if isClosed.load(ordering: .relaxed) { throw .closed }
    }

    func root() throws(StorageError) -> TreeNode {
        guard let root = state.withLock({ $0.root }) else { throw .closed }
        return root
    }
}

extension MemoryStore {
    package func value(forKey key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try root().value(forKey: key)
    }

    package func withValue(
        forKey key: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        try root().withValue(forKey: key, body)
    }

    package func values(forKeys keys: [[UInt8]]) throws(StorageError) -> [[UInt8]?] {
        let root = try root()
        return keys.map(root.value(forKey:))
    }

    package func cursor(
        over range: KeyRange, _ direction: ScanDirection
    ) throws(StorageError) -> any KeyValueCursor {
        MemoryCursor(root: try root(), range: range, direction: direction, store: self)
    }
}

extension TreeNode {
    func withValue(
        forKey key: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        guard let value = value(forKey: key) else { return false }
        try body(value.span.bytes)
        return true
    }
}
