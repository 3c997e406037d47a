internal import CMartletChecksum
internal import Glibc

/// Writes an index's file section by section: beside the old one, synced, then renamed over it.
///
/// Used by one thread at a time. Whatever fails, the file of before is untouched; what was written
/// of the new one is removed when the writer goes without `finish()`.
public final class IndexFileWriter {
    public let path: String
    /// Where the file is until it has its name.
    public var temporaryPath: String { path + ".new" }

    private var descriptor: Int32
    private var sealer: (any IndexFileSealer)?
    private var entries: [IndexFileFormat.Entry] = []
    private var isInSection = false
    private var isSealed = false
    private var isFinished = false
    private var position = IndexFileFormat.pageBytes
    private let buffer: UnsafeMutableRawPointer
    private var buffered = 0
    private static let bufferBytes = 1 << 18

    /// - Parameter sealing: seals what is written; nil for a plain file.
    public init(
        path: String, sealing: (any IndexFileSealing)? = nil
    ) throws(VectorError) {
        self.path = path
        descriptor = open(path + ".new", O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else {
            throw .fileFailed(path: path + ".new", errno: errno)
        }
        buffer = .allocate(byteCount: Self.bufferBytes, alignment: IndexFileFormat.pageBytes)
        if let sealing {
            sealer = try sealing.sealer(for: descriptor, path: temporaryPath)
        } else if lseek(descriptor, off_t(position), SEEK_SET) < 0 {
            throw failure
        }
    }

    deinit {
        buffer.deallocate()
        if descriptor >= 0 { close(descriptor) }
        if !isFinished { unlink(temporaryPath) }
    }

    /// Writes a whole section. Each kind comes once.
    public func write(
        _ section: IndexSection, _ bytes: UnsafeRawBufferPointer
    ) throws(VectorError) {
        try begin(section)
        try append(bytes)
        try end()
    }

    func write<Element: BitwiseCopyable>(
        _ section: IndexSection, elements: [Element]
    ) throws(VectorError) {
        try elements.withUnsafeBufferPointer { elements throws(VectorError) in
            try write(section, UnsafeRawBufferPointer(elements))
        }
    }

    /// Begins a section; `append` adds to it, `end` ends it.
    public func begin(_ section: IndexSection) throws(VectorError) {
        try begin(section, flags: 0)
    }

    func begin(_ section: IndexSection, flags: UInt32) throws(VectorError) {
        precondition(!isInSection && !isSealed, "one section after the other")
        precondition(
            entries.count < IndexFileFormat.sectionLimit
                && entries.allSatisfy { $0.kind != section.rawValue }, "each kind once")
        entries.append(
            IndexFileFormat.Entry(
                kind: section.rawValue, flags: flags, offset: position, byteCount: 0, checksum: 0))
        isInSection = true
    }

    public func append(_ bytes: UnsafeRawBufferPointer) throws(VectorError) {
        precondition(isInSection)
        let last = entries.count - 1
        entries[last].byteCount += bytes.count
        if entries[last].flags & IndexFileFormat.blockChecksumFlag == 0 {
            entries[last].checksum = martlet_crc32c(
                entries[last].checksum, bytes.baseAddress, bytes.count)
        }
        try put(bytes)
    }

    public func end() throws(VectorError) {
        precondition(isInSection)
        isInSection = false
        let excess = position % IndexFileFormat.pageBytes
        guard excess > 0 else { return }
        let zeros = [UInt8](repeating: 0, count: IndexFileFormat.pageBytes - excess)
        try zeros.withUnsafeBufferPointer { bytes throws(VectorError) in
            try put(UnsafeRawBufferPointer(bytes))
        }
    }

    /// Completes the file, without waiting for the disk: it can be opened at `temporaryPath`.
    public func seal() throws(VectorError) {
        precondition(!isInSection)
        guard !isSealed else { return }
        try flush()
        let page = Self.page(entries, fileBytes: position)
        isSealed = true
        if let sealer {
            return try page.withUnsafeBufferPointer { page throws(VectorError) in
                try sealer.finish(firstPage: UnsafeRawBufferPointer(page))
            }
        }
        let count = page.withUnsafeBytes { pwrite(descriptor, $0.baseAddress, $0.count, 0) }
        guard count == page.count else { throw failure }
    }

    /// Completes the file, waits until it is on the disk, and gives it its name.
    public func finish() throws(VectorError) {
        try seal()
        guard fsync(descriptor) == 0, rename(temporaryPath, path) == 0 else { throw failure }
        isFinished = true
        let slash = path.lastIndex(of: "/")
        let folder = slash.map { path[..<$0].isEmpty ? "/" : String(path[..<$0]) } ?? "."
        let folderDescriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard folderDescriptor >= 0 else { throw .fileFailed(path: folder, errno: errno) }
        defer { close(folderDescriptor) }
        guard fsync(folderDescriptor) == 0 else {
            throw .fileFailed(path: folder, errno: errno)
        }
    }

    private func put(_ bytes: UnsafeRawBufferPointer) throws(VectorError) {
        position += bytes.count
        var rest = bytes
        while rest.count > 0 {
            // Large pieces go to the file as they are.
            if buffered == 0, rest.count >= Self.bufferBytes {
                try writeAll(rest)
                return
            }
            let count = min(rest.count, Self.bufferBytes - buffered)
            (buffer + buffered).copyMemory(from: rest.baseAddress!, byteCount: count)
            buffered += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            if buffered == Self.bufferBytes { try flush() }
        }
    }

    private func flush() throws(VectorError) {
        try writeAll(UnsafeRawBufferPointer(start: buffer, count: buffered))
        buffered = 0
    }

    private func writeAll(_ bytes: UnsafeRawBufferPointer) throws(VectorError) {
        if let sealer { return try sealer.append(bytes) }
        var done = 0
        while done < bytes.count {
            let count = Glibc.write(descriptor, bytes.baseAddress! + done, bytes.count - done)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw failure }
            done += count
        }
    }

    private var failure: VectorError { .fileFailed(path: temporaryPath, errno: errno) }

    /// Page 0.
    static func page(_ entries: [IndexFileFormat.Entry], fileBytes: Int) -> [UInt8] {
        var page = IndexFileFormat.magic
        func put<Word: FixedWidthInteger>(_ word: Word) {
            withUnsafeBytes(of: word.littleEndian) { page.append(contentsOf: $0) }
        }
        put(IndexFileFormat.version)
        put(UInt32(entries.count))
        put(UInt64(fileBytes))
        for entry in entries {
            put(entry.kind)
            put(entry.flags)
            put(UInt64(entry.offset))
            put(UInt64(entry.byteCount))
            put(entry.checksum)
            put(0 as UInt32)
        }
        put(page.withUnsafeBytes { martlet_crc32c(0, $0.baseAddress, $0.count) })
        page.append(
            contentsOf: repeatElement(0, count: IndexFileFormat.pageBytes - page.count))
        return page
    }
}
