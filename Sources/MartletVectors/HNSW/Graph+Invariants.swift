internal import CVectorKernels
internal import MartletThreads
internal import Synchronization

extension Graph {
    /// What is wrong with the graph, a sentence each; nothing when it is sound. Holds off
    /// insertions meanwhile; removals may go on.
    func checkInvariants() -> [String] {
        gate.withExclusive {
            let context = readers.enter()
            defer { readers.leave(context) }
            var faults: [String] = []
            let count = slotCount.load(ordering: .relaxed)
            reclaim()
            let (free, retired, blockCount) = supply.withLock { supply in
                (
                    SlotBitmap(supply.free),
                    SlotBitmap(supply.retired.flatMap(\.slots)), supply.blockCount
                )
            }
            var liveSeen = 0
            var stateless = 0
            for slot in 0..<Slot(count) {
                let states = [
                    isLinked(slot), free.contains(slot), retired.contains(slot),
                ]
                let held = states.count { $0 }
                if held > 1 { faults.append("slot \(slot) is in \(held) states at once") }
                if held == 0 { stateless += 1 }
                if isLive(slot) { liveSeen += 1 }
                guard isLinked(slot) else {
                    if isLive(slot) { faults.append("slot \(slot) is live without links") }
                    continue
                }
                for level in 0...level(of: slot) {
                    check(
                        slot, level, count: count, blockCount: blockCount, context, &faults)
                }
            }
            if liveSeen > liveCount.load(ordering: .relaxed) {
                faults.append("\(liveSeen) live slots, more than are counted")
            }
            let staged = stagedCount.load(ordering: .relaxed)
            if stateless != staged {
                faults.append("\(stateless) slots in no state, but \(staged) being inserted")
            }
            let start = entry.load(ordering: .acquiring)
            if start == Self.noEntry {
                if liveSeen > 0 { faults.append("no entry to \(liveSeen) vectors") }
            } else {
                let slot = Slot(truncatingIfNeeded: start)
                if level(of: slot) != Int(start >> 32) {
                    faults.append("the entry's level is not its slot's")
                }
                if !isLinked(slot) { faults.append("the entry is free") }
            }
            let seen = reachability().seen
            var lost = 0
            for slot in 0..<Slot(count) where isLive(slot) && !seen.contains(slot) { lost += 1 }
            // Heuristic links promise no path to every vector, only to nearly all. Small indexes are
            // searched without links.
            if lost * 100 > liveSeen, liveSeen >= Self.leastForCodes {
                faults.append("\(lost) of \(liveSeen) vectors cannot be reached")
            }
            return faults
        }
    }

    private func check(
        _ slot: Slot, _ level: Int, count: Int, blockCount: Int, _ context: SearchContext,
        _ faults: inout [String]
    ) {
        if level > 0 {
            let word = directory.base.assumingMemoryBound(to: UInt32.self)[Int(slot)]
            if Int(word & Layer.blockMask) + level > blockCount {
                faults.append("slot \(slot) has blocks beyond the last")
                return
            }
        }
        let layer = layer(level)
        let list = layer.links(slot)
        var ended = false
        var seen = Set<Slot>()
        for i in 0..<layer.width {
            let link = martlet_load_acquire(list + i)
            if link == Layer.none {
                ended = true
                continue
            }
            if ended { faults.append("slot \(slot) has links after its last on level \(level)") }
            guard Int(link) < count else {
                faults.append("slot \(slot) links to \(link), which is no slot")
                continue
            }
            if link == slot { faults.append("slot \(slot) links to itself on level \(level)") }
            if !seen.insert(link).inserted {
                faults.append("slot \(slot) links to \(link) twice on level \(level)")
            }
            if !isLinked(link) {
                faults.append("slot \(slot) links to \(link), which is free")
            }
            if self.level(of: link) < level {
                faults.append("slot \(slot) links to \(link) above its level")
            }
        }
    }
}
