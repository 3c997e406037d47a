// A graph opened from its file: arenas are mapped over its sections, and everything that walks
// trust is checked. docs/format/vector-index.md describes the sections.

internal import CVectorKernels
internal import MartletThreads
internal import Synchronization

extension IndexFile {
    func damage(_ section: IndexSection, _ detail: String) -> VectorError {
        .corruptFile(path: path, offset: entry(of: section)?.offset ?? 0, detail: detail)
    }

    /// Where a section of this length is.
    func place(
        _ section: IndexSection, byteCount: Int
    ) throws(VectorError) -> IndexFileFormat.Entry {
        guard let entry = entry(of: section), entry.byteCount == byteCount else {
            throw damage(section, "section \(section.rawValue) has another length")
        }
        return entry
    }

    /// Maps a section over an arena's beginning, checked if it has a checksum of its own.
    func map(
        _ section: IndexSection, over arena: Arena, count: Int
    ) throws(VectorError) {
        let entry = try place(section, byteCount: count * arena.stride)
        _ = try bytes(of: section)
        try arena.map(
            descriptor: descriptor, offset: entry.offset, byteCount: entry.byteCount, path: path)
    }
}

extension IndexFile {
    /// For what is changed without the gate, so that it can never be moved.
    func copy(
        _ section: IndexSection, to arena: Arena, count: Int
    ) throws(VectorError) {
        _ = try place(section, byteCount: count * arena.stride)
        guard let bytes = try bytes(of: section) else { return }
        try arena.commit(count: count)
        UnsafeMutableRawBufferPointer(start: arena.base, count: bytes.count).copyMemory(from: bytes)
    }
}

extension Graph {
    convenience init(
        _ header: IndexHeader, _ file: IndexFile, capacity: Int?
    ) throws(VectorError) {
        try self.init(header.parameters, rowsAreHalf: header.rowsAreHalf, capacity: capacity)
        let count = header.slotCount
        guard count <= self.capacity else { throw .indexFull }
        let empty = storage
        guard header.rowStride == empty.rows.stride, header.rowsAreHalf == empty.rowsAreHalf else {
            throw file.damage(.parameters, "another length of rows")
        }
        try file.map(.rows, over: empty.rows, count: count)
        if let norms = empty.norms {
            try file.map(.norms, over: norms, count: count)
            if case .squared(let values) = empty.lengths {
                for slot in 0..<count { empty.longest.raise(to: abs(values[slot])) }
            }
        }
        var quantizer: ScalarQuantizer?
        var codes: Arena?
        if header.codeStride > 0 {
            guard header.parameters.codes != .none else {
                throw file.damage(.parameters, "codes of no kind")
            }
            let made = try Self.quantizer(header, file)
            let arena = try Arena(stride: made.layout.stride, capacity: self.capacity)
            try file.map(.codes, over: arena, count: count)
            (quantizer, codes) = (made, arena)
        }
        try file.map(.links, over: links, count: count)
        try file.map(.directory, over: directory, count: count)
        try file.map(.blocks, over: blocks, count: header.blockCount)
        try file.map(.labels, over: labels, count: count)
        try file.copy(.linked, to: linked, count: Self.words(count))
        try file.copy(.live, to: live, count: Self.words(count))
        replaceStorage(
            VectorStorage(
                metric: parameters.metric, dimensions: parameters.dimensions,
                rowsAreHalf: header.rowsAreHalf, rows: empty.rows,
                norms: empty.norms, quantizer: quantizer, codes: codes, longest: empty.longest,
                rowGuard: try Self.rowGuard(file, empty.rows, count: count)))

        slotCount.store(count, ordering: .releasing)
        entry.store(header.entry, ordering: .releasing)
        insertions.store(header.insertions, ordering: .relaxed)
        tidied.store(header.insertions, ordering: .relaxed)
        training.nextCount.store(header.nextTraining, ordering: .relaxed)
        try restoreSupply(header, file)
        try checkLinks(header, file)
    }

    private static func quantizer(
        _ header: IndexHeader, _ file: IndexFile
    ) throws(VectorError) -> ScalarQuantizer {
        guard let bytes = try file.bytes(of: .quantizer),
            let quantizer = try? ScalarQuantizer(serialized: bytes),
            quantizer.layout
                == CodeLayout(
                    dimensions: header.parameters.dimensions, kind: header.parameters.codes,
                    metric: header.parameters.metric),
            quantizer.metric == header.parameters.metric,
            quantizer.layout.stride == header.codeStride
        else { throw file.damage(.quantizer, "not this index's quantizer") }
        return quantizer
    }

    private static func rowGuard(
        _ file: IndexFile, _ rows: Arena, count: Int
    ) throws(VectorError) -> RowGuard {
        let byteCount = count * rows.stride
        let blocks = (byteCount + RowGuard.blockBytes - 1) / RowGuard.blockBytes
        guard let bytes = try file.bytes(of: .rowChecksums), bytes.count == 4 * blocks else {
            throw file.damage(.rowChecksums, "another number of checksums")
        }
        return RowGuard(
            path: file.path, fileOffset: try file.place(.rows, byteCount: byteCount).offset,
            rows: UnsafeRawPointer(rows.base), stride: rows.stride, byteCount: byteCount,
            checksums: (0..<blocks).map {
                UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4 * $0, as: UInt32.self))
            }, unsealed: file.unsealed)
    }

    /// Counts what is linked and live; everything else is free, slots and blocks.
    private func restoreSupply(
        _ header: IndexHeader, _ file: IndexFile
    ) throws(VectorError) {
        let count = header.slotCount
        var liveTotal = 0
        var linkedTotal = 0
        for index in 0..<Self.words(count) {
            let linked = linkedWords[index]
            let mask: UInt64 = index == count / 64 ? UInt64(1) << UInt64(count & 63) &- 1 : .max
            guard liveWords[index] & ~linked == 0, linked & ~mask == 0 else {
                throw file.damage(.live, "slots that are live without links")
            }
            liveTotal += liveWords[index].nonzeroBitCount
            linkedTotal += linked.nonzeroBitCount
        }
        let used = SlotBitmap(capacity: header.blockCount)
        let words = directory.base.assumingMemoryBound(to: UInt32.self)
        var free: [Slot] = []
        for slot in 0..<Slot(count) {
            guard isLinked(slot) else {
                free.append(slot)
                continue
            }
            guard words[Int(slot)] != 0 else { continue }
            let first = words[Int(slot)] & Layer.blockMask
            for block in first..<first + UInt32(level(of: slot)) {
                guard Int(block) < header.blockCount, used.insert(block) else {
                    throw file.damage(.directory, "blocks of two slots, or of none")
                }
            }
        }
        var freeBlocks = [[UInt32]](repeating: [], count: Self.highestLevel + 1)
        for block in 0..<UInt32(header.blockCount) where !used.contains(block) {
            freeBlocks[1].append(block)
        }
        liveCount.store(liveTotal, ordering: .relaxed)
        linkedCount.store(linkedTotal, ordering: .relaxed)
        // The last slots are given out last, so that they may stay unused.
        free.reverse()
        supply.withLock {
            $0.free = free
            $0.freeBlocks = freeBlocks
            $0.blockCount = header.blockCount
        }
    }

    /// Walks trust links, so none may lead out of the index.
    private func checkLinks(_ header: IndexHeader, _ file: IndexFile) throws(VectorError) {
        func check(_ arena: Arena, _ count: Int, _ section: IndexSection) throws(VectorError) {
            let words = arena.base.assumingMemoryBound(to: UInt32.self)
            var highest: UInt32 = 0
            for i in 0..<count * arena.stride / 4 {
                // No link becomes 0.
                highest = max(highest, words[i] &+ 1)
            }
            guard Int(highest) <= header.slotCount else {
                throw file.damage(section, "a link to no slot")
            }
        }
        try check(links, header.slotCount, .links)
        // Level by level: an upper list may only lead to slots that have one, too.
        let words = blocks.base.assumingMemoryBound(to: UInt32.self)
        let width = parameters.m
        for slot in 0..<Slot(header.slotCount) where isLinked(slot) {
            let height = level(of: slot)
            guard height > 0 else { continue }
            let first = Int(
                directory.base.assumingMemoryBound(to: UInt32.self)[Int(slot)] & Layer.blockMask)
            for level in 1...height {
                for i in 0..<width {
                    let link = words[(first + level - 1) * width + i]
                    if link == Layer.none { break }
                    guard Int(link) < header.slotCount, self.level(of: link) >= level else {
                        throw file.damage(.blocks, "a link to no slot of its level")
                    }
                }
            }
        }
        guard header.entry != Self.noEntry else { return }
        let slot = header.entry & 0xFFFF_FFFF
        guard slot < UInt64(header.slotCount), isLinked(Slot(slot)),
            level(of: Slot(slot)) == Int(header.entry >> 32)
        else { throw file.damage(.parameters, "an entry that cannot be") }
    }
}
