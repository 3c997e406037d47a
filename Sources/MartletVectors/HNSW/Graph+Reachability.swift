// Whether walks can come to every vector, and links for those that none comes to.
//
// Choosing links by direction drops links, and now and then the last one to some vector; among equal
// vectors it does so often. Every now and then, and after every repair, the graph is walked through
// as a whole, and what was not met is given a link that nothing else depends on.

internal import CVectorKernels
internal import Synchronization

/// What links lead to, and one way there.
struct Reachability {
    static let noParent = Slot.max

    let seen: SlotBitmap
    /// For each slot on level 0, the one whose link led there; none for those reached from above.
    var parents: [Slot]
}

extension Graph {
    /// Vectors inserted before it is looked whether all can be reached.
    private static let leastTidy = 256

    /// The caller is not in the gate.
    func tidyIfDue() {
        func isDue() -> Bool {
            let count = insertions.load(ordering: .relaxed)
            let last = tidied.load(ordering: .relaxed)
            let linked = UInt64(linkedCount.load(ordering: .relaxed))
            return count - min(last, count) >= max(UInt64(Self.leastTidy), linked / 4)
        }
        guard isDue() else { return }
        gate.withExclusive {
            guard isDue() else { return }
            tidied.store(insertions.load(ordering: .relaxed), ordering: .relaxed)
            connectLost(besides: SlotBitmap())
        }
    }

    /// Everything that links lead to from the entry, level by level: what is reached on one is where
    /// the next begins. The caller has the gate alone.
    func reachability() -> Reachability {
        let count = slotCount.load(ordering: .relaxed)
        var result = Reachability(
            seen: SlotBitmap(capacity: count),
            parents: [Slot](repeating: Reachability.noParent, count: count))
        let start = entry.load(ordering: .acquiring)
        guard start != Self.noEntry else { return result }
        result.seen.insert(Slot(truncatingIfNeeded: start))
        for level in (0...Int(start >> 32)).reversed() {
            var queue: [Slot] = []
            result.seen.forEach { queue.append($0) }
            extend(&result, from: &queue, layer(level), keepsParents: level == 0)
        }
        return result
    }

    private func extend(
        _ reached: inout Reachability, from queue: inout [Slot], _ layer: Layer,
        keepsParents: Bool
    ) {
        let seen = reached.seen
        reached.parents.withUnsafeMutableBufferPointer { parents in
            withUnsafeTemporaryAllocation(of: Slot.self, capacity: layer.width) { links in
                while let slot = queue.popLast() {
                    let count = layer.read(slot, into: links.baseAddress!)
                    for i in 0..<count where seen.insert(links[i]) {
                        queue.append(links[i])
                        if keepsParents { parents[Int(links[i])] = slot }
                    }
                }
            }
        }
    }

    /// Leads to live slots that no link leads to. The caller has the gate alone.
    ///
    /// - Parameter gone: slots that nothing may link to any more.
    func connectLost(besides gone: SlotBitmap) {
        var reached = reachability()
        let layer = layer(0)
        for slot in 0..<Slot(slotCount.load(ordering: .relaxed))
        where isLive(slot) && !gone.contains(slot)
            && (!reached.seen.contains(slot) || layer.links(slot)[0] == Layer.none)
        {
            attach(slot, layer, &reached, besides: gone)
        }
    }

    private func attach(
        _ slot: Slot, _ layer: Layer, _ reached: inout Reachability, besides gone: SlotBitmap
    ) {
        let context = readers.enter()
        defer { readers.leave(context) }
        let storage = storage
        let unit = context.query.room(parameters.dimensions)
        storage.readUnit(slot, into: unit)
        let exact = LinkScorer(RowScorer(unit, in: storage), of: slot, in: storage)
        let position = descendToGround(context, exact, entry.load(ordering: .acquiring))
        let found = walk(
            layer, exact, from: position, ef: max(parameters.efConstruction, 2 * layer.width),
            slotCount: slotCount.load(ordering: .relaxed), in: context)
        let pool = context.pool.room(found)
        let hosts = context.rest.room(found)
        let links = context.chosen.room(found)
        var count = 0
        for i in 0..<found where pool[i].slot != slot && !gone.contains(pool[i].slot) {
            hosts[count] = pool[i] & ~1
            links[count] = hosts[count]
            count += 1
        }
        // A vector whose links were all to what is gone gets new ones.
        if layer.links(slot)[0] == Layer.none {
            let chosen = choose(
                links, count: count, limit: parameters.m, for: slot, storage, context)
            layer.write(links, count: chosen, at: slot)
        }
        guard !reached.seen.contains(slot) else { return }
        for i in 0..<count where reached.seen.contains(hosts[i].slot) {
            guard lead(from: hosts[i].slot, to: slot, layer, reached) else { continue }
            reached.seen.insert(slot)
            reached.parents[Int(slot)] = hosts[i].slot
            var queue = [slot]
            extend(&reached, from: &queue, layer, keepsParents: true)
            return
        }
    }

    /// Adds a link, in the place of one that nothing depends on if need be.
    ///
    /// - Returns: false when everything that the host leads to depends on it.
    private func lead(
        from host: Slot, to slot: Slot, _ layer: Layer, _ reached: Reachability
    ) -> Bool {
        let list = layer.links(host)
        // The last link is the furthest, as a rule.
        for i in (0..<layer.width).reversed() {
            if list[i] == Layer.none, i > 0, list[i - 1] == Layer.none { continue }
            if list[i] == Layer.none || reached.parents[Int(list[i])] != host {
                martlet_store_release(list + i, slot)
                return true
            }
        }
        return false
    }
}
