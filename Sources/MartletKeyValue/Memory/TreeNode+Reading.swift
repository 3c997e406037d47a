// Looking up rows. Nothing here changes a node.

extension TreeNode {
    /// - Complexity: O(log rows). Allocates nothing.
    func value(forKey key: [UInt8]) -> [UInt8]? {
        var node = self
        while !node.isLeaf { node = node.children[node.countOfKeys(through: key)] }
        let index = node.countOfKeys(before: key)
        guard index < node.keys.count, node.keys[index] == key else { return nil }
        return node.values[index]
    }

    /// The leaf that would hold `key`, the index there of the first row not before it, and the
    /// smallest key of the leaves to the right: nil for the last leaf.
    func position(atOrAfter key: [UInt8]) -> (leaf: TreeNode, index: Int, fence: [UInt8]?) {
        var node = self
        var fence: [UInt8]?
        while !node.isLeaf {
            let index = node.countOfKeys(through: key)
            if index < node.keys.count { fence = node.keys[index] }
            node = node.children[index]
        }
        return (node, node.countOfKeys(before: key), fence)
    }

    /// The last leaf that can hold keys before `key` (any key, for nil), how many of its rows are,
    /// and a key that all leaves to the left come before: nil for the first leaf.
    func position(before key: [UInt8]?) -> (leaf: TreeNode, count: Int, fence: [UInt8]?) {
        var node = self
        var fence: [UInt8]?
        while !node.isLeaf {
            let index = key.map(node.countOfKeys(before:)) ?? node.keys.count
            if index > 0 { fence = node.keys[index - 1] }
            node = node.children[index]
        }
        return (node, key.map(node.countOfKeys(before:)) ?? node.keys.count, fence)
    }

    /// The bytes of the rows before `key`.
    ///
    /// - Complexity: O(log rows).
    func byteCount(before key: [UInt8]) -> Int {
        var node = self
        var total = 0
        while !node.isLeaf {
            let index = node.countOfKeys(through: key)
            for child in node.children[..<index] { total += child.byteCount }
            node = node.children[index]
        }
        for index in 0..<node.countOfKeys(before: key) {
            total += node.keys[index].count + node.values[index].count
        }
        return total
    }
}
