internal import MartletThreads
internal import Synchronization

extension HNSWIndex {
    /// Whether so many vectors were removed that `repair()` is worth its work.
    public var needsRepair: Bool { graph?.needsRepair ?? false }

    /// Leads the graph around removed vectors and frees their slots for later insertions, once the
    /// searches and read pins of this moment have ended. Searches and removals go on meanwhile;
    /// insertions wait.
    ///
    /// - Returns: the slots that were freed: the caller forgets what it keeps for them.
    /// - Complexity: about a tenth of a build when a tenth was removed.
    @discardableResult
    public func repair(threads: Int = 1) -> [Slot] {
        precondition(threads > 0)
        return graph?.repair(threads: threads) ?? []
    }

    /// What is wrong with the index, a sentence each; nothing when it is sound. Holds off
    /// insertions meanwhile.
    public func checkInvariants() -> [String] { graph?.checkInvariants() ?? [] }

    /// Runs `body` while no insertion and no repair is under way. Searches and removals go on.
    public func withWritersPaused<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let graph else { return try withoutGraph(body) }
        return try graph.gate.withExclusive(body)
    }

    public var statistics: IndexStatistics {
        guard let graph else { return IndexStatistics() }
        let context = graph.readers.enter()
        defer { graph.readers.leave(context) }
        let storage = graph.storage
        let slots = graph.slotCount.load(ordering: .acquiring)
        let (free, blocks) = graph.supply.withLock { supply in
            (
                supply.free.count + supply.retired.reduce(0) { $0 + $1.slots.count },
                supply.blockCount
            )
        }
        var made = IndexStatistics()
        made.live = graph.liveCount.load(ordering: .relaxed)
        made.masked = graph.maskedCount
        made.free = free
        made.rowsAreHalf = storage.rowsAreHalf
        made.rows = .init(storage.rows, slots)
        if let norms = storage.norms { made.rows.add(.init(norms, slots)) }
        if let codes = storage.codes { made.codes = .init(codes, slots) }
        made.links = .init(graph.links, slots)
        made.links.add(.init(graph.blocks, blocks))
        made.links.add(.init(graph.directory, slots))
        made.other = .init(graph.labels, slots)
        made.other.add(.init(graph.live, (slots + 63) / 64))
        made.other.add(.init(graph.linked, (slots + 63) / 64))
        return made
    }
}

/// How large an index is, and where it lies.
public struct IndexStatistics: Hashable, Sendable {
    /// Bytes that elements take; what is committed ahead of them is not counted.
    public struct Part: Hashable, Sendable {
        public var inMemory = 0
        public var mapped = 0

        public init() {}

        init(_ arena: Arena, _ count: Int) {
            let used = count * arena.stride
            mapped = min(used, arena.mappedBytes)
            inMemory = used - mapped
        }

        mutating func add(_ other: Part) {
            inMemory += other.inMemory
            mapped += other.mapped
        }
    }

    public var live = 0
    /// Removed, not yet repaired.
    public var masked = 0
    /// Slots for later insertions.
    public var free = 0
    /// Vectors are kept in half precision, which has lost nothing so far.
    public var rowsAreHalf = false
    public var rows = Part()
    public var codes = Part()
    public var links = Part()
    /// Labels and marks.
    public var other = Part()

    public init() {}

    public var inMemory: Int {
        rows.inMemory + codes.inMemory + links.inMemory + other.inMemory
    }

    public var mapped: Int { rows.mapped + codes.mapped + links.mapped + other.mapped }
}
