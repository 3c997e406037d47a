// Changing a tree, by way of its root. Each function first makes the node it changes unshared.

extension TreeNode {
    /// Puts one row.
    ///
    /// - Returns: whether the key is new.
    static func put(_ key: [UInt8], _ value: [UInt8], into root: inout TreeNode) -> Bool {
        let isNew = insert(key, value, into: &root)
        if root.count > maximumCount {
            let byteCount = root.byteCount
            let (separator, right) = root.split()
            root = TreeNode(
                keys: [separator], values: [], children: [root, right], byteCount: byteCount)
        }
        return isNew
    }

    /// Deletes one row, if it is there.
    static func delete(_ key: [UInt8], from root: inout TreeNode) -> Bool {
        // Looking first keeps a miss from copying a shared path.
        guard root.value(forKey: key) != nil else { return false }
        remove(key, from: &root)
        collapse(&root)
        return true
    }

    /// Deletes the rows from `lower` up to, and without, `upper`.
    ///
    /// - Returns: how many there were.
    /// - Complexity: O(log rows) copies; whole subtrees are dropped, but their rows are counted.
    static func deleteRange(
        _ lower: [UInt8], _ upper: [UInt8]?, from root: inout TreeNode
    ) -> Int {
        let deleted = removeRange(lower, upper, from: &root)
        collapse(&root)
        return deleted
    }

    private static func makeUnshared(_ node: inout TreeNode) {
        if !isKnownUniquelyReferenced(&node) { node = node.copy() }
    }

    private static func insert(
        _ key: [UInt8], _ value: [UInt8], into node: inout TreeNode
    ) -> Bool {
        makeUnshared(&node)
        if node.isLeaf {
            let index = node.countOfKeys(before: key)
            if index < node.keys.count, node.keys[index] == key {
                node.byteCount += value.count - node.values[index].count
                node.values[index] = value
                return false
            }
            node.keys.insert(key, at: index)
            node.values.insert(value, at: index)
            node.byteCount += key.count + value.count
            return true
        }
        let index = node.countOfKeys(through: key)
        let before = node.children[index].byteCount
        let isNew = insert(key, value, into: &node.children[index])
        node.byteCount += node.children[index].byteCount - before
        if node.children[index].count > maximumCount {
            let (separator, right) = node.children[index].split()
            node.keys.insert(separator, at: index)
            node.children.insert(right, at: index + 1)
        }
        return isNew
    }

    /// Moves the upper half of an overfull, unshared node into a new one on its right.
    private func split() -> (separator: [UInt8], right: TreeNode) {
        let middle = count / 2
        let right: TreeNode
        let separator: [UInt8]
        if isLeaf {
            right = TreeNode(
                keys: Array(keys[middle...]), values: Array(values[middle...]), children: [],
                byteCount: 0)
            separator = right.keys[0]
            keys.removeSubrange(middle...)
            values.removeSubrange(middle...)
        } else {
            right = TreeNode(
                keys: Array(keys[middle...]), values: [], children: Array(children[middle...]),
                byteCount: 0)
            separator = keys[middle - 1]
            keys.removeSubrange((middle - 1)...)
            children.removeSubrange(middle...)
        }
        right.recountBytes()
        byteCount -= right.byteCount
        return (separator, right)
    }

    private static func remove(_ key: [UInt8], from node: inout TreeNode) {
        makeUnshared(&node)
        if node.isLeaf {
            let index = node.countOfKeys(before: key)
            node.byteCount -= key.count + node.values[index].count
            node.keys.remove(at: index)
            node.values.remove(at: index)
            return
        }
        let index = node.countOfKeys(through: key)
        let before = node.children[index].byteCount
        remove(key, from: &node.children[index])
        node.byteCount -= before - node.children[index].byteCount
        node.mend(childAt: index)
    }

    private static func removeRange(
        _ lower: [UInt8], _ upper: [UInt8]?, from node: inout TreeNode
    ) -> Int {
        makeUnshared(&node)
        let deleted: Int
        if node.isLeaf {
            let first = node.countOfKeys(before: lower)
            let end = upper.map(node.countOfKeys(before:)) ?? node.keys.count
            if first >= end { return 0 }
            deleted = end - first
            node.keys.removeSubrange(first..<end)
            node.values.removeSubrange(first..<end)
        } else {
            let first = node.countOfKeys(through: lower)
            let last = upper.map(node.countOfKeys(before:)) ?? node.children.count - 1
            if first > last { return 0 }
            var count = removeRange(lower, upper, from: &node.children[first])
            if first < last {
                count += removeRange(lower, upper, from: &node.children[last])
                for child in node.children[(first + 1)..<last] { count += child.rowCount }
                // The first child's upper separator goes with the children between.
                node.children.removeSubrange((first + 1)..<last)
                node.keys.removeSubrange(first..<(last - 1))
                // Before either is joined with a neighbour: only a vacant child can have lost its
                // depth, and a join is of equals.
                node.dropVacantChild(at: first + 1)
            }
            node.dropVacantChild(at: first)
            deleted = count
            for index in [first + 1, first] where index < node.children.count {
                node.joinSmallChild(at: index)
            }
        }
        node.recountBytes()
        return deleted
    }

    private var rowCount: Int {
        isLeaf ? keys.count : children.reduce(0) { $0 + $1.rowCount }
    }

    /// Whether a child holds nothing: a leaf without rows. An inner child that lost all its
    /// children has become one.
    private var isVacant: Bool { isLeaf && keys.isEmpty }

    /// Puts child `index`, which has lost rows, in order. This node is unshared.
    private func mend(childAt index: Int) {
        if children[index].isVacant {
            dropVacantChild(at: index)
        } else {
            joinSmallChild(at: index)
        }
    }

    private func dropVacantChild(at index: Int) {
        guard children[index].isVacant else { return }
        children.remove(at: index)
        // Its neighbour takes over its part of the keys.
        if !keys.isEmpty { keys.remove(at: min(index, keys.count - 1)) }
    }

    private func joinSmallChild(at index: Int) {
        guard children[index].count < Self.minimumCount, children.count > 1 else { return }
        join(childAt: min(index, children.count - 2))
    }

    /// Makes one child of `index` and its right neighbour, or two of equal size when one would be
    /// too large.
    private func join(childAt index: Int) {
        let left = children[index].copy()
        let right = children[index + 1]
        if left.isLeaf {
            left.values += right.values
        } else {
            left.keys.append(keys[index])
            left.children += right.children
        }
        left.keys += right.keys
        left.byteCount += right.byteCount
        children[index] = left
        if left.count > Self.maximumCount {
            let (separator, rest) = left.split()
            keys[index] = separator
            children[index + 1] = rest
        } else {
            keys.remove(at: index)
            children.remove(at: index + 1)
        }
    }

    /// Takes away levels that no longer branch.
    private static func collapse(_ root: inout TreeNode) {
        while !root.isLeaf, root.children.count == 1 { root = root.children[0] }
    }
}
