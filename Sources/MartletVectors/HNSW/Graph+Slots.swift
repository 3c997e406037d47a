internal import CVectorKernels
internal import MartletThreads
internal import Synchronization

#if canImport(Glibc)
    internal import Glibc
#endif

/// Slots and blocks to be given out, and what will be when its readers have left.
struct SlotSupply {
    var free: [Slot] = []
    /// Free blocks by how many of them follow one another.
    var freeBlocks = [[UInt32]](repeating: [], count: Graph.highestLevel + 1)
    var blockCount = 0
    var retired: [(epoch: UInt64, slots: [Slot])] = []
    var retiredStorages: [(epoch: UInt64, storage: VectorStorage)] = []
}

extension Graph {
    /// Takes a slot for a vector, with memory behind all its arrays and empty lists. The caller is
    /// in the gate.
    func takeSlot(label: UInt64) throws(VectorError) -> Slot {
        let level = drawLevel()
        let slot = try supply.withLock { supply throws(VectorError) -> Slot in
            reclaim(&supply)
            let slot: Slot
            let count = slotCount.load(ordering: .relaxed)
            if let free = supply.free.last {
                slot = free
            } else {
                try commit(count: count + 1)
                slot = Slot(count)
            }
            var word: UInt32 = 0
            if level > 0 {
                let first = try takeBlocks(level, &supply)
                word = UInt32(level) << Layer.levelShift | first
            }
            if supply.free.isEmpty {
                slotCount.store(count + 1, ordering: .releasing)
            } else {
                supply.free.removeLast()
            }
            stagedCount.wrappingAdd(1, ordering: .relaxed)
            directory.base.assumingMemoryBound(to: UInt32.self)[Int(slot)] = word
            labels.base.assumingMemoryBound(to: UInt64.self)[Int(slot)] = label
            return slot
        }
        for level in 0...level {
            let layer = layer(level)
            let list = layer.links(slot)
            for i in 0..<layer.width { martlet_store_release(list + i, Layer.none) }
        }
        return slot
    }

    private func commit(count: Int) throws(VectorError) {
        guard count <= capacity else { throw .indexFull }
        try storage.commit(count: count)
        try links.commit(count: count)
        try directory.commit(count: count)
        try labels.commit(count: count)
        try live.commit(count: count / 64 + 1)
        try linked.commit(count: count / 64 + 1)
    }

    private func takeBlocks(
        _ count: Int, _ supply: inout SlotSupply
    ) throws(VectorError) -> UInt32 {
        if let first = supply.freeBlocks[count].popLast() { return first }
        try blocks.commit(count: supply.blockCount + count)
        supply.blockCount += count
        return UInt32(supply.blockCount - count)
    }

    /// Geometric levels from the number of the insertion, so that runs can be repeated.
    private func drawLevel() -> Int {
        var z = insertions.wrappingAdd(1, ordering: .relaxed).newValue &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ z >> 30) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ z >> 27) &* 0x94D0_49BB_1331_11EB
        z ^= z >> 31
        let uniform = (Double(z >> 11) + 1) * 0x1p-53
        return min(Int(-log(uniform) / log(Double(parameters.m))), Self.highestLevel)
    }

    /// Makes slots and storages free whose readers have left.
    func reclaim() { supply.withLock { reclaim(&$0) } }

    private func reclaim(_ supply: inout SlotSupply) {
        while let first = supply.retiredStorages.first, readers.isOver(first.epoch) {
            supply.retiredStorages.removeFirst()
        }
        while let first = supply.retired.first, readers.isOver(first.epoch) {
            for slot in first.slots {
                let level = level(of: slot)
                if level > 0 {
                    let word = directory.base.assumingMemoryBound(to: UInt32.self)[Int(slot)]
                    supply.freeBlocks[level].append(word & Layer.blockMask)
                }
            }
            supply.free.append(contentsOf: first.slots)
            supply.retired.removeFirst()
        }
    }

    // MARK: Life and death

    /// Lets searches return a slot.
    func publish(_ slot: Slot) {
        let bit = UInt64(1) << UInt64(slot & 63)
        _ = martlet_fetch_or_64(linkedWords + Int(slot >> 6), bit)
        linkedCount.wrappingAdd(1, ordering: .relaxed)
        stagedCount.wrappingSubtract(1, ordering: .relaxed)
        _ = martlet_fetch_or_64(liveWords + Int(slot >> 6), bit)
        liveCount.wrappingAdd(1, ordering: .relaxed)
    }

    /// Masks a slot at once.
    ///
    /// - Returns: whether it was live.
    func remove(_ slot: Slot) -> Bool {
        guard Int(slot) < slotCount.load(ordering: .acquiring) else { return false }
        let bit = UInt64(1) << UInt64(slot & 63)
        let word = Int(slot >> 6)
        guard martlet_fetch_and_64(liveWords + word, ~bit) & bit != 0 else { return false }
        liveCount.wrappingSubtract(1, ordering: .relaxed)
        return true
    }
}
