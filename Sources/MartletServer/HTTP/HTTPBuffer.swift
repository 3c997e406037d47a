// A growable byte buffer that outlives requests, and the budget that all of a server's bodies
// share. Buffers grow by doubling as bytes arrive, never by what a client announces, so that a lie
// about a length costs the liar bandwidth and us nothing.

internal import Glibc
internal import Synchronization

/// Bytes that bodies may take together. Thread safe.
final class HTTPBodyBudget: Sendable {
    let limitBytes: Int
    private let usedBytes = Atomic<Int>(0)

    init(limitBytes: Int) {
        self.limitBytes = limitBytes
    }

    var used: Int { usedBytes.load(ordering: .relaxed) }

    func wouldExceed(_ bytes: Int) -> Bool { used + bytes > limitBytes }

    func take(_ bytes: Int) -> Bool {
        let (_, used) = usedBytes.add(bytes, ordering: .relaxed)
        if used <= limitBytes { return true }
        usedBytes.subtract(bytes, ordering: .relaxed)
        return false
    }

    func giveBack(_ bytes: Int) {
        usedBytes.subtract(bytes, ordering: .relaxed)
    }
}

struct HTTPBuffer: ~Copyable {
    enum Growth { case appended, overLimit, overBudget }

    private var start: UnsafeMutableRawPointer?
    private(set) var capacity = 0
    private(set) var count = 0
    private let budget: HTTPBodyBudget?

    init(budget: HTTPBodyBudget? = nil) {
        self.budget = budget
    }

    deinit {
        free(start)
        budget?.giveBack(capacity)
    }

    var bytes: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: start, count: count) }

    /// Empties the buffer, and frees its memory if that is more than `keepingBytes`.
    mutating func removeAll(keepingBytes: Int) {
        count = 0
        guard capacity > keepingBytes else { return }
        free(start)
        budget?.giveBack(capacity)
        start = nil
        capacity = 0
    }

    mutating func append(_ piece: UnsafeRawBufferPointer, limit: Int) -> Growth {
        guard piece.count <= limit - count else { return .overLimit }
        guard grow(to: count + piece.count, limit: limit) else { return .overBudget }
        guard let source = piece.baseAddress else { return .appended }
        start!.advanced(by: count).copyMemory(from: source, byteCount: piece.count)
        count += piece.count
        return .appended
    }

    /// Room for `needed` bytes in all; false when the budget does not allow it.
    mutating func grow(to needed: Int, limit: Int) -> Bool {
        guard needed > capacity else { return true }
        let wanted = max(needed, min(capacity * 2, limit), 1024)
        guard budget?.take(wanted - capacity) ?? true else { return false }
        // The kernel moves the pages of a large block instead of copying them.
        guard let larger = realloc(start, wanted) else {
            budget?.giveBack(wanted - capacity)
            return false
        }
        start = larger
        capacity = wanted
        return true
    }

    /// Lets `write` fill what lies behind the present bytes; it returns how many it wrote.
    mutating func fill(_ write: (UnsafeMutableRawBufferPointer) -> Int?) -> Bool {
        let room = UnsafeMutableRawBufferPointer(
            start: start?.advanced(by: count), count: capacity - count)
        guard let written = write(room) else { return false }
        precondition(written <= room.count)
        count += written
        return true
    }
}
