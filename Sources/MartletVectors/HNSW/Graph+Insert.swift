internal import CVectorKernels
internal import MartletThreads
internal import Synchronization

extension Graph {
    /// Links a staged slot, whose row and code are written, and lets searches return it. The caller
    /// is in the gate.
    ///
    /// - Parameter unit: the slot's vector, of unit length under cosine.
    func link(_ slot: Slot, unit: UnsafePointer<Float>, in context: SearchContext) {
        let level = level(of: slot)
        var start = entry.load(ordering: .acquiring)
        if start == Self.noEntry {
            let isFirst = entryLock.withLock { _ in
                start = entry.load(ordering: .acquiring)
                guard start == Self.noEntry else { return false }
                entry.store(UInt64(level) << 32 | UInt64(slot), ordering: .releasing)
                return true
            }
            if isFirst {
                publish(slot)
                return
            }
        }
        let storage = storage
        let exact = LinkScorer(RowScorer(unit, in: storage), of: slot, in: storage)
        if let codes = codeScorer(unit, storage, context) {
            let scorer = LinkScorer(codes, of: slot, in: storage)
            link(slot, level, from: start, scorer, exact, storage, context)
        } else {
            link(slot, level, from: start, exact, exact, storage, context)
        }
        if level > Int(start >> 32) {
            entryLock.withLock { _ in
                guard level > Int(entry.load(ordering: .acquiring) >> 32) else { return }
                entry.store(UInt64(level) << 32 | UInt64(slot), ordering: .releasing)
            }
        }
        publish(slot)
    }

    /// Nil without codes.
    @inline(__always)
    func codeScorer(
        _ unit: UnsafePointer<Float>, _ storage: VectorStorage, _ context: SearchContext
    ) -> CodeScorer? {
        guard let quantizer = storage.quantizer, let codes = storage.codes else { return nil }
        let weights = context.weights.room(quantizer.layout.paddedDimensions)
        return CodeScorer(
            quantizer.prepare(unit, into: weights), kernel: quantizer.distances, codes: codes)
    }

    private func link<S: Scorer>(
        _ slot: Slot, _ level: Int, from entry: UInt64, _ scorer: S, _ exact: LinkScorer<RowScorer>,
        _ storage: VectorStorage, _ context: SearchContext
    ) {
        let top = Int(entry >> 32)
        let shared = min(level, top)
        var position = start(entry, scorer, context)
        var current = top
        while current > shared {
            position = descend(
                layer(current), scorer, from: position,
                slotLimit: slotCount.load(ordering: .acquiring), in: context)
            current -= 1
        }
        // Its own links first, on all levels, so that whoever finds it can go on from it.
        while current >= 0 {
            let layer = layer(current)
            let found = walk(
                layer, scorer, from: position, ef: parameters.efConstruction,
                slotCount: slotCount.load(ordering: .acquiring), in: context)
            position = context.pool.room(found)[0] & ~1
            let candidates = context.chosen.room(found)
            let count = rescore(found, exact, without: slot, into: candidates, context)
            let chosen = choose(
                candidates, count: count, limit: parameters.m, for: slot, storage, context)
            layer.write(candidates, count: chosen, at: slot)
            current -= 1
        }
        for level in 0...shared {
            let layer = layer(level)
            let own = context.chosen.room(layer.width)
            let count = scoredLinks(of: slot, layer, exact, into: own, context)
            // `connect` uses the context's lists, so these are kept apart.
            withUnsafeTemporaryAllocation(of: Packed.self, capacity: count) { kept in
                for i in 0..<count { kept[i] = own[i] }
                for word in kept { connect(word, to: slot, layer, exact, storage, context) }
            }
        }
    }

    @inline(__always)
    func linkScorer(
        _ slot: Slot, _ storage: VectorStorage, room: UnsafeMutablePointer<Float>
    ) -> LinkScorer<RowScorer> {
        LinkScorer(RowScorer(slot, in: storage, room: room), of: slot, in: storage)
    }

    /// Where a walk begins, with its distance.
    @inline(__always)
    func start<S: Scorer>(_ entry: UInt64, _ scorer: S, _ context: SearchContext) -> Packed {
        let batch = context.batch.room(1)
        let distances = context.distances.room(1)
        batch[0] = Slot(truncatingIfNeeded: entry)
        scorer.score(batch, count: 1, into: distances)
        return pack(distances[0], batch[0])
    }

    /// The pool's slots with their distances from the rows, sorted. Masked ones are left out, unless
    /// hardly any others are there.
    private func rescore(
        _ found: Int, _ exact: LinkScorer<RowScorer>, without slot: Slot,
        into candidates: UnsafeMutablePointer<Packed>, _ context: SearchContext
    ) -> Int {
        let pool = context.pool.room(found)
        let batch = context.batch.room(found)
        let distances = context.distances.room(found)
        func collect(masked: Bool) -> Int {
            var count = 0
            for i in 0..<found where pool[i].slot != slot && (masked || !isMasked(pool[i].slot)) {
                batch[count] = pool[i].slot
                count += 1
            }
            return count
        }
        var count = collect(masked: false)
        if count < parameters.m, count < found { count = collect(masked: true) }
        exact.score(batch, count: count, into: distances)
        for i in 0..<count { candidates[i] = pack(distances[i], batch[i]) }
        sortPacked(candidates, count: count)
        return count
    }

    private func scoredLinks(
        of slot: Slot, _ layer: Layer, _ scorer: LinkScorer<RowScorer>,
        into words: UnsafeMutablePointer<Packed>, _ context: SearchContext
    ) -> Int {
        let batch = context.batch.room(layer.width)
        let distances = context.distances.room(layer.width)
        let count = layer.read(slot, into: batch)
        scorer.score(batch, count: count, into: distances)
        for i in 0..<count { words[i] = pack(distances[i], batch[i]) }
        return count
    }

    /// Chooses links among sorted candidates: the nearest, then each that is nearer to the new
    /// vector than to all chosen before it. So links lead in different directions.
    ///
    /// One that is a hundred times nearer than another is, seen from that, in the same place as the
    /// new vector, and no direction: it does not take the other's place. Of those that equal the new
    /// vector, two are chosen, the next by number on either side, so that equal vectors are a chain:
    /// else each would be linked to the same one, and the others lost.
    ///
    /// - Parameter slot: the new vector's.
    /// - Returns: how many are chosen; they are put first, nearest first.
    func choose(
        _ candidates: UnsafeMutablePointer<Packed>, count: Int, limit: Int, for slot: Slot,
        _ storage: VectorStorage, _ context: SearchContext
    ) -> Int {
        guard count > 0 else { return 0 }
        let room = context.row.room(storage.dimensions)
        let batch = context.batch.room(count)
        let distances = context.distances.room(count)
        // Nearer than this, distances are rounding.
        let least = candidates[count - 1].packedDistance * 1e-6
        var end = count
        var chosen = chain(candidates, count: &end, upTo: least, for: slot)
        while chosen < end {
            let nearest = candidates[chosen]
            let farOff = 1e4 * max(nearest.packedDistance, least)
            chosen += 1
            let left = end - chosen
            guard chosen < limit, left > 0 else { break }
            for i in 0..<left { batch[i] = candidates[chosen + i].slot }
            linkScorer(nearest.slot, storage, room: room)
                .score(batch, count: left, into: distances)
            end = chosen
            for i in 0..<left {
                let word = candidates[chosen + i]
                candidates[end] = word
                let isNearer = orderedBits(distances[i]) > word.order
                end += isNearer || word.packedDistance > farOff ? 1 : 0
            }
        }
        return min(chosen, limit)
    }

    /// Of the first candidates, which are no farther than `limit`, keeps the two whose numbers are
    /// next to the slot's.
    ///
    /// - Returns: how many are kept.
    private func chain(
        _ candidates: UnsafeMutablePointer<Packed>, count: inout Int, upTo limit: Float,
        for slot: Slot
    ) -> Int {
        var below: Packed?
        var above: Packed?
        var equal = 0
        while equal < count, candidates[equal].packedDistance <= limit {
            let word = candidates[equal]
            if word.slot < slot {
                if below.map({ word.slot > $0.slot }) ?? true { below = word }
            } else {
                if above.map({ word.slot < $0.slot }) ?? true { above = word }
            }
            equal += 1
        }
        var kept = 0
        for case let word? in [below, above] {
            candidates[kept] = word
            kept += 1
        }
        (candidates + kept).update(from: candidates + equal, count: count - equal)
        count -= equal - kept
        return kept
    }

    /// Adds a link from `neighbor` to a new slot. A full list is chosen anew.
    ///
    /// - Parameters:
    ///   - neighbor: with its distance to the new slot.
    ///   - exact: has the new slot's vector as its query.
    private func connect(
        _ neighbor: Packed, to slot: Slot, _ layer: Layer, _ exact: LinkScorer<RowScorer>,
        _ storage: VectorStorage, _ context: SearchContext
    ) {
        let width = layer.width
        let batch = context.batch.room(width + 1)
        let distances = context.distances.room(width + 1)
        locks.lock(neighbor.slot)
        defer { locks.unlock(neighbor.slot) }
        let count = layer.read(neighbor.slot, into: batch)
        for i in 0..<count where batch[i] == slot { return }
        if count < width {
            martlet_store_release(layer.links(neighbor.slot) + count, slot)
            return
        }
        linkScorer(neighbor.slot, storage, room: context.row.room(storage.dimensions))
            .score(batch, count: count, into: distances)
        let candidates = context.rest.room(width + 1)
        for i in 0..<count { candidates[i] = pack(distances[i], batch[i]) }
        candidates[count] = neighbor & 0xFFFF_FFFF_0000_0000 | Packed(slot << 1)
        sortPacked(candidates, count: count + 1)
        let chosen = choose(
            candidates, count: count + 1, limit: width, for: neighbor.slot, storage, context)
        layer.write(candidates, count: chosen, at: neighbor.slot)
    }
}
