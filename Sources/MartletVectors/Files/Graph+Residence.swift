// What an open index has in memory, and what in its file.

internal import MartletThreads
internal import Synchronization

extension Graph {
    func loadIntoMemory() throws(VectorError) {
        guard parameters.residence != .mapped else { return }
        // Some milliseconds' worth of copying, holding off insertions for as long.
        let pieceBytes = 16 << 20
        var arenas = [links, directory, blocks, labels]
        let storage = gate.withExclusive { self.storage }
        arenas += [storage.codes, storage.norms].compactMap { $0 }
        if parameters.residence == .memory {
            try storage.rowGuard?.checkAll()
            arenas.append(storage.rows)
        }
        for arena in arenas {
            while try gate.withExclusive({ () throws(VectorError) -> Bool in
                try arena.unmapSome(limit: pieceBytes)
            }) {}
        }
    }

    func adopt(_ file: IndexFile) throws(VectorError) {
        let count = slotCount.load(ordering: .relaxed)
        let storage = storage
        guard parameters.residence != .memory, count > 0 else { return }
        // Nothing guards the rows from here on.
        let rows = try file.place(.rows, byteCount: count * storage.rows.stride)
        try file.unsealed?.open(rows.offset..<rows.offset + rows.byteCount)
        try file.map(.rows, over: storage.rows, count: count)
        if parameters.residence == .mapped {
            if let codes = storage.codes { try file.map(.codes, over: codes, count: count) }
            if let norms = storage.norms {
                try file.map(.norms, over: norms, count: count)
            }
            try file.map(.links, over: links, count: count)
            try file.map(.blocks, over: blocks, count: supply.withLock { $0.blockCount })
        }
        // What was written a moment ago is what was in memory.
        replaceStorage(
            VectorStorage(
                metric: storage.metric, dimensions: storage.dimensions,
                rowsAreHalf: storage.rowsAreHalf, rows: storage.rows,
                norms: storage.norms, quantizer: storage.quantizer, codes: storage.codes,
                longest: storage.longest, rowGuard: nil))
    }
}
