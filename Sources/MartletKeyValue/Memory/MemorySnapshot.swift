// One version of a memory store's tree: holding its root is all it takes.

import Synchronization

package final class MemorySnapshot: KeyValueSnapshot {
    let root: TreeNode
    let rowCount: Int
    private let store: MemoryStore

    init(root: TreeNode, rowCount: Int, of store: MemoryStore) {
        self.root = root
        self.rowCount = rowCount
        self.store = store
        store.snapshotCount.add(1, ordering: .relaxed)
    }

    deinit { store.snapshotCount.subtract(1, ordering: .relaxed) }

    package func value(forKey key: [UInt8]) throws(StorageError) -> [UInt8]? {
        try store.checkOpen()
        return root.value(forKey: key)
    }

    package func withValue(
        forKey key: [UInt8], _ body: (RawSpan) throws(StorageError) -> Void
    ) throws(StorageError) -> Bool {
        try store.checkOpen()
        return try root.withValue(forKey: key, body)
    }

    package func values(forKeys keys: [[UInt8]]) throws(StorageError) -> [[UInt8]?] {
        try store.checkOpen()
        return keys.map(root.value(forKey:))
    }

    package func cursor(
        over range: KeyRange, _ direction: ScanDirection
    ) throws(StorageError) -> any KeyValueCursor {
        try store.checkOpen()
        return MemoryCursor(root: root, range: range, direction: direction, store: store)
    }
}
