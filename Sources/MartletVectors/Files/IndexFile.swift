internal import CMartletChecksum
internal import Glibc
internal import MartletThreads

/// An index's file, mapped. Opening reads its first page; sections are checked when first asked for.
///
/// Any number of threads may use it. The file must not be changed while it is open; it may be
/// renamed, replaced or removed.
public final class IndexFile: @unchecked Sendable {
    public let path: String
    let descriptor: Int32
    /// Of a sealed file: asked before bytes are read.
    let unsealed: (any UnsealedIndexFile)?
    private let base: UnsafeRawPointer
    private let byteCount: Int
    private let entries: [UInt32: IndexFileFormat.Entry]
    private let checked = Locked<Set<UInt32>>([])

    /// - Parameter sealing: opens a sealed file, part by part, into memory. nil for a plain one.
    /// - Throws: `fileFailed` when the file cannot be read, `corruptFile` when it is not whole.
    public convenience init(
        path: String, sealing: (any IndexFileSealing)? = nil
    ) throws(VectorError) {
        try self.init(try sealing?.unsealedFile(of: path), path: path)
    }

    private init(_ unsealed: (any UnsealedIndexFile)?, path: String) throws(VectorError) {
        self.path = path
        let descriptor = unsealed?.descriptor ?? open(path, O_RDONLY | O_CLOEXEC)
        /// Takes back what was done, after an error.
        func letGo() { if unsealed == nil { close(descriptor) } }
        guard descriptor >= 0 else { throw .fileFailed(path: path, errno: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            letGo()
            throw .fileFailed(path: path, errno: code)
        }
        let byteCount = Int(status.st_size)
        guard byteCount >= IndexFileFormat.pageBytes else {
            letGo()
            throw .corruptFile(path: path, offset: byteCount, detail: "shorter than its header")
        }
        let mapping = mmap(nil, byteCount, PROT_READ, MAP_SHARED, descriptor, 0)
        guard let mapping, mapping != MAP_FAILED else {
            let code = errno
            letGo()
            throw .fileFailed(path: path, errno: code)
        }
        do throws(VectorError) {
            try unsealed?.open(0..<IndexFileFormat.pageBytes)
            let bytes = UnsafeRawBufferPointer(start: mapping, count: byteCount)
            let entries = try Self.entries(bytes, path: path)
            self.entries = Dictionary(uniqueKeysWithValues: entries.map { ($0.kind, $0) })
        } catch {
            munmap(mapping, byteCount)
            letGo()
            throw error
        }
        self.descriptor = descriptor
        self.unsealed = unsealed
        self.byteCount = byteCount
        base = UnsafeRawPointer(mapping)
    }

    deinit {
        munmap(UnsafeMutableRawPointer(mutating: base), byteCount)
        if unsealed == nil { close(descriptor) }
    }

    /// A section's bytes, which last as long as this object; nil when the file has none of it. Those
    /// of a section with checksums of blocks are not checked, and not open if they are sealed.
    ///
    /// - Throws: `corruptFile` when its checksum does not agree.
    public func bytes(of section: IndexSection) throws(VectorError) -> UnsafeRawBufferPointer? {
        guard let entry = entries[section.rawValue] else { return nil }
        let bytes = UnsafeRawBufferPointer(start: base + entry.offset, count: entry.byteCount)
        guard entry.flags & IndexFileFormat.blockChecksumFlag == 0,
            !checked.withLock({ $0.contains(section.rawValue) })
        else { return bytes }
        if let unsealed {
            // What its seal let through is as it was written.
            try unsealed.open(entry.offset..<entry.offset + entry.byteCount)
            return bytes
        }
        guard martlet_crc32c(0, bytes.baseAddress, bytes.count) == entry.checksum else {
            throw .corruptFile(
                path: path, offset: entry.offset,
                detail: "checksum of section \(section.rawValue)")
        }
        _ = checked.withLock { $0.insert(section.rawValue) }
        return bytes
    }

    /// Opens all sections of a sealed file but those that are opened block by block.
    package static func openSections(
        of file: any UnsealedIndexFile, path: String
    ) throws(VectorError) {
        let mapped = try IndexFile(file, path: path)
        for entry in mapped.entries.values.sorted(by: { $0.offset < $1.offset })
        where entry.flags & IndexFileFormat.blockChecksumFlag == 0 {
            try file.open(entry.offset..<entry.offset + entry.byteCount)
        }
    }

    /// Where a section is, unchecked.
    func entry(of section: IndexSection) -> IndexFileFormat.Entry? { entries[section.rawValue] }

    private static func entries(
        _ bytes: UnsafeRawBufferPointer, path: String
    ) throws(VectorError) -> [IndexFileFormat.Entry] {
        func damage(_ offset: Int, _ detail: String) -> VectorError {
            .corruptFile(path: path, offset: offset, detail: detail)
        }
        func word<Word: FixedWidthInteger>(_ offset: Int, as type: Word.Type) -> Word {
            Word(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: type))
        }
        guard bytes.starts(with: IndexFileFormat.magic) else { throw damage(0, "not an index") }
        guard word(8, as: UInt32.self) == IndexFileFormat.version else {
            throw damage(8, "unknown format version")
        }
        let count = Int(word(12, as: UInt32.self))
        guard count <= IndexFileFormat.sectionLimit else {
            throw damage(12, "too many sections")
        }
        let tableEnd = IndexFileFormat.headBytes + count * IndexFileFormat.entryBytes
        guard martlet_crc32c(0, bytes.baseAddress, tableEnd) == word(tableEnd, as: UInt32.self)
        else { throw damage(tableEnd, "checksum of the header") }
        guard word(16, as: UInt64.self) == UInt64(bytes.count) else {
            throw damage(16, "the file has another length")
        }
        var entries: [IndexFileFormat.Entry] = []
        var kinds = Set<UInt32>()
        var end = IndexFileFormat.pageBytes
        for i in 0..<count {
            let at = IndexFileFormat.headBytes + i * IndexFileFormat.entryBytes
            let entry = IndexFileFormat.Entry(
                kind: word(at, as: UInt32.self), flags: word(at + 4, as: UInt32.self),
                offset: Int(clamping: word(at + 8, as: UInt64.self)),
                byteCount: Int(clamping: word(at + 16, as: UInt64.self)),
                checksum: word(at + 24, as: UInt32.self))
            guard kinds.insert(entry.kind).inserted,
                entry.flags & ~IndexFileFormat.blockChecksumFlag == 0, entry.offset == end,
                entry.byteCount <= bytes.count - end
            else { throw damage(at, "a section that cannot be") }
            end += Arena.rounded(entry.byteCount, to: IndexFileFormat.pageBytes)
            entries.append(entry)
        }
        guard end == bytes.count else { throw damage(bytes.count, "bytes after the last section") }
        return entries
    }
}
