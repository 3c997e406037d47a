// Keys are byte strings, ordered as unsigned bytes, a prefix before what it begins. The empty key
// is a key like others, and the smallest.

/// The keys from `lower` up to, and without, `upper`.
package struct KeyRange: Sendable, Hashable {
    /// The smallest key inside.
    package var lower: [UInt8]
    /// The first key outside; nil when the range has no upper bound.
    package var upper: [UInt8]?

    package init(lower: [UInt8], upper: [UInt8]?) {
        self.lower = lower
        self.upper = upper
    }

    /// Every key.
    package static let all = KeyRange(lower: [], upper: nil)

    /// The keys that begin with `prefix`, itself included.
    package static func prefix(_ prefix: [UInt8]) -> KeyRange {
        KeyRange(lower: prefix, upper: prefix.successorOfPrefix)
    }

    /// Whether no key can be inside.
    package var isEmpty: Bool {
        guard let upper else { return false }
        return !lower.precedes(upper)
    }

    package func contains(_ key: [UInt8]) -> Bool {
        if key.precedes(lower) { return false }
        guard let upper else { return true }
        return key.precedes(upper)
    }
}

extension [UInt8] {
    /// The smallest key that is larger than all keys with this prefix; nil when there is none,
    /// because every byte is 0xFF.
    package var successorOfPrefix: [UInt8]? {
        var key = self
        while let last = key.popLast() {
            if last < 0xFF {
                key.append(last + 1)
                return key
            }
        }
        return nil
    }

    /// Whether this key comes before `other` in key order.
    package func precedes(_ other: [UInt8]) -> Bool { compareKey(self, other) < 0 }
}
