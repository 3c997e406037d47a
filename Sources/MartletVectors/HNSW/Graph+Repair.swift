// Mending the graph around removed vectors, so that their slots can be used again.
//
// Repair has the gate alone; searches go on. Every list with masked slots in it is chosen anew, from
// what is left of it and the neighbours of what is masked. Then no live slot leads to a masked one;
// after the readers of that time have left, the masked slots are free.

internal import CVectorKernels
internal import MartletThreads
internal import Synchronization

extension Graph {
    /// Removed vectors beyond this part of all make searches slower, and a repair worth its work.
    static let repairPart = 0.08

    var needsRepair: Bool {
        let all = linkedCount.load(ordering: .relaxed)
        return Double(maskedCount) >= max(Double(all) * Self.repairPart, 16)
    }

    func repair(threads: Int) -> [Slot] {
        gate.withExclusive {
            // Links are chosen by rows. Damaged ones are an error of the next search or insertion.
            guard (try? storage.rowGuard?.checkAll()) != nil || storage.rowGuard == nil else {
                return []
            }
            let count = slotCount.load(ordering: .relaxed)
            // Removals go on; this repair is about those of now.
            let gone = SlotBitmap(capacity: count)
            for index in 0..<(count + 63) / 64 {
                var word = linkedWords[index] & ~martlet_load_acquire_64(liveWords + index)
                while word != 0 {
                    gone.insert(Slot(index * 64 + word.trailingZeroBitCount))
                    word &= word - 1
                }
            }
            guard !gone.isEmpty else {
                reclaim()
                return []
            }
            if gone.count == linkedCount.load(ordering: .relaxed) {
                forgetAll()
            } else {
                moveEntry(from: gone)
                mend(gone, count: count, threads: threads)
            }
            return retire(gone)
        }
    }

    private func forgetAll() { entry.store(Self.noEntry, ordering: .releasing) }

    /// Walks begin at a live slot of the highest level that one has.
    private func moveEntry(from gone: SlotBitmap) {
        let old = entry.load(ordering: .acquiring)
        guard old != Self.noEntry, gone.contains(Slot(truncatingIfNeeded: old)) else { return }
        var best: (slot: Slot, level: Int)?
        let count = slotCount.load(ordering: .relaxed)
        for slot in 0..<Slot(count) where isLeft(slot, besides: gone) {
            let level = level(of: slot)
            if best == nil || level > best!.level { best = (slot, level) }
        }
        if let best {
            entry.store(UInt64(best.level) << 32 | UInt64(best.slot), ordering: .releasing)
        }
    }

    /// Live, or removed since this repair began.
    private func isLeft(_ slot: Slot, besides gone: SlotBitmap) -> Bool {
        isLinked(slot) && !gone.contains(slot)
    }

    private func mend(_ gone: SlotBitmap, count: Int, threads: Int) {
        onThreads(threads) { thread in
            let context = self.readers.enter()
            defer { self.readers.leave(context) }
            for slot in thread * count / threads..<(thread + 1) * count / threads {
                let slot = Slot(slot)
                guard self.isLeft(slot, besides: gone) else { continue }
                for level in 0...self.level(of: slot) {
                    self.mend(slot, self.layer(level), gone, context)
                }
            }
        }
        connectLost(besides: gone)
    }

    /// Chooses a slot's links anew, if some of them are gone.
    private func mend(
        _ slot: Slot, _ layer: Layer, _ gone: SlotBitmap, _ context: SearchContext
    ) {
        let width = layer.width
        let own = context.slots.room(width)
        let count = layer.read(slot, into: own)
        var isHurt = false
        for i in 0..<count where gone.contains(own[i]) { isHurt = true }
        guard isHurt else { return }

        let storage = storage
        let visit = context.beginWalk(slotCount: slotCount.load(ordering: .relaxed))
        let visits = context.visits
        let candidates = context.batch.room(width * (width + 1))
        let further = context.furtherSlots.room(width)
        visits[Int(slot)] = visit
        var candidateCount = 0
        func add(_ slot: Slot) {
            guard visits[Int(slot)] != visit else { return }
            visits[Int(slot)] = visit
            guard !gone.contains(slot), isLive(slot) else { return }
            candidates[candidateCount] = slot
            candidateCount += 1
        }
        for i in 0..<count where !gone.contains(own[i]) { add(own[i]) }
        for i in 0..<count where gone.contains(own[i]) {
            let furtherCount = layer.read(own[i], into: further)
            for j in 0..<furtherCount { add(further[j]) }
        }
        let distances = context.distances.room(candidateCount)
        linkScorer(slot, storage, room: context.row.room(storage.dimensions)).score(
            candidates, count: candidateCount, into: distances)
        let words = context.rest.room(candidateCount)
        for i in 0..<candidateCount { words[i] = pack(distances[i], candidates[i]) }
        sortPacked(words, count: candidateCount)
        let chosen = choose(
            words, count: candidateCount, limit: width, for: slot, storage, context)
        layer.write(words, count: chosen, at: slot)
    }

    /// Takes what is gone out of use. Returns it.
    private func retire(_ gone: SlotBitmap) -> [Slot] {
        var slots: [Slot] = []
        slots.reserveCapacity(gone.count)
        gone.forEach { slots.append($0) }
        let words = linkedWords
        for index in 0..<gone.wordCount where gone.words[index] != 0 {
            _ = martlet_fetch_and_64(words + index, ~gone.words[index])
        }
        linkedCount.wrappingSubtract(slots.count, ordering: .relaxed)
        let epoch = readers.raise()
        supply.withLock { $0.retired.append((epoch, slots)) }
        reclaim()
        return slots
    }
}
