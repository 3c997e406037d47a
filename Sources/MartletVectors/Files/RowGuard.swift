// Checks blocks of mapped rows before their first use, so that opening a file need not read them
// all, and damage is never served.

internal import CMartletChecksum
internal import CVectorKernels
internal import MartletThreads
internal import Synchronization

final class RowGuard: @unchecked Sendable {
    static let blockBytes = 64 << 10

    private let path: String
    /// Where the rows begin in the file.
    private let fileOffset: Int
    private let rows: UnsafeRawPointer
    private let stride: Int
    private let byteCount: Int
    /// One for each block.
    private let checksums: [UInt32]
    /// A bit for each block that was checked.
    private let checked: UnsafeMutablePointer<UInt64>
    private let allChecked = Atomic(false)
    /// Of a sealed file, until all of its rows are open.
    private let unsealed: Locked<(any UnsealedIndexFile)?>

    init(
        path: String, fileOffset: Int, rows: UnsafeRawPointer, stride: Int, byteCount: Int,
        checksums: [UInt32], unsealed: (any UnsealedIndexFile)?
    ) {
        precondition(
            checksums.count == (byteCount + Self.blockBytes - 1) / Self.blockBytes,
            "a checksum for each block")
        self.path = path
        self.fileOffset = fileOffset
        self.rows = rows
        self.stride = stride
        self.byteCount = byteCount
        self.checksums = checksums
        self.unsealed = Locked(unsealed)
        let words = checksums.count / 64 + 1
        checked = .allocate(capacity: words)
        checked.initialize(repeating: 0, count: words)
    }

    deinit { checked.deallocate() }

    /// - Throws: `corruptFile` when a block that holds part of these rows is damaged.
    func check(_ slots: UnsafePointer<Slot>, count: Int) throws(VectorError) {
        for i in 0..<count {
            let start = Int(slots[i]) * stride
            // Rows after the file's are in memory.
            guard start < byteCount else { continue }
            let last = min(start + stride, byteCount) - 1
            for block in start / Self.blockBytes...last / Self.blockBytes {
                try check(block: block)
            }
        }
    }

    /// Needed before anything is written to the rows.
    func checkAll() throws(VectorError) {
        guard !allChecked.load(ordering: .acquiring) else { return }
        for block in checksums.indices { try check(block: block) }
        allChecked.store(true, ordering: .releasing)
        // Its memory is not kept beside that of the rows.
        unsealed.withLock { $0 = nil }
    }

    @inline(__always)
    private func check(block: Int) throws(VectorError) {
        let bit = UInt64(1) << UInt64(block & 63)
        guard martlet_load_acquire_64(checked + block >> 6) & bit == 0 else { return }
        try verify(block)
        _ = martlet_fetch_or_64(checked + block >> 6, bit)
    }

    @inline(never)
    private func verify(_ block: Int) throws(VectorError) {
        let start = block * Self.blockBytes
        let count = min(Self.blockBytes, byteCount - start)
        if let unsealed = unsealed.withLock({ $0 }) {
            try unsealed.open(fileOffset + start..<fileOffset + start + count)
        }
        guard martlet_crc32c(0, rows + start, count) != checksums[block] else { return }
        // Another thread may have found it sound, and a vector may have been written there since.
        let bit = UInt64(1) << UInt64(block & 63)
        guard martlet_load_acquire_64(checked + block >> 6) & bit != 0 else {
            throw .corruptFile(
                path: path, offset: fileOffset + start, detail: "checksum of vectors")
        }
    }
}
