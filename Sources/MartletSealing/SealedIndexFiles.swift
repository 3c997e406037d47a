// Files of vector indexes, sealed. They hold nothing that the records do not, and can be made again.
//
//   offset  bytes  field
//   0       8      magic: "MARTGRAF"
//   8       4      format version, 1
//   12      4      id of the data key
//   16      32     salt
//   48      8      p, bytes of the plain file
//   56      16     tag of nothing, with the highest number as nonce
//   72      4112   the plain file's first 4,096 bytes, sealed with the nonce 0
//   4184           its other bytes in chunks of 65,536, the last may be shorter; each sealed with its
//                  number as nonce, the first has 1
//
// The key is derived from the data key and the salt, so that numbers are used once. Associated data
// are the id of the index and bytes 0 to 47, for the header's tag up to 55. So a file that was cut or lengthened, or whose chunks were
// exchanged with one another or with another file's, is not opened. Integers are little-endian.
//
// Opening puts the plain file into memory that has no name in any folder.
//
// Thread safety: any thread; a sealer is used by one at a time.

internal import COpenSSL
internal import Glibc
package import MartletVectors
internal import Synchronization

package final class SealedIndexFiles: IndexFileSealing {
    static let magic = Array("MARTGRAF".utf8)
    static let version: UInt32 = 1
    static let headerBytes = 72
    static let firstPageBytes = 4096
    static let chunkBytes = 65536

    private let store: Mutex<Keyring>

    /// - Parameter keyring: with all data keys.
    package init(_ keyring: Keyring) { store = Mutex(keyring) }

    /// Files that are begun from now on are sealed under the keyring's current data key.
    package func follow(_ keyring: Keyring) { store.withLock { $0 = keyring } }

    package func sealer(
        for descriptor: Int32, path: String
    ) throws(VectorError) -> any IndexFileSealer {
        try SealedIndexFileWriter(descriptor, path: path, store.withLock { $0 })
    }

    /// The id of the data key that a file is sealed under; nil when there is no such file.
    package func dataKeyID(ofFile path: String) -> UInt32? {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return nil }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: Self.headerBytes)
        guard pread(descriptor, &header, header.count, 0) == header.count else { return nil }
        return header.withUnsafeBytes {
            UInt32(littleEndian: $0.loadUnaligned(fromByteOffset: 12, as: UInt32.self))
        }
    }

    package func plainFile(of path: String) throws(VectorError) -> Int32 {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .fileFailed(path: path, errno: errno) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            throw .fileFailed(path: path, errno: errno)
        }
        let fileBytes = Int(status.st_size)
        var header = [UInt8](repeating: 0, count: Self.headerBytes)
        guard pread(descriptor, &header, header.count, 0) == header.count else {
            throw .corruptFile(path: path, offset: fileBytes, detail: "shorter than its header")
        }
        let seal = try FileSeal(header, store.withLock { $0 }, path: path)
        guard seal.sealedBytes == fileBytes else {
            throw .corruptFile(path: path, offset: fileBytes, detail: "the file has another length")
        }
        let plain = martlet_memory_file()
        guard plain >= 0 else { throw .fileFailed(path: path, errno: errno) }
        do throws(VectorError) {
            try fill(plain, from: descriptor, seal, path: path)
        } catch {
            close(plain)
            throw error
        }
        return plain
    }

    /// Seals a file anew if it is under an old data key. Should another take its place meanwhile, it
    /// may be put back: then it is known for an old one when it is opened, and made again.
    package func reseal(_ path: String) throws(VectorError) {
        guard let id = dataKeyID(ofFile: path),
            id != store.withLock({ $0.currentDataKey.id })
        else { return }
        let plain = try plainFile(of: path)
        defer { close(plain) }
        var status = stat()
        guard fstat(plain, &status) == 0,
            let bytes = mmap(nil, Int(status.st_size), PROT_READ, MAP_SHARED, plain, 0),
            bytes != MAP_FAILED
        else { throw .fileFailed(path: path, errno: errno) }
        defer { munmap(bytes, Int(status.st_size)) }
        let temporary = path + ".rekey"
        let target = open(temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard target >= 0 else { throw .fileFailed(path: temporary, errno: errno) }
        defer { close(target) }
        let sealer = try sealer(for: target, path: temporary)
        let whole = UnsafeRawBufferPointer(start: bytes, count: Int(status.st_size))
        try sealer.append(UnsafeRawBufferPointer(rebasing: whole[Self.firstPageBytes...]))
        try sealer.finish(
            firstPage: UnsafeRawBufferPointer(rebasing: whole[..<Self.firstPageBytes]))
        guard fsync(target) == 0, rename(temporary, path) == 0 else {
            throw .fileFailed(path: temporary, errno: errno)
        }
    }

    private func fill(
        _ plain: Int32, from descriptor: Int32, _ seal: FileSeal, path: String
    ) throws(VectorError) {
        let bytes = seal.plainBytes
        guard ftruncate(plain, off_t(bytes)) == 0,
            let target = mmap(nil, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, plain, 0),
            target != MAP_FAILED
        else { throw .fileFailed(path: path, errno: errno) }
        defer { munmap(target, bytes) }
        guard let source = mmap(nil, seal.sealedBytes, PROT_READ, MAP_PRIVATE, descriptor, 0),
            source != MAP_FAILED
        else { throw .fileFailed(path: path, errno: errno) }
        defer { munmap(source, seal.sealedBytes) }
        madvise(source, seal.sealedBytes, MADV_SEQUENTIAL)
        madvise(source, seal.sealedBytes, MADV_WILLNEED)
        var (from, to) = (Self.headerBytes, 0)
        var number: UInt64 = 0
        while to < bytes {
            let count = min(number == 0 ? Self.firstPageBytes : Self.chunkBytes, bytes - to)
            let sealed = UnsafeRawBufferPointer(
                start: source + from, count: count + SealingKey.tagBytes)
            guard seal.open(sealed, number, into: target + to) else {
                throw .corruptFile(path: path, offset: from, detail: "a sealed chunk was altered")
            }
            from += sealed.count
            to += count
            number += 1
        }
    }
}

/// The key of one file.
struct FileSeal {
    /// Of the whole file.
    private(set) var plainBytes = 0
    private let key: SealingKey
    /// The index's id, and the header up to the length.
    private let associated: [UInt8]

    /// Of a new file.
    init(_ keyring: Keyring) {
        let dataKey = keyring.currentDataKey
        let salt = randomBytes(32)
        let start =
            SealedIndexFiles.magic + SealedIndexFiles.version.littleEndianBytes
            + dataKey.id.littleEndianBytes + salt
        associated = keyring.indexID + start
        key = Self.key(dataKey.key, salt)
    }

    /// Of a file that is complete.
    ///
    /// - Throws: `corruptFile` when the header was altered.
    init(_ header: [UInt8], _ keyring: Keyring, path: String) throws(VectorError) {
        func damage(_ offset: Int, _ detail: String) -> VectorError {
            .corruptFile(path: path, offset: offset, detail: detail)
        }
        guard header.starts(with: SealedIndexFiles.magic) else {
            throw damage(0, "not a sealed index")
        }
        var reader = ByteReader(Array(header[8...]))
        guard reader.integer(UInt32.self) == SealedIndexFiles.version else {
            throw damage(8, "unknown format version")
        }
        let id = reader.integer(UInt32.self)!
        guard let dataKey = keyring.dataKeys.first(where: { $0.id == id }) else {
            throw damage(12, "sealed under a key that is no more")
        }
        key = Self.key(dataKey.key, reader.bytes(32)!)
        plainBytes = Int(clamping: reader.integer(UInt64.self)!)
        associated = keyring.indexID + header[..<48]
        guard
            key.open(header[56...], Nonce(.max), associated: keyring.indexID + header[..<56])
                != nil
        else { throw damage(56, "the header was altered") }
    }

    /// The header of a file of so many plain bytes.
    func header(plainBytes: Int) -> [UInt8] {
        let length = UInt64(plainBytes).littleEndianBytes
        return Array(associated[SealedFormat.indexIDBytes...]) + length
            + key.seal([], Nonce(.max), associated: associated + length)
    }

    private static func key(_ dataKey: Secret, _ salt: [UInt8]) -> SealingKey {
        SealingKey(dataKey.derived(salt: salt, purpose: "martlet index file 1"))
    }

    /// Length of the file.
    var sealedBytes: Int {
        let rest = max(0, plainBytes - SealedIndexFiles.firstPageBytes)
        let chunks = 1 + (rest + SealedIndexFiles.chunkBytes - 1) / SealedIndexFiles.chunkBytes
        return SealedIndexFiles.headerBytes + plainBytes + chunks * SealingKey.tagBytes
    }

    func seal(
        _ plain: UnsafeRawBufferPointer, _ number: UInt64, into sealed: UnsafeMutableRawPointer
    ) {
        associated.withUnsafeBytes {
            key.seal(plain, Nonce(number), associated: $0, into: sealed)
        }
    }

    func open(
        _ sealed: UnsafeRawBufferPointer, _ number: UInt64, into plain: UnsafeMutableRawPointer
    ) -> Bool {
        associated.withUnsafeBytes {
            key.open(sealed, Nonce(number), associated: $0, into: plain)
        }
    }
}

/// Writes a sealed file chunk by chunk; the first page comes last.
private final class SealedIndexFileWriter: IndexFileSealer {
    private let descriptor: Int32
    private let path: String
    private let seal: FileSeal
    private let buffer: UnsafeMutableRawPointer
    private var buffered = 0
    private var number: UInt64 = 1
    private var plainBytes = SealedIndexFiles.firstPageBytes

    init(_ descriptor: Int32, path: String, _ keyring: Keyring) throws(VectorError) {
        self.descriptor = descriptor
        self.path = path
        seal = FileSeal(keyring)
        buffer = .allocate(
            byteCount: SealedIndexFiles.chunkBytes + SealingKey.tagBytes, alignment: 4096)
        let start =
            SealedIndexFiles.headerBytes + SealedIndexFiles.firstPageBytes + SealingKey.tagBytes
        if lseek(descriptor, off_t(start), SEEK_SET) < 0 { throw failure }
    }

    deinit { buffer.deallocate() }

    func append(_ bytes: UnsafeRawBufferPointer) throws(VectorError) {
        plainBytes += bytes.count
        var rest = bytes
        while rest.count > 0 {
            let count = min(rest.count, SealedIndexFiles.chunkBytes - buffered)
            (buffer + buffered).copyMemory(from: rest.baseAddress!, byteCount: count)
            buffered += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            if buffered == SealedIndexFiles.chunkBytes { try flush() }
        }
    }

    func finish(firstPage: UnsafeRawBufferPointer) throws(VectorError) {
        precondition(firstPage.count == SealedIndexFiles.firstPageBytes)
        try flush()
        seal.seal(firstPage, 0, into: buffer)
        let head = seal.header(plainBytes: plainBytes)
        let pageBytes = firstPage.count + SealingKey.tagBytes
        guard pwrite(descriptor, buffer, pageBytes, off_t(head.count)) == pageBytes,
            pwrite(descriptor, head, head.count, 0) == head.count
        else { throw failure }
    }

    private func flush() throws(VectorError) {
        guard buffered > 0 else { return }
        seal.seal(
            UnsafeRawBufferPointer(start: buffer, count: buffered), number, into: buffer)
        number += 1
        let count = buffered + SealingKey.tagBytes
        buffered = 0
        var done = 0
        while done < count {
            let written = Glibc.write(descriptor, buffer + done, count - done)
            if written < 0, errno == EINTR { continue }
            guard written > 0 else { throw failure }
            done += written
        }
    }

    private var failure: VectorError { .fileFailed(path: path, errno: errno) }
}
