// A graph's sections, written. docs/format/vector-index.md describes them.

internal import CMartletChecksum
internal import CVectorKernels
internal import MartletThreads
internal import Synchronization

extension Graph {
    /// Words of 64 slots each.
    static func words(_ slots: Int) -> Int { (slots + 63) / 64 }

    func write(to file: IndexFileWriter) throws(VectorError) {
        let storage = storage
        let count = slotCount.load(ordering: .relaxed)
        let blockCount = supply.withLock { $0.blockCount }
        try storage.rowGuard?.checkAll()
        let header = IndexHeader(
            parameters: parameters, rowsAreHalf: storage.rowsAreHalf, slotCount: count,
            entry: entry.load(ordering: .acquiring),
            insertions: insertions.load(ordering: .relaxed), blockCount: blockCount,
            nextTraining: training.nextCount.load(ordering: .relaxed),
            rowStride: storage.rows.stride, codeStride: storage.codes?.stride ?? 0)
        try file.write(.parameters, elements: header.bytes)
        try write(storage.rows.bytes(count), to: file)
        if let norms = storage.norms { try file.write(.norms, norms.bytes(count)) }
        if let quantizer = storage.quantizer, let codes = storage.codes {
            try file.write(.quantizer, elements: quantizer.serialized())
            try file.write(.codes, codes.bytes(count))
        }
        try file.write(.links, links.bytes(count))
        try file.write(.directory, directory.bytes(count))
        try file.write(.blocks, blocks.bytes(blockCount))
        try file.write(.labels, labels.bytes(count))
        try file.write(.linked, linked.bytes(Self.words(count)))
        // Removals go on, so the bits are copied before their checksum is made.
        let bits = (0..<Self.words(count)).map { martlet_load_acquire_64(liveWords + $0) }
        try file.write(.live, elements: bits)
    }

    private func write(
        _ rows: UnsafeRawBufferPointer, to file: IndexFileWriter
    ) throws(VectorError) {
        var checksums: [UInt32] = []
        checksums.reserveCapacity(rows.count / RowGuard.blockBytes + 1)
        try file.begin(.rows, flags: IndexFileFormat.blockChecksumFlag)
        var start = 0
        while start < rows.count {
            let end = min(start + RowGuard.blockBytes, rows.count)
            let block = UnsafeRawBufferPointer(rebasing: rows[start..<end])
            checksums.append(martlet_crc32c(0, block.baseAddress, block.count))
            try file.append(block)
            start = end
        }
        try file.end()
        try file.write(.rowChecksums, elements: checksums)
    }
}
