// Searching: a plan, a walk or a scan, and the best of it compared with the vectors themselves.

internal import CVectorKernels
internal import Synchronization

extension Graph {
    /// Searches that name no `ef` keep so many candidates.
    func defaultEf(_ k: Int) -> Int { k + max(40, k / 2) }

    /// - Parameter query: finite, of the index's dimensions.
    func search(
        _ query: UnsafePointer<Float>, _ options: SearchOptions, _ report: inout SearchReport
    ) throws(VectorError) -> [Neighbor] {
        let context = readers.enter()
        context.scoredCount = 0
        defer {
            report.scoredCount = context.scoredCount
            readers.leave(context)
        }
        let start = entry.load(ordering: .acquiring)
        guard start != Self.noEntry else { return [] }
        let storage = storage
        let prepared = PreparedVector(
            query, dimensions: parameters.dimensions, metric: parameters.metric,
            room: context.query.room(parameters.dimensions))
        let exact = RowScorer(prepared.unit, in: storage)
        let search = Search(
            k: options.k, ef: options.ef ?? defaultEf(options.k),
            admission: Admission(self, options.filter), exact: exact, storage: storage,
            context: context)

        let plan =
            options.isExact
            ? .exactRows : plan(search)
        report.admittedCount = search.admission.count
        if case .exactRows = plan { return try scan(search, exact, rescored: false) }
        if plan != .scan { report.method = .graph }
        if let scorer = codeScorer(prepared.unit, storage, context) {
            report.readCodes = true
            return try run(plan, search, scorer, start, isEstimate: true)
        }
        return try run(plan, search, exact, start, isEstimate: false)
    }

    @inline(__always)
    private func run<S: Scorer>(
        _ plan: Plan, _ search: Search, _ scorer: S, _ entry: UInt64, isEstimate: Bool
    ) throws(VectorError) -> [Neighbor] {
        switch plan {
        case .exactRows, .scan:
            return try scan(search, scorer, rescored: isEstimate)
        case .walk(let ef):
            let found = walkAll(search, scorer, entry, ef: ef)
            let results = try finish(search, found, rescored: isEstimate)
            if results.count == min(search.k, search.admission.count) { return results }
        case .walkAdmitted(let ef):
            let found = walkAdmitted(search, scorer, entry, ef: ef)
            let results = try finish(search, found, rescored: isEstimate)
            if results.count == min(search.k, search.admission.count) { return results }
        }
        // Too little of what matches is near: it is found by looking at all of it.
        return try scan(search, scorer, rescored: isEstimate)
    }

    /// Walks through everything. Where less may be returned than elsewhere, the walk is made again
    /// with more candidates.
    @inline(__always)
    private func walkAll<S: Scorer>(
        _ search: Search, _ scorer: S, _ entry: UInt64, ef: Int
    ) -> Int {
        let position = descendToGround(search.context, scorer, entry)
        let wanted = max(search.k, search.ef * 3 / 4)
        var ef = ef
        while true {
            let found = walk(
                layer(0), scorer, from: position, ef: ef,
                slotCount: slotCount.load(ordering: .acquiring), in: search.context)
            guard search.admission.share < 1, found == ef, ef < 16 * search.ef else { return found }
            let pool = search.context.pool.room(found)
            var admitted = 0
            for i in 0..<found where search.admission.allows(pool[i].slot) { admitted += 1 }
            if admitted >= wanted { return found }
            ef = min(max(2 * ef, ef * wanted / max(admitted, 1)), 16 * search.ef)
        }
    }

    /// From the entry down to level 1: where a walk on level 0 begins.
    @inline(__always)
    func descendToGround<S: Scorer>(
        _ context: SearchContext, _ scorer: S, _ entry: UInt64
    ) -> Packed {
        let limit = slotCount.load(ordering: .acquiring)
        var position = start(entry, scorer, context)
        var level = Int(entry >> 32)
        while level > 0 {
            position = descend(
                layer(level), scorer, from: position, slotLimit: limit, in: context)
            level -= 1
        }
        return position
    }

    /// The best `k` of the first `found` in the pool that may be returned. Estimates are replaced
    /// by true distances first, of as many as may be among the best.
    private func finish(
        _ search: Search, _ found: Int, rescored: Bool
    ) throws(VectorError) -> [Neighbor] {
        let pool = search.context.pool.room(found)
        var count = 0
        let limit = rescored ? search.rescoreLimit : search.k
        for i in 0..<found where search.admission.allows(pool[i].slot) {
            pool[count] = pool[i]
            count += 1
            if count == limit { break }
        }
        if rescored {
            let batch = search.context.batch.room(count)
            let distances = search.context.distances.room(count)
            for i in 0..<count { batch[i] = pool[i].slot }
            try search.storage.rowGuard?.check(batch, count: count)
            search.exact.score(batch, count: count, into: distances)
            for i in 0..<count { pool[i] = pack(distances[i], batch[i]) }
        }
        sortPacked(pool, count: count)
        return results(pool, min(count, search.k))
    }

    func results(_ words: UnsafePointer<Packed>, _ count: Int) -> [Neighbor] {
        // All empty arrays share a storage, which this would write to.
        guard count > 0 else { return [] }
        let metric = parameters.metric
        return [Neighbor](unsafeUninitializedCapacity: count) { room, initialized in
            for i in 0..<count {
                let slot = words[i].slot
                let distance = words[i].packedDistance
                let shown: Float =
                    switch metric {
                    case .cosine: min(max(distance, 0), 2)
                    case .euclidean: max(distance, 0).squareRoot()
                    case .dotProduct: distance
                    }
                (room.baseAddress! + i).initialize(
                    to: Neighbor(slot: slot, label: label(slot), distance: shown))
            }
            initialized = count
        }
    }
}

/// What stays the same during one search.
struct Search {
    let k: Int
    let ef: Int
    let admission: Admission
    let exact: RowScorer
    let storage: VectorStorage
    let context: SearchContext

    /// How many candidates are compared with the vectors themselves.
    var rescoreLimit: Int { min(ef, max(2 * k + 10, k + ef / 4)) }
}

/// Which slots may be returned: live ones, and of these what the filter has.
struct Admission {
    private let live: UnsafePointer<UInt64>
    private let filter: UnsafePointer<UInt64>?
    private let filterWords: Int
    private let matchingLinks = VectorKernels.best.pointee.matching_links
    /// Whether liveness is not all that counts.
    var hasFilter: Bool { filter != nil }

    /// How many there are, or a few more.
    let count: Int
    /// The part of all linked slots that may be returned.
    let share: Double

    init(_ graph: Graph, _ bitmap: SlotBitmap?) {
        live = UnsafePointer(graph.liveWords)
        filter = bitmap.map { UnsafePointer($0.words) }
        filterWords = bitmap?.wordCount ?? 0
        let liveCount = graph.liveCount.load(ordering: .relaxed)
        count = min(liveCount, bitmap?.count ?? liveCount)
        share =
            Double(count)
            / Double(
                max(graph.linkedCount.load(ordering: .relaxed), 1))
    }

    @inline(__always)
    func allows(_ slot: Slot) -> Bool {
        word(Int(slot >> 6)) >> UInt64(slot & 63) & 1 != 0
    }

    /// Copies the links that the filter has, live or not, in their order.
    ///
    /// - Parameter room: for `count` links and `filterRoom` more.
    /// - Returns: how many.
    @inline(__always)
    func filter(
        _ links: UnsafePointer<UInt32>, count: Int, into room: UnsafeMutablePointer<Slot>
    ) -> Int {
        // After a bitmap's words comes one that is zero; the low half of a word has the lower bits.
        let words = UnsafeRawPointer(filter.unsafelyUnwrapped).assumingMemoryBound(to: UInt32.self)
        return matchingLinks(links, count, words, 2 * filterWords, room)
    }

    static let filterRoom = 15

    /// 1 when the slot is live, else 0.
    @inline(__always)
    func liveBit(_ slot: Slot) -> Int {
        Int(truncatingIfNeeded: martlet_load_acquire_64(live + Int(slot >> 6)) >> UInt64(slot & 63))
            & 1
    }

    /// The bits of 64 slots.
    @inline(__always)
    func word(_ index: Int) -> UInt64 {
        guard let filter else { return martlet_load_acquire_64(live + index) }
        guard index < filterWords else { return 0 }
        let bits = filter[index]
        return bits == 0 ? 0 : bits & martlet_load_acquire_64(live + index)
    }
}
