// Walking under a filter that some, but not most, match.

internal import CVectorKernels
internal import Synchronization

extension Graph {
    /// Fills the pool with slots that may be returned. Only these are scored and expanded; where a
    /// neighbour may not be returned, its own neighbours stand in for it, so that the part of the
    /// graph that matches hangs together although its slots are seldom linked directly.
    @inline(__always)
    func walkAdmitted<S: Scorer>(
        _ search: Search, _ scorer: S, _ entry: UInt64, ef: Int
    ) -> Int {
        let context = search.context
        let ground = descendToGround(context, scorer, entry)
        let layer = layer(0)
        let width = layer.width
        // When it has so many that match, it looks for no more neighbours of neighbours.
        let enough = 4 * width
        let visit = context.beginWalk(slotCount: slotCount.load(ordering: .acquiring))
        let visits = context.visits
        let limit = context.visitCapacity
        let pool = context.pool.room(ef + 1)
        let batch = context.batch.room(enough + 2 * width + 64)
        let distances = context.distances.room(enough + 2 * width + 64)
        let bridges = context.slots.room(width)
        let matched = context.furtherSlots.room(enough + width + Admission.filterRoom)
        let admission = search.admission

        var size = 0
        var next = 0
        var expanded = ground.slot
        visits[Int(expanded)] = visit
        var count = 0
        if admission.allows(expanded) {
            batch[0] = expanded
            count = 1
        }
        count += seeds(admission, into: batch + count, visits: visits, visit: visit, limit: limit)
        while true {
            let list = layer.links(expanded)
            var bridgeCount = 0
            for i in 0..<width {
                let link = martlet_load_acquire(list + i)
                guard Int(link) < limit else { break }
                guard visits[Int(link)] != visit else { continue }
                visits[Int(link)] = visit
                if admission.allows(link) {
                    batch[count] = link
                    count += 1
                } else {
                    bridges[bridgeCount] = link
                    bridgeCount += 1
                    martlet_prefetch(layer.links(link))
                    martlet_prefetch(layer.links(link) + 16)
                }
            }
            // Meanwhile memory brings what the next one will need.
            var ahead = next
            while ahead < size, pool[ahead] & 1 != 0 { ahead += 1 }
            if ahead < size {
                let list = layer.links(pool[ahead].slot)
                for i in 0..<width {
                    let link = martlet_load_acquire(list + i)
                    guard Int(link) < limit else { break }
                    martlet_prefetch(layer.links(link))
                    martlet_prefetch(layer.links(link) + 16)
                }
            }
            var matching = 0
            for i in 0..<bridgeCount where matching < enough {
                matching &+= admission.filter(
                    layer.links(bridges[i]), count: width, into: matched + matching)
            }
            // Without branches on the data, which no processor could foresee.
            for i in 0..<matching {
                // What was added since the walk began is not found by it.
                let isKnown = Int(matched[i]) < limit
                let slot = isKnown ? matched[i] : ground.slot
                let isNew = isKnown && visits[Int(slot)] != visit ? 1 : 0
                visits[Int(slot)] = visit
                batch[count] = slot
                count &+= isNew & admission.liveBit(slot)
            }
            scorer.score(batch, count: count, into: distances)
            context.scoredCount &+= count
            for i in 0..<count {
                let word = pack(distances[i], batch[i])
                if size == ef, word >= pool[size - 1] { continue }
                let place = insertSorted(word, into: pool, count: size)
                if size < ef { size += 1 }
                if place < next { next = place }
                martlet_prefetch(layer.links(batch[i]))
                martlet_prefetch(layer.links(batch[i]) + 16)
            }
            while next < size, pool[next] & 1 != 0 { next += 1 }
            guard next < size else { return size }
            expanded = pool[next].slot
            pool[next] |= 1
            next += 1
            count = 0
        }
    }

    /// A few slots that may be returned, from all over the index: the walk begins there, too, in
    /// case nothing that matches is near its entry.
    private func seeds(
        _ admission: Admission, into batch: UnsafeMutablePointer<Slot>,
        visits: UnsafeMutablePointer<UInt16>, visit: UInt16, limit: Int
    ) -> Int {
        let wanted = 16
        let words = min((slotCount.load(ordering: .acquiring) + 63) / 64, limit / 64)
        var count = 0
        for i in 0..<wanted {
            var index = words * i / wanted
            let end = words * (i + 1) / wanted
            while index < end {
                let word = admission.word(index)
                if word != 0 {
                    let slot = Slot(index * 64 + word.trailingZeroBitCount)
                    if visits[Int(slot)] != visit {
                        visits[Int(slot)] = visit
                        batch[count] = slot
                        count += 1
                    }
                    break
                }
                index += 1
            }
        }
        return count
    }
}
