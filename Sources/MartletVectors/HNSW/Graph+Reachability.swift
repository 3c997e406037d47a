// Whether walks can come to every vector, and links for those that none comes to.

internal import CVectorKernels
internal import Synchronization

extension Graph {
    /// Slots that links of level 0 lead to from the entry. The caller has the gate.
    func reachable() -> SlotBitmap {
        let count = slotCount.load(ordering: .acquiring)
        let seen = SlotBitmap(capacity: count)
        let start = entry.load(ordering: .acquiring)
        guard start != Self.noEntry else { return seen }
        var queue = [Slot(truncatingIfNeeded: start)]
        seen.insert(queue[0])
        extend(seen, from: &queue)
        return seen
    }

    private func extend(_ seen: SlotBitmap, from queue: inout [Slot]) {
        let layer = layer(0)
        withUnsafeTemporaryAllocation(of: Slot.self, capacity: layer.width) { links in
            while let slot = queue.popLast() {
                let count = layer.read(slot, into: links.baseAddress!)
                for i in 0..<count where seen.insert(links[i]) { queue.append(links[i]) }
            }
        }
    }

    /// Leads to live slots that no link leads to any more. The caller has the gate alone.
    func connectLost(_ context: SearchContext, besides gone: SlotBitmap) {
        let seen = reachable()
        let storage = storage
        let layer = layer(0)
        for slot in 0..<Slot(slotCount.load(ordering: .relaxed))
        where isLive(slot) && !gone.contains(slot) && !seen.contains(slot) {
            let unit = context.query.room(parameters.dimensions)
            storage.readUnit(slot, into: unit)
            let exact = RowScorer(unit, in: storage)
            let position = descendToGround(context, exact, entry.load(ordering: .acquiring))
            let found = walk(
                layer, exact, from: position, ef: 2 * layer.width,
                slotCount: slotCount.load(ordering: .relaxed), in: context)
            // The nearest that has room, else the nearest gives up its last link that another
            // neighbour makes up for.
            let pool = context.pool.room(found)
            var host: Slot?
            for i in 0..<found where pool[i].slot != slot && !gone.contains(pool[i].slot) {
                if layer.links(pool[i].slot)[layer.width - 1] == Layer.none {
                    host = pool[i].slot
                    break
                }
            }
            guard let host else { continue }
            let list = layer.links(host)
            var end = 0
            while list[end] != Layer.none { end += 1 }
            martlet_store_release(list + end, slot)
            if seen.insert(slot) {
                var queue = [slot]
                extend(seen, from: &queue)
            }
        }
    }
}
