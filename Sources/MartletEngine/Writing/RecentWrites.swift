// Which items the last groups wrote. A write reads its old item while it is prepared, on the
// caller's thread, so that the order of writes need not wait for the store; this tells whether what
// it saw is still so.
//
// Used only under the committer's lock on the open group. Bounded: of older groups nothing is
// known, which means "maybe".

internal import MartletEncoding
internal import MartletIndexes

/// An item as it was seen before its write queued.
struct SeenItem: Sendable {
    let record: ItemRecord?
    /// What the table's vector indexes had of it; reading vectors takes time, too.
    let vectorViews: [VectorView]
    /// The last group that was committed when the item was read: all that it and earlier ones
    /// wrote has been seen, of later ones maybe something.
    let group: Int

    init(_ record: ItemRecord?, of table: Table, group: Int) {
        self.record = record
        vectorViews = record.map { table.definition.vectorViews(of: $0) } ?? []
        self.group = group
    }
}

final class RecentWrites {
    private static let capacity = 8192

    /// Two generations, so that the older half is forgotten at once.
    private var newer: [RowKey: Int] = [:]
    private var older: [RowKey: Int] = [:]
    private var newerStart = 0
    private var olderStart = 0

    /// Notes that a group writes an item.
    func note(_ key: RowKey, group: Int) {
        if newer.count >= Self.capacity {
            older = newer
            olderStart = newerStart
            newer.removeAll(keepingCapacity: true)
            newerStart = group - 1
        }
        newer[key] = group
    }

    /// Whether a group after `group` wrote the item, or may have.
    func mayHaveWritten(_ key: RowKey, after group: Int) -> Bool {
        if group < olderStart { return true }
        if let last = newer[key] ?? older[key] { return last > group }
        return false
    }
}

/// A key that is hashed as a whole: arrays hash their elements one by one.
struct RowKey: Hashable {
    let bytes: [UInt8]

    init(_ bytes: [UInt8]) { self.bytes = bytes }

    func hash(into hasher: inout Hasher) {
        bytes.withUnsafeBytes { hasher.combine(bytes: $0) }
    }
}
