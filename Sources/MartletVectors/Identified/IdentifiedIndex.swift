// An index whose vectors have ids of the caller's choosing.
//
// The graph keeps an id as its slot's label; a table leads from ids to slots. A new vector is in
// the graph before the table names it, and the vector that it replaces is removed right after: so a
// search meanwhile finds the old one or the new one. If it finds both, it keeps the nearer.

internal import Synchronization

/// An index of vectors by id: any number but -1, which stands for none. One id has one vector.
///
/// Any number of threads may search, add and remove at once. Room of removed and replaced vectors
/// is won back now and then, by the addition or removal that makes it worth while.
public final class IdentifiedIndex: @unchecked Sendable {
    public static let noID = SlotTable.noID

    public var parameters: VectorParameters { index.parameters }

    let index: HNSWIndex
    /// Shared by what changes the index; writing it to a file holds them off.
    let changes = WriterGate()
    /// For the two below.
    private let tableGate = WriterGate()
    private var table: SlotTable
    private var largestID: Int64
    /// Additions that began and that ended: a search between tells from them whether it may have
    /// met both vectors of an id.
    private let begun = Atomic<Int>(0)
    private let ended = Atomic<Int>(0)

    public convenience init(_ parameters: VectorParameters) throws(VectorError) {
        try self.init(parameters, capacity: nil)
    }

    convenience init(_ parameters: VectorParameters, capacity: Int?) throws(VectorError) {
        self.init(
            try HNSWIndex(parameters, capacity: capacity), SlotTable(), largestID: Self.noID)
    }

    init(_ index: HNSWIndex, _ table: consuming SlotTable, largestID: Int64) {
        self.index = index
        self.table = table
        self.largestID = largestID
    }

    // MARK: What it holds

    public var count: Int { withTable { table, _ in table.count } }

    public func contains(_ id: Int64) -> Bool { withTable { table, _ in table[id] != nil } }

    /// All ids, ascending.
    public var ids: [Int64] {
        withTable { table, _ in
            var all: [Int64] = []
            all.reserveCapacity(table.count)
            table.forEach { all.append($0) }
            return all.sorted()
        }
    }

    /// The vector of an id, as the graph keeps it; nil when there is none.
    public func vector(of id: Int64) throws(VectorError) -> [Float]? {
        try index.withReadPin { () throws(VectorError) -> [Float]? in
            guard let slot = withTable({ table, _ in table[id] }) else { return nil }
            return try index.vector(at: slot)
        }
    }

    /// Bytes in memory: vectors, codes, links, ids.
    public var memory: Int { index.statistics.inMemory + withTable { table, _ in table.byteCount } }

    /// What is wrong with the index, a sentence each; nothing when it is sound.
    public func checkInvariants() -> [String] {
        var found = index.checkInvariants()
        changes.withExclusive {
            withTable { table, largestID in
                if table.count != index.count {
                    found.append("\(table.count) ids, but \(index.count) vectors")
                }
                table.forEach { id in
                    guard let slot = table[id], index.isLive(slot),
                        index.label(at: slot) == label(id)
                    else {
                        found.append("id \(id) leads to a slot that is not its own")
                        return
                    }
                    if id > largestID { found.append("id \(id) is above the largest") }
                }
            }
        }
        return found
    }

    // MARK: Changing

    /// Ids that were never in use, ascending: the first is one more than the largest so far.
    ///
    /// - Throws: `invalidParameter` when there are not so many.
    public func reserveIDs(_ count: Int) throws(VectorError) -> Range<Int64> {
        precondition(count >= 0)
        return try tableGate.withExclusive { () throws(VectorError) -> Range<Int64> in
            let from = max(largestID, -1)
            guard from < Int64.max - Int64(count) else {
                throw .invalidParameter(parameter: "ids", allowed: "given: none are left to choose")
            }
            largestID = from + Int64(count)
            return from + 1..<from + 1 + Int64(count)
        }
    }

    /// Fails as `add` would for these vectors, so that a caller may add many of them in parts.
    ///
    /// - Throws: `notFinite`, `dimensionMismatch`.
    public func check(_ vectors: UnsafeBufferPointer<Float>) throws(VectorError) {
        let dimensions = parameters.dimensions
        let rows = (vectors.count + dimensions - 1) / dimensions
        try index.check(vectors, count: rows * dimensions)
    }

    /// Adds vectors, in the place of those that have the same ids. When an id comes twice, the last
    /// of its vectors stays.
    ///
    /// - Parameters:
    ///   - vectors: row-major, shape `[ids.count, dimensions]`.
    ///   - threads: from 1 to 1,024.
    /// - Throws: as `HNSWIndex.insert`, and `invalidParameter` for the id -1; nothing is added then.
    public func add(
        _ vectors: UnsafeBufferPointer<Float>, ids: UnsafeBufferPointer<Int64>, threads: Int
    ) throws(VectorError) {
        var largest = Int64.min
        for id in ids {
            guard id != Self.noID else {
                throw .invalidParameter(parameter: "ids", allowed: "any but -1, which means none")
            }
            largest = max(largest, id)
        }
        changes.lockShared()
        defer { changes.unlock() }
        begun.add(1, ordering: .sequentiallyConsistent)
        defer { ended.add(1, ordering: .sequentiallyConsistent) }
        let slots = try index.insert(vectors, labels: ids.map(label), threads: threads)
        tableGate.withExclusive {
            largestID = max(largestID, largest)
            for (id, slot) in zip(ids, slots) {
                if let old = table.set(id, to: slot) { index.remove(old) }
            }
        }
        repairIfNeeded(threads: threads)
    }

    /// Removes vectors: no search that begins after this finds them. Ids that are not there are
    /// passed over.
    ///
    /// - Returns: how many there were.
    @discardableResult
    public func remove(_ ids: UnsafeBufferPointer<Int64>, threads: Int) -> Int {
        changes.lockShared()
        defer { changes.unlock() }
        var count = 0
        tableGate.withExclusive {
            for id in ids {
                guard let slot = table.remove(id) else { continue }
                index.remove(slot)
                count += 1
            }
        }
        repairIfNeeded(threads: threads)
        return count
    }

    private func repairIfNeeded(threads: Int) {
        if index.needsRepair { index.repair(threads: threads) }
    }

    // MARK: For searching and writing

    /// - Parameter body: gets the table and the largest id, with others reading beside it.
    @inline(__always)
    func withTable<Result>(_ body: (borrowing SlotTable, Int64) -> Result) -> Result {
        tableGate.lockShared()
        defer { tableGate.unlock() }
        return body(table, largestID)
    }

    /// Additions that have ended: to be read before a search.
    @inline(__always)
    var endedAdditions: Int { ended.load(ordering: .sequentiallyConsistent) }

    /// Whether an addition was under way since `endedAdditions` was this.
    @inline(__always)
    func wasAddedTo(since endedAdditions: Int) -> Bool {
        begun.load(ordering: .sequentiallyConsistent) != endedAdditions
    }
}

@inline(__always)
func label(_ id: Int64) -> UInt64 { UInt64(bitPattern: id) }
