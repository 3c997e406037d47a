// Comparing a query with every vector that may be returned: for small sets, for filters that few
// match, as the truth in tests, and on request.

internal import CVectorKernels
internal import Synchronization

extension Graph {
    /// Slots scored by one call of a kernel.
    private static let block = 512

    /// - Parameter rescored: the scorer estimates, so the best are compared with the vectors.
    @inline(__always)
    func scan<S: Scorer>(
        _ search: Search, _ scorer: S, rescored: Bool
    ) throws(VectorError) -> [Neighbor] {
        let context = search.context
        // Not what may be returned now: others insert and remove meanwhile, and a newcomer must not
        // take the place of what was there before.
        let wanted = min(
            rescored ? search.rescoreLimit : search.k, slotCount.load(ordering: .acquiring))
        let batch = context.batch.room(max(Self.block + 64, wanted))
        let distances = context.distances.room(max(Self.block + 64, wanted))
        var best = BestPacked(context.pool.room(wanted), limit: wanted)
        guard wanted > 0 else { return [] }
        let rowGuard = rescored ? nil : search.storage.rowGuard
        var count = 0
        let words = (slotCount.load(ordering: .acquiring) + 63) / 64
        for index in 0...words {
            if index < words {
                var word = search.admission.word(index)
                while word != 0 {
                    batch[count] = Slot(index * 64 + word.trailingZeroBitCount)
                    count += 1
                    word &= word - 1
                }
                if count < Self.block { continue }
            }
            try rowGuard?.check(batch, count: count)
            scorer.score(batch, count: count, into: distances)
            context.scoredCount &+= count
            for i in 0..<count {
                let word = pack(distances[i], batch[i])
                if word < best.bound { best.offer(word) }
            }
            count = 0
        }
        let pool = context.pool.room(wanted)
        count = best.count
        if rescored {
            for i in 0..<count { batch[i] = pool[i].slot }
            try search.storage.rowGuard?.check(batch, count: count)
            search.exact.score(batch, count: count, into: distances)
            for i in 0..<count { pool[i] = pack(distances[i], batch[i]) }
        }
        sortPacked(pool, count: count)
        return results(pool, min(count, search.k))
    }
}
