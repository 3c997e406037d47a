// The public door: parameters and vectors are checked here, once; the graph behind it trusts them.

internal import CVectorKernels
internal import Synchronization

/// An index of vectors that finds the nearest to a query: approximately and fast, or exactly.
///
/// Any number of threads may search, insert and remove at once. Searches take no locks. Nothing is
/// allocated for vectors before the first insertion; then addresses are reserved, and memory is
/// used as vectors come.
///
/// Removed vectors are never found again, but the graph leads through them until `repair()` mends
/// it and lets their slots be used again. Call it now and then, best when `needsRepair` says so.
public final class HNSWIndex: @unchecked Sendable {
    public let parameters: VectorParameters
    /// Fewer slots than usual have addresses, in tests.
    private let capacity: Int?
    private let creation = WriterGate()
    private let reference = Atomic<UnsafeRawPointer?>(nil)
    /// What the graph is made with; its own state counts once there is one.
    private let use = Atomic<UInt8>(CodeUse.large.rawValue)

    /// An empty index.
    ///
    /// - Throws: `invalidParameter` for the first parameter outside its range.
    public convenience init(_ parameters: VectorParameters) throws(VectorError) {
        try self.init(parameters, capacity: nil)
    }

    init(_ parameters: VectorParameters, capacity: Int?) throws(VectorError) {
        try parameters.check()
        self.parameters = parameters
        self.capacity = capacity
    }

    init(adopting graph: Graph) {
        parameters = graph.parameters
        capacity = graph.capacity
        reference.store(Unmanaged.passRetained(graph).toOpaque(), ordering: .releasing)
    }

    deinit {
        if let graph = reference.load(ordering: .acquiring) {
            Unmanaged<Graph>.fromOpaque(graph).release()
        }
    }

    /// Nil before the first insertion.
    @inline(__always)
    var graph: Graph? {
        reference.load(ordering: .acquiring).map {
            Unmanaged<Graph>.fromOpaque($0).takeUnretainedValue()
        }
    }

    private func madeGraph(rowsAreHalf: Bool) throws(VectorError) -> Graph {
        if let graph { return graph }
        return try creation.withExclusive { () throws(VectorError) -> Graph in
            if let graph { return graph }
            let made = try Graph(parameters, rowsAreHalf: rowsAreHalf, capacity: capacity)
            try made.setCodeUse(codeUse, threads: 1)
            reference.store(Unmanaged.passRetained(made).toOpaque(), ordering: .releasing)
            return made
        }
    }

    /// When walks read codes.
    public var codeUse: CodeUse { CodeUse(rawValue: use.load(ordering: .relaxed))! }

    /// Has walks read codes, or no more. Searches go on meanwhile; insertions wait while codes are
    /// made.
    ///
    /// - Parameter threads: from 1 to 1,024.
    /// - Throws: `corruptFile` when vectors in a mapped file are damaged; `invalidParameter` for
    ///   `threads`.
    /// - Complexity: O(slots × dimensions) when codes are made, else O(1).
    public func setCodeUse(_ wanted: CodeUse, threads: Int = 1) throws(VectorError) {
        try VectorParameters.require(threads, in: 1...1024, "threads")
        try creation.withExclusive { () throws(VectorError) in
            try graph?.setCodeUse(wanted, threads: threads)
            use.store(wanted.rawValue, ordering: .relaxed)
        }
    }

    /// Holds off the first insertion. Runs `body` in the gate if there is one by now.
    func withoutGraph<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        creation.lockExclusive()
        defer { creation.unlock() }
        guard let graph else { return try body() }
        return try graph.gate.withExclusive(body)
    }

    // MARK: What it holds

    /// Vectors that searches can find.
    public var count: Int { graph?.liveCount.load(ordering: .relaxed) ?? 0 }

    /// All slots are below this: those in use and those that were and will be again.
    public var slotCount: Int { graph?.slotCount.load(ordering: .acquiring) ?? 0 }

    public func isLive(_ slot: Slot) -> Bool {
        guard let graph, Int(slot) < slotCount else { return false }
        return graph.isLive(slot)
    }

    /// The vector as it is kept: as it was inserted, or, under cosine without codes, of unit length.
    ///
    /// - Precondition: the slot is live, or was when a read pin began.
    public func vector(at slot: Slot) throws(VectorError) -> [Float] {
        var vector: [Float] = []
        try forEachVector(at: [slot]) { vector = Array($0) }
        return vector
    }

    /// Lends the vectors at these slots to `body`, in their order, as `vector(at:)` returns them.
    ///
    /// - Precondition: as for `vector(at:)`.
    /// - Throws: before the first is lent.
    public func forEachVector(
        at slots: [Slot], _ body: (UnsafeBufferPointer<Float>) -> Void
    ) throws(VectorError) {
        if slots.isEmpty { return }
        let end = slotCount
        guard let graph, slots.allSatisfy({ Int($0) < end }) else {
            preconditionFailure("no such slot")
        }
        let context = graph.readers.enter()
        defer { graph.readers.leave(context) }
        let storage = graph.storage
        if let rowGuard = storage.rowGuard {
            let batch = context.batch.room(slots.count)
            for i in 0..<slots.count { batch[i] = slots[i] }
            try rowGuard.check(batch, count: slots.count)
        }
        let room = context.query.room(parameters.dimensions)
        for slot in slots {
            storage.read(slot, into: room)
            body(UnsafeBufferPointer(start: room, count: parameters.dimensions))
        }
    }

    /// - Precondition: as for `vector(at:)`.
    public func label(at slot: Slot) -> UInt64 {
        guard let graph, Int(slot) < slotCount else { preconditionFailure("no such slot") }
        return graph.label(slot)
    }

    // MARK: Searching

    /// The nearest vectors, nearest first; equal distances in no particular order.
    ///
    /// - Throws: `invalidParameter` when `k` or `ef` is outside its range, `dimensionMismatch` or
    ///   `notFinite` for the query, `corruptFile` when a part of a mapped file is damaged.
    public func search(
        _ query: UnsafeBufferPointer<Float>, _ options: SearchOptions
    ) throws(VectorError) -> [Neighbor] {
        var report = SearchReport()
        return try search(query, options, report: &report)
    }

    /// - Parameter report: overwritten by how the search was carried out.
    public func search(
        _ query: UnsafeBufferPointer<Float>, _ options: SearchOptions, report: inout SearchReport
    ) throws(VectorError) -> [Neighbor] {
        report = SearchReport()
        try options.check()
        try check(query, count: parameters.dimensions)
        guard let graph, let query = query.baseAddress else { return [] }
        return try graph.search(query, options, &report)
    }

    public func search(
        _ query: [Float], _ options: SearchOptions
    ) throws(VectorError) -> [Neighbor] {
        try query.withUnsafeBufferPointer { query throws(VectorError) in
            try search(query, options)
        }
    }

    /// Runs `body`. Meanwhile no slot that was live at its beginning is used for another vector, so
    /// the slots of results mean what they meant, also to what the caller keeps by slot.
    public func withReadPin<Result, Failure: Error>(
        _ body: () throws(Failure) -> Result
    ) throws(Failure) -> Result {
        guard let graph else { return try body() }
        let context = graph.readers.enter()
        defer { graph.readers.leave(context) }
        return try body()
    }

    // MARK: Changing

    /// Adds a vector. Searches find it before this returns.
    ///
    /// - Parameter label: whatever the caller knows the vector by; labels need not be unique.
    /// - Throws: `dimensionMismatch`, `notFinite`, `indexFull`; nothing is added then.
    @discardableResult
    public func insert(
        _ vector: UnsafeBufferPointer<Float>, label: UInt64
    ) throws(VectorError) -> Slot {
        try check(vector, count: parameters.dimensions)
        let base = vector.baseAddress!
        let graph = try madeGraph(
            rowsAreHalf: survivesHalfPrecision(base, count: vector.count))
        return try graph.insert(base, label: label)
    }

    @discardableResult
    public func insert(_ vector: [Float], label: UInt64) throws(VectorError) -> Slot {
        try vector.withUnsafeBufferPointer { vector throws(VectorError) in
            try insert(vector, label: label)
        }
    }

    /// Adds many vectors at once, on several threads.
    ///
    /// - Parameters:
    ///   - vectors: row-major, shape `[labels.count, dimensions]`.
    ///   - threads: from 1 to 1,024.
    /// - Returns: the vectors' slots, in their order.
    /// - Throws: as for one vector, also `invalidParameter` for `threads`; nothing is added then.
    @discardableResult
    public func insert(
        _ vectors: UnsafeBufferPointer<Float>, labels: [UInt64], threads: Int
    ) throws(VectorError) -> [Slot] {
        try VectorParameters.require(threads, in: 1...1024, "threads")
        try check(vectors, count: parameters.dimensions * labels.count)
        guard let base = vectors.baseAddress, !labels.isEmpty else { return [] }
        let graph = try madeGraph(
            rowsAreHalf: survivesHalfPrecision(base, count: vectors.count))
        return try graph.insert(base, labels: labels, threads: threads)
    }

    /// Removes a vector: no search that begins after this finds it.
    ///
    /// - Returns: whether the slot was live.
    @discardableResult
    public func remove(_ slot: Slot) -> Bool { graph?.remove(slot) ?? false }

    func check(
        _ numbers: UnsafeBufferPointer<Float>, count: Int
    ) throws(VectorError) {
        guard numbers.count == count else {
            throw .dimensionMismatch(expected: count, actual: numbers.count)
        }
        // All at once first; only a bad vector is looked at number by number.
        var worst: UInt32 = 0
        for number in numbers { worst = max(worst, number.bitPattern & 0x7FFF_FFFF) }
        guard worst >= 0x7F80_0000 else { return }
        throw .notFinite(position: numbers.firstIndex { !$0.isFinite }!)
    }
}
