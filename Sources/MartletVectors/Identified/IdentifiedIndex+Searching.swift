// Searches by id: many queries at once, on several threads, among all vectors or some.

internal import MartletThreads
internal import Synchronization

/// Ids that a search may return. Those without a vector are passed over.
public enum AllowedIDs {
    case ids(UnsafeBufferPointer<Int64>)
    /// The positions of the bytes that are not zero.
    case mask(UnsafeBufferPointer<UInt8>)
}

extension IdentifiedIndex {
    /// Queries that a thread takes at a time; fewer than two such parts are not worth a thread.
    private static let part = 8

    /// Answers queries. An answer with fewer than `k` vectors ends in id -1 at infinite distance.
    ///
    /// - Parameters:
    ///   - queries: row-major, shape `[count, dimensions]`.
    ///   - options: its filter is not used.
    ///   - threads: at most so many, from 1 to 1,024; few queries are answered by the caller's.
    ///   - ids: shape `[count, k]`, overwritten, nearest first.
    ///   - distances: as `ids`.
    /// - Throws: as `HNSWIndex.search`; what is overwritten by then has no meaning.
    public func search(
        _ queries: UnsafeBufferPointer<Float>, count: Int, _ options: SearchOptions,
        allowed: AllowedIDs? = nil, threads: Int = 1, ids: UnsafeMutablePointer<Int64>,
        distances: UnsafeMutablePointer<Float>
    ) throws(VectorError) {
        try options.check()
        try VectorParameters.require(threads, in: 1...1024, "threads")
        let dimensions = parameters.dimensions
        guard queries.count == count * dimensions else {
            throw .dimensionMismatch(expected: count * dimensions, actual: queries.count)
        }
        // Slots of allowed ids mean these ids until the end.
        try index.withReadPin { () throws(VectorError) in
            var options = options
            options.filter = allowed.map(slots)
            let answers = Answers(
                index: self, options: options, queries: queries, ids: ids, distances: distances)
            if threads == 1 || count <= Self.part {
                for query in 0..<count { try answers.answer(query) }
                return
            }
            let next = Atomic<Int>(0)
            let failure = Locked<VectorError?>(nil)
            let parts = (count + Self.part - 1) / Self.part
            withoutActuallyEscaping({ () -> Void in
                do throws(VectorError) {
                    while case let part = next.add(1, ordering: .relaxed).oldValue, part < parts {
                        let first = part * Self.part
                        for query in first..<min(first + Self.part, count) {
                            try answers.answer(query)
                        }
                    }
                } catch {
                    next.store(parts, ordering: .relaxed)
                    failure.withLock { $0 = $0 ?? error }
                }
            }) { work in
                let shared = Shared(work)
                onThreads(min(threads, parts)) { _ in shared.work() }
            }
            if let error = failure.withLock({ $0 }) { throw error }
        }
    }

    private func slots(of allowed: AllowedIDs) -> SlotBitmap {
        let slots = SlotBitmap(capacity: index.slotCount)
        withTable { table, _ in
            switch allowed {
            case .ids(let ids):
                for id in ids {
                    if let slot = table[id] { slots.insert(slot) }
                }
            case .mask(let mask):
                for (position, byte) in mask.enumerated() where byte != 0 {
                    if let slot = table[Int64(position)] { slots.insert(slot) }
                }
            }
        }
        return slots
    }
}

/// Work whose threads end before its captures do.
private struct Shared: @unchecked Sendable {
    let work: () -> Void

    init(_ work: @escaping () -> Void) { self.work = work }
}

/// Where queries are and their answers go. Threads answer different queries.
private struct Answers {
    let index: IdentifiedIndex
    let options: SearchOptions
    let queries: UnsafeBufferPointer<Float>
    let ids: UnsafeMutablePointer<Int64>
    let distances: UnsafeMutablePointer<Float>

    func answer(_ query: Int) throws(VectorError) {
        let dimensions = index.parameters.dimensions
        let numbers = UnsafeBufferPointer(
            rebasing: queries[query * dimensions..<(query + 1) * dimensions])
        let found = try neighbors(of: numbers)
        let first = query * options.k
        for (i, neighbor) in found.enumerated() {
            ids[first + i] = Int64(bitPattern: neighbor.label)
            distances[first + i] = neighbor.distance
        }
        for i in found.count..<max(options.k, found.count) {
            ids[first + i] = IdentifiedIndex.noID
            distances[first + i] = .infinity
        }
    }

    private func neighbors(
        of query: UnsafeBufferPointer<Float>
    ) throws(VectorError) -> [Neighbor] {
        var asked = options
        while true {
            let ended = index.endedAdditions
            let found = try index.index.search(query, asked)
            guard index.wasAddedTo(since: ended) else { return Array(found.prefix(options.k)) }
            // An id whose vector is being replaced may be there twice.
            var seen = Set<UInt64>()
            let single = found.filter { seen.insert($0.label).inserted }
            if single.count >= options.k || single.count == found.count
                || asked.k == SearchOptions.kRange.upperBound
            {
                return Array(single.prefix(options.k))
            }
            asked.k = min(
                asked.k + found.count - single.count, SearchOptions.kRange.upperBound)
            asked.ef = asked.ef.map { max($0, asked.k) }
        }
    }
}
