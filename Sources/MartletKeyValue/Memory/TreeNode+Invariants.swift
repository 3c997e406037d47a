// The tree's own checker.

extension TreeNode {
    /// Traps with a sentence where an invariant of TreeNode.swift does not hold.
    func checkInvariants() {
        _ = depth(isRoot: true, lower: nil, upper: nil)
    }

    var countedRows: Int { isLeaf ? keys.count : children.reduce(0) { $0 + $1.countedRows } }

    private func depth(isRoot: Bool, lower: [UInt8]?, upper: [UInt8]?) -> Int {
        precondition(isRoot || count > 0, "a node is empty")
        precondition(count <= Self.maximumCount, "a node is too large")
        for (key, next) in zip(keys, keys.dropFirst()) {
            precondition(key.precedes(next), "keys do not ascend")
        }
        if let lower, let first = keys.first {
            precondition(!first.precedes(lower), "a key is left of its node")
        }
        if let upper, let last = keys.last {
            precondition(last.precedes(upper), "a key is right of its node")
        }
        if isLeaf {
            precondition(keys.count == values.count, "keys and values differ in number")
            let sum = zip(keys, values).reduce(0) { $0 + $1.0.count + $1.1.count }
            precondition(byteCount == sum, "a leaf's byte count is wrong")
            return 1
        }
        precondition(values.isEmpty, "an inner node has values")
        precondition(keys.count == children.count - 1, "separators and children do not match")
        let sum = children.reduce(0) { $0 + $1.byteCount }
        precondition(byteCount == sum, "an inner node's byte count is wrong")
        let depths = children.indices.map { index in
            children[index].depth(
                isRoot: false, lower: index == 0 ? lower : keys[index - 1],
                upper: index == keys.count ? upper : keys[index])
        }
        precondition(Set(depths).count == 1, "leaves are not equally deep")
        return depths[0] + 1
    }
}
