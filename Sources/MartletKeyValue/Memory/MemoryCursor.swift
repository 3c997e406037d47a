// A walk over one version of the tree, leaf by leaf. The next leaf is found from the root by the
// key that bounds the last one, so no path has to be kept: O(log rows) for each leaf.

final class MemoryCursor: KeyValueCursor {
    private let root: TreeNode
    private let range: KeyRange
    private let direction: ScanDirection
    private let store: MemoryStore

    private var leaf: TreeNode
    /// Rows of `leaf` still to be given: forward from `first`, in reverse from `end - 1`.
    private var first = 0
    private var end = 0
    /// Where the neighbouring leaf begins (forward) or ends (reverse); nil at the tree's end.
    private var fence: [UInt8]?

    init(root: TreeNode, range: KeyRange, direction: ScanDirection, store: MemoryStore) {
        self.root = root
        self.range = range
        self.direction = direction
        self.store = store
        leaf = root
        if range.isEmpty { return }
        switch direction {
        case .forward: enterLeaf(atOrAfter: range.lower)
        case .reverse: enterLeaf(before: range.upper)
        }
    }

    func next() throws(StorageError) -> (key: [UInt8], value: [UInt8])? {
        try store.checkOpen()
        return nextIndex().map { (leaf.keys[$0], leaf.values[$0]) }
    }

    func forEachRow(
        _ body: (_ key: RawSpan, _ value: RawSpan) throws(StorageError) -> Bool
    ) throws(StorageError) -> Bool {
        try store.checkOpen()
        while let index = nextIndex() {
            let key = leaf.keys[index]
            let value = leaf.values[index]
            guard try body(key.span.bytes, value.span.bytes) else { return false }
        }
        return true
    }

    func seek(to key: [UInt8]) {
        if range.isEmpty { return }
        switch direction {
        case .forward:
            enterLeaf(atOrAfter: key.precedes(range.lower) ? range.lower : key)
        case .reverse:
            // The smallest key after `key` is `key` and a zero byte.
            let bound = key + [0]
            guard let upper = range.upper, upper.precedes(bound) else {
                return enterLeaf(before: bound)
            }
            enterLeaf(before: upper)
        }
    }

    /// The index in `leaf` of the next row, entering the neighbouring leaf if need be.
    private func nextIndex() -> Int? {
        while first >= end {
            guard let fence else { return nil }
            switch direction {
            case .forward:
                if let upper = range.upper, !fence.precedes(upper) { return nil }
                enterLeaf(atOrAfter: fence)
            case .reverse:
                if !range.lower.precedes(fence) { return nil }
                enterLeaf(before: fence)
            }
        }
        switch direction {
        case .forward:
            defer { first += 1 }
            return first
        case .reverse:
            end -= 1
            return end
        }
    }

    private func enterLeaf(atOrAfter key: [UInt8]) {
        (leaf, first, fence) = root.position(atOrAfter: key)
        end = range.upper.map(leaf.countOfKeys(before:)) ?? leaf.keys.count
    }

    private func enterLeaf(before key: [UInt8]?) {
        (leaf, end, fence) = root.position(before: key)
        first = leaf.countOfKeys(before: range.lower)
    }
}
