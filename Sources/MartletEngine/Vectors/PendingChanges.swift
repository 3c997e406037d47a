// Changes of one vector index that are published and not yet in its graph, in the order of their
// sequence numbers.
//
// They lie in chunks that link to the next. A change is written once, before its count is, and
// never again, so whoever took a position and an end under the owner's lock may read what lies
// between without it, also after the changes were carried into the graph: a search holds on to the
// chunks that it began with, and thus sees every change since.
//
// Thread safety: `PendingChanges` belongs to its owner's lock; a `PendingSpan` may be read by
// anyone.

internal import MartletIndexes
internal import Synchronization

/// The row key of an item with its hash, so that it is computed once.
struct HashedKey: Hashable, Sendable {
    let bytes: [UInt8]
    let hash: UInt64

    init(_ bytes: [UInt8]) {
        self.bytes = bytes
        hash = bytes.withUnsafeBytes {
            ByteStringTable.hash(UnsafeRawBufferPointer(rebasing: $0[Self.prefixCount...]))
        }
    }

    /// Space and id of the table: the same for all items of an index.
    static let prefixCount = 5

    /// Lends what tells the item from others of its table; `hash` is of this.
    func withOwnPart<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        bytes.withUnsafeBytes { body(UnsafeRawBufferPointer(rebasing: $0[Self.prefixCount...])) }
    }

    func hash(into hasher: inout Hasher) { hasher.combine(hash) }

    static func == (left: HashedKey, right: HashedKey) -> Bool {
        left.hash == right.hash && left.bytes == right.bytes
    }
}

struct PendingChange: Sendable {
    enum Content: Sendable {
        case entry(VectorEntry)
        case removal
        /// From the journal: the item as it is now says what there is.
        case unread
    }

    let sequence: UInt64
    let key: HashedKey
    let content: Content

    /// About what it takes in memory.
    var byteCount: Int {
        guard case .entry(let entry) = content else { return key.bytes.count + 160 }
        return entry.vector.count * MemoryLayout<Float>.stride + key.bytes.count + 256
    }
}

final class PendingChunk: @unchecked Sendable {
    static let capacity = 64

    // Safe to share: see the file's header.
    fileprivate let changes = UnsafeMutablePointer<PendingChange>.allocate(capacity: capacity)
    /// The sequence of the change that replaced the one at this place; all bits set while it is the
    /// newest of its key.
    fileprivate let successors = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: capacity)
    /// Written under the owner's lock, read by those who took an end behind this chunk.
    fileprivate var next: PendingChunk?
    fileprivate var count = 0

    deinit {
        changes.deinitialize(count: count)
        changes.deallocate()
        successors.deallocate()
        // One by one: a long chain would end in a deep recursion.
        var chunk = next.take()
        while chunk != nil, isKnownUniquelyReferenced(&chunk) {
            let next = chunk!.next.take()
            chunk = next
        }
    }
}

/// A place in the row of changes.
struct PendingPosition: Sendable {
    fileprivate var chunk: PendingChunk
    fileprivate var offset: Int
}

/// The changes from one place to another, as they were when the end was taken.
struct PendingSpan: Sendable {
    fileprivate let start: PendingPosition
    fileprivate let end: PendingPosition
    /// Of the last change before the end.
    fileprivate let lastSequence: UInt64

    /// Gives each key's last change in the span to `body`, in order. A change that was carried
    /// before the key's next one was published comes, too.
    func forEachCurrent(_ body: (PendingChange) -> Void) {
        var position = start
        while true {
            let isLast = position.chunk === end.chunk
            let limit = isLast ? end.offset : PendingChunk.capacity
            while position.offset < limit {
                let (chunk, offset) = (position.chunk, position.offset)
                position.offset += 1
                if chunk.successors[offset].load(ordering: .relaxed) <= lastSequence { continue }
                body(chunk.changes[offset])
            }
            if isLast { return }
            position = PendingPosition(chunk: position.chunk.next!, offset: 0)
        }
    }
}

struct PendingChanges: Sendable {
    private(set) var start: PendingPosition
    private(set) var end: PendingPosition
    /// Where the newest change of a key is.
    private var newest: [HashedKey: PendingPosition] = [:]
    /// Of the last change that was appended, carried since or not.
    private(set) var lastSequence: UInt64
    private(set) var count = 0
    private(set) var byteCount = 0

    init(after sequence: UInt64) {
        start = PendingPosition(chunk: PendingChunk(), offset: 0)
        end = start
        lastSequence = sequence
    }

    /// Every change before it has been carried.
    var firstSequence: UInt64 {
        count == 0 ? lastSequence + 1 : start.chunk.changes[start.offset].sequence
    }

    /// - Precondition: sequences rise.
    mutating func append(_ change: PendingChange) {
        precondition(change.sequence > lastSequence)
        if end.offset == PendingChunk.capacity {
            let chunk = PendingChunk()
            end.chunk.next = chunk
            end = PendingPosition(chunk: chunk, offset: 0)
        }
        let place = end
        (place.chunk.changes + place.offset).initialize(to: change)
        (place.chunk.successors + place.offset).initialize(to: Atomic(.max))
        end.offset += 1
        end.chunk.count = end.offset
        // Otherwise it might stand behind the last place of a full chunk.
        if count == 0 { start = place }
        if let older = newest.updateValue(place, forKey: change.key) {
            older.chunk.successors[older.offset].store(change.sequence, ordering: .relaxed)
        }
        lastSequence = change.sequence
        count += 1
        byteCount += change.byteCount
    }

    /// Whether a change of the key waits.
    func holds(_ key: HashedKey) -> Bool { newest[key] != nil }

    func span(from start: PendingPosition) -> PendingSpan {
        PendingSpan(start: start, end: end, lastSequence: lastSequence)
    }

    /// Up to `limit` changes from the start, older ones of the same key included.
    func first(_ limit: Int) -> [PendingChange] {
        var changes: [PendingChange] = []
        changes.reserveCapacity(min(limit, count))
        var position = start
        while changes.count < min(limit, count) {
            position.stepIntoChunk()
            changes.append(position.chunk.changes[position.offset])
            position.offset += 1
        }
        return changes
    }

    /// Whether the key has a later change than this one.
    func isReplaced(_ change: PendingChange) -> Bool {
        isReplaced(change.key, since: change.sequence)
    }

    /// Whether the key has a change after this one.
    func isReplaced(_ key: HashedKey, since sequence: UInt64) -> Bool {
        guard let place = newest[key] else { return false }
        return place.chunk.changes[place.offset].sequence > sequence
    }

    /// Forgets the first `carried` changes: they are in the graph.
    mutating func removeFirst(_ carried: Int) {
        for _ in 0..<carried {
            start.stepIntoChunk()
            let change = start.chunk.changes[start.offset]
            if !isReplaced(change) { newest[change.key] = nil }
            start.offset += 1
            byteCount -= change.byteCount
        }
        count -= carried
        start.stepIntoChunk()
    }
}

extension PendingPosition {
    /// The end of a full chunk is the beginning of the next, if there is one.
    fileprivate mutating func stepIntoChunk() {
        if offset == PendingChunk.capacity, let next = chunk.next {
            self = PendingPosition(chunk: next, offset: 0)
        }
    }
}
