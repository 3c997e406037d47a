// A persistent B+tree: rows in leaves, shared between versions.
//
// Child i of an inner node holds the keys k with separators[i - 1] <= k < separators[i].
// Invariants: keys strictly ascend in each node; every leaf is equally deep; no node but the root
// is empty; a node has at most `maximumCount` rows or children; `byteCount` is the sum of the keys
// and values below.
//
// A node that only one parent refers to is changed in place; any other is copied first, so whoever
// holds a root sees a tree that never changes, and dropping the root frees what no other version
// shares. Nodes are unchecked Sendable for that reason: a node reachable from two threads has two
// references, and is only read.

final class TreeNode: @unchecked Sendable {
    static let maximumCount = 64
    static let minimumCount = 16

    /// A leaf's keys, or an inner node's separators: one less than its children.
    var keys: [[UInt8]]
    /// A leaf's values, beside its keys; empty in inner nodes.
    var values: [[UInt8]]
    /// Empty in leaves.
    var children: [TreeNode]
    var byteCount: Int

    init(keys: [[UInt8]], values: [[UInt8]], children: [TreeNode], byteCount: Int) {
        self.keys = keys
        self.values = values
        self.children = children
        self.byteCount = byteCount
    }

    static func empty() -> TreeNode { TreeNode(keys: [], values: [], children: [], byteCount: 0) }

    /// A tree of rows with ascending keys. Nodes have room for rows to come.
    static func ascending(_ keys: [[UInt8]], _ values: [[UInt8]]) -> TreeNode {
        precondition(keys.count == values.count, "a value for each key")
        let filledCount = maximumCount * 3 / 4
        var nodes: [TreeNode] = []
        /// The smallest key below each node.
        var firstKeys: [[UInt8]] = []
        for start in stride(from: 0, to: keys.count, by: filledCount) {
            let rows = start..<min(start + filledCount, keys.count)
            let leaf = TreeNode(
                keys: Array(keys[rows]), values: Array(values[rows]), children: [], byteCount: 0)
            leaf.recountBytes()
            nodes.append(leaf)
            firstKeys.append(keys[start])
        }
        while nodes.count > 1 {
            var parents: [TreeNode] = []
            var parentKeys: [[UInt8]] = []
            for start in stride(from: 0, to: nodes.count, by: filledCount) {
                let range = start..<min(start + filledCount, nodes.count)
                let parent = TreeNode(
                    keys: Array(firstKeys[range].dropFirst()), values: [],
                    children: Array(nodes[range]), byteCount: 0)
                parent.recountBytes()
                parents.append(parent)
                parentKeys.append(firstKeys[start])
            }
            (nodes, firstKeys) = (parents, parentKeys)
        }
        return nodes.first ?? .empty()
    }

    var isLeaf: Bool { children.isEmpty }
    /// Rows of a leaf, children of an inner node.
    var count: Int { isLeaf ? keys.count : children.count }

    func copy() -> TreeNode {
        TreeNode(keys: keys, values: values, children: children, byteCount: byteCount)
    }

    /// How many of this node's keys come before `key`.
    func countOfKeys(before key: [UInt8]) -> Int {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if compareKey(keys[middle], key) < 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// How many of this node's keys come before `key` or equal it: in an inner node, the index of
    /// the child that holds `key`.
    func countOfKeys(through key: [UInt8]) -> Int {
        var low = 0
        var high = keys.count
        while low < high {
            let middle = (low + high) / 2
            if compareKey(keys[middle], key) <= 0 { low = middle + 1 } else { high = middle }
        }
        return low
    }

    func recountBytes() {
        byteCount =
            isLeaf
            ? zip(keys, values).reduce(0) { $0 + $1.0.count + $1.1.count }
            : children.reduce(0) { $0 + $1.byteCount }
    }
}
