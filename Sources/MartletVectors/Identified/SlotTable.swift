// Which slot an id has: a hash table of a power of two of buckets, searched from the bucket that
// the id's hash names onward, around the end. At most three quarters are in use. Removal closes the
// gap it leaves, so there are no marks of what was. Not synchronized.

/// A map from ids to slots. The id -1 stands for none and is never in it.
struct SlotTable: ~Copyable {
    static let noID: Int64 = -1

    private struct Bucket {
        var id: Int64
        var slot: Slot
    }

    private var buckets: UnsafeMutablePointer<Bucket>
    private var bits: Int
    private(set) var count = 0

    /// - Parameter capacity: so many ids need no memory later.
    init(capacity: Int = 0) {
        bits = 4
        while (1 << bits) * 3 / 4 < capacity { bits += 1 }
        buckets = Self.empty(1 << bits)
    }

    deinit { buckets.deallocate() }

    var byteCount: Int { MemoryLayout<Bucket>.stride << bits }

    subscript(id: Int64) -> Slot? {
        @inline(__always) get {
            let bucket = buckets[find(id)]
            return bucket.id == id && id != Self.noID ? bucket.slot : nil
        }
    }

    /// - Returns: the slot that the id had.
    mutating func set(_ id: Int64, to slot: Slot) -> Slot? {
        precondition(id != Self.noID)
        let at = find(id)
        if buckets[at].id == id {
            let old = buckets[at].slot
            buckets[at].slot = slot
            return old
        }
        buckets[at] = Bucket(id: id, slot: slot)
        count += 1
        if count > (1 << bits) * 3 / 4 { grow() }
        return nil
    }

    /// - Returns: the slot that the id had.
    mutating func remove(_ id: Int64) -> Slot? {
        guard id != Self.noID else { return nil }
        var gap = find(id)
        guard buckets[gap].id == id else { return nil }
        let slot = buckets[gap].slot
        let mask = 1 << bits - 1
        var next = gap
        while true {
            next = (next + 1) & mask
            let bucket = buckets[next]
            if bucket.id == Self.noID { break }
            // It may move back to the gap unless its own place lies after that.
            if (next - home(bucket.id)) & mask >= (next - gap) & mask {
                buckets[gap] = bucket
                gap = next
            }
        }
        buckets[gap].id = Self.noID
        count -= 1
        return slot
    }

    /// Calls `body` with every id, in no particular order.
    func forEach(_ body: (Int64) -> Void) {
        for i in 0..<1 << bits where buckets[i].id != Self.noID { body(buckets[i].id) }
    }

    /// The bucket of the id, or the free one where it would be.
    @inline(__always)
    private func find(_ id: Int64) -> Int {
        let mask = 1 << bits - 1
        var at = home(id)
        while buckets[at].id != id, buckets[at].id != Self.noID { at = (at + 1) & mask }
        return at
    }

    @inline(__always)
    private func home(_ id: Int64) -> Int {
        // The upper bits of the product depend on all bits of an id once its halves are folded.
        let folded = UInt64(bitPattern: id ^ id >> 32)
        return Int(truncatingIfNeeded: (folded &* 0x9E37_79B9_7F4A_7C15) >> UInt64(64 - bits))
    }

    private mutating func grow() {
        let old = buckets
        let oldCount = 1 << bits
        bits += 1
        buckets = Self.empty(1 << bits)
        for i in 0..<oldCount where old[i].id != Self.noID { buckets[find(old[i].id)] = old[i] }
        old.deallocate()
    }

    private static func empty(_ count: Int) -> UnsafeMutablePointer<Bucket> {
        let made = UnsafeMutablePointer<Bucket>.allocate(capacity: count)
        made.initialize(repeating: Bucket(id: noID, slot: 0), count: count)
        return made
    }
}
