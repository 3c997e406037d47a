// Files of derived data, sealed. They hold nothing that the records do not, and can be made again.
//
//   offset  bytes  field
//   0       8      magic of the kind
//   8       4      format version, 1
//   12      4      id of the data key
//   16      32     salt
//   48      8      p, bytes of the plain file, at least 4,096
//   56      16     tag of nothing, with the highest number as nonce
//   72      4112   the plain file's first 4,096 bytes, sealed with the nonce 0
//   4184           its other bytes in chunks of 65,536, the last may be shorter; each sealed with its
//                  number as nonce, the first has 1
//
// The key is derived from the data key and the salt for the kind's purpose, so that numbers are used
// once. Associated data are the id of the index and bytes 0 to 47, for the header's tag up to 55. So a
// file that was cut or lengthened, or whose chunks were exchanged with one another or with another
// file's, is not opened. Integers are little-endian.
//
// Thread safety: as each type says.

internal import COpenSSL
internal import Glibc
internal import MartletVectors
internal import Synchronization

/// What a sealed file holds.
struct SealedFileKind: Sendable {
    /// 8 bytes.
    let magic: [UInt8]
    let purpose: String

    static let graph = SealedFileKind(
        magic: Array("MARTGRAF".utf8), purpose: "martlet index file 1")
    static let directory = SealedFileKind(
        magic: Array("MARTDIRY".utf8), purpose: "martlet directory 1")
}

/// The key of one file, and its length. A value; any thread.
struct FileSeal: Sendable {
    static let version: UInt32 = 1
    static let headerBytes = 72
    static let firstPageBytes = 4096
    static let chunkBytes = 65536

    /// Of the whole file.
    private(set) var plainBytes = 0
    private let key: SealingKey
    /// The index's id, and the header up to the length.
    private let associated: [UInt8]

    /// Of a new file.
    init(_ kind: SealedFileKind, _ keyring: Keyring) {
        let dataKey = keyring.currentDataKey
        let salt = randomBytes(32)
        let start =
            kind.magic + Self.version.littleEndianBytes + dataKey.id.littleEndianBytes + salt
        associated = keyring.indexID + start
        key = Self.key(dataKey.key, salt, kind)
    }

    /// Of a file that is complete.
    ///
    /// - Throws: `corruptFile` when the header was altered.
    init(
        _ header: [UInt8], _ kind: SealedFileKind, _ keyring: Keyring, path: String
    ) throws(VectorError) {
        func damage(_ offset: Int, _ detail: String) -> VectorError {
            .corruptFile(path: path, offset: offset, detail: detail)
        }
        guard header.starts(with: kind.magic) else { throw damage(0, "not a sealed index") }
        var reader = ByteReader(Array(header[8...]))
        guard reader.integer(UInt32.self) == Self.version else {
            throw damage(8, "unknown format version")
        }
        let id = reader.integer(UInt32.self)!
        guard let dataKey = keyring.dataKeys.first(where: { $0.id == id }) else {
            throw damage(12, "sealed under a key that is no more")
        }
        key = Self.key(dataKey.key, reader.bytes(32)!, kind)
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

    private static func key(
        _ dataKey: Secret, _ salt: [UInt8], _ kind: SealedFileKind
    ) -> SealingKey {
        SealingKey(dataKey.derived(salt: salt, purpose: kind.purpose))
    }

    /// Length of the file of so many plain bytes.
    static func sealedBytes(_ plainBytes: Int) -> Int {
        headerBytes + plainBytes + chunkCount(plainBytes) * SealingKey.tagBytes
    }

    /// With the first page.
    static func chunkCount(_ plainBytes: Int) -> Int {
        1 + (max(0, plainBytes - firstPageBytes) + chunkBytes - 1) / chunkBytes
    }

    /// Where a chunk begins in the plain file.
    static func start(ofChunk number: Int) -> Int {
        number == 0 ? 0 : firstPageBytes + (number - 1) * chunkBytes
    }

    /// The chunk that has a byte of the plain file.
    static func chunk(at offset: Int) -> Int {
        offset < firstPageBytes ? 0 : 1 + (offset - firstPageBytes) / chunkBytes
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

    /// What is wrong with a file as far as it can be told without a key; nil for nothing.
    static func formProblem(ofFile path: String, _ kind: SealedFileKind) -> String? {
        let descriptor = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return "it cannot be read" }
        defer { close(descriptor) }
        var header = [UInt8](repeating: 0, count: headerBytes)
        guard pread(descriptor, &header, header.count, 0) == header.count else {
            return "it is shorter than its header"
        }
        guard header.starts(with: kind.magic) else { return "it is not a sealed file of its kind" }
        var reader = ByteReader(Array(header[8...]))
        guard reader.integer(UInt32.self) == version else { return "unknown format version" }
        _ = reader.bytes(36)
        let plainBytes = Int(clamping: reader.integer(UInt64.self)!)
        var status = stat()
        guard fstat(descriptor, &status) == 0, plainBytes >= firstPageBytes,
            plainBytes < 1 << 56, sealedBytes(plainBytes) == Int(status.st_size)
        else { return "it has another length than its header says" }
        return nil
    }
}

/// A sealed file whose chunks are opened when they are first asked for, into memory that has no name
/// in any folder. Any number of threads may use it.
final class OpenedSealedFile: UnsealedIndexFile, @unchecked Sendable {
    let path: String
    let descriptor: Int32
    let byteCount: Int
    private let sealed: Int32
    private let seal: FileSeal
    /// One for each chunk. Whoever claims one writes its bytes; nobody reads them before it is open.
    private let states: UnsafeMutablePointer<Atomic<UInt8>>
    private let chunkCount: Int

    private static let (closed, claimed, opened): (UInt8, UInt8, UInt8) = (0, 1, 2)

    /// - Throws: `corruptFile` when header or length are not as they were sealed.
    init(path: String, _ kind: SealedFileKind, _ keyring: Keyring) throws(VectorError) {
        let sealed = Glibc.open(path, O_RDONLY | O_CLOEXEC)
        guard sealed >= 0 else { throw .fileFailed(path: path, errno: errno) }
        var plain: Int32 = -1
        do throws(VectorError) {
            let seal = try Self.seal(of: sealed, path, kind, keyring)
            plain = martlet_memory_file()
            guard plain >= 0, ftruncate(plain, off_t(seal.plainBytes)) == 0 else {
                throw .fileFailed(path: path, errno: errno)
            }
            self.seal = seal
        } catch {
            close(sealed)
            if plain >= 0 { close(plain) }
            throw error
        }
        self.path = path
        self.sealed = sealed
        descriptor = plain
        byteCount = seal.plainBytes
        chunkCount = FileSeal.chunkCount(byteCount)
        states = .allocate(capacity: chunkCount)
        for number in 0..<chunkCount { (states + number).initialize(to: Atomic(Self.closed)) }
    }

    deinit {
        close(descriptor)
        close(sealed)
        states.deinitialize(count: chunkCount)
        states.deallocate()
    }

    private static func seal(
        of sealed: Int32, _ path: String, _ kind: SealedFileKind, _ keyring: Keyring
    ) throws(VectorError) -> FileSeal {
        var status = stat()
        guard fstat(sealed, &status) == 0 else { throw .fileFailed(path: path, errno: errno) }
        let fileBytes = Int(status.st_size)
        var header = [UInt8](repeating: 0, count: FileSeal.headerBytes)
        guard pread(sealed, &header, header.count, 0) == header.count else {
            throw .corruptFile(path: path, offset: fileBytes, detail: "shorter than its header")
        }
        let seal = try FileSeal(header, kind, keyring, path: path)
        guard seal.plainBytes >= FileSeal.firstPageBytes, seal.plainBytes < 1 << 56,
            FileSeal.sealedBytes(seal.plainBytes) == fileBytes
        else {
            throw .corruptFile(path: path, offset: fileBytes, detail: "the file has another length")
        }
        return seal
    }

    /// Opens all of it and lends the plain bytes.
    func withBytes<Result>(
        _ body: (UnsafeRawBufferPointer) throws(VectorError) -> Result
    ) throws(VectorError) -> Result {
        try open(0..<byteCount)
        let flags = MAP_SHARED | MAP_POPULATE
        guard let base = mmap(nil, byteCount, PROT_READ, flags, descriptor, 0), base != MAP_FAILED
        else { throw .fileFailed(path: path, errno: errno) }
        defer { munmap(base, byteCount) }
        return try body(UnsafeRawBufferPointer(start: base, count: byteCount))
    }

    func open(_ range: Range<Int>) throws(VectorError) {
        precondition(range.lowerBound >= 0 && range.upperBound <= byteCount)
        if range.isEmpty { return }
        var scratch: UnsafeMutableRawPointer?
        defer { scratch?.deallocate() }
        for number in FileSeal.chunk(
            at: range.lowerBound)...FileSeal.chunk(at: range.upperBound - 1)
        {
            while true {
                let (isMine, state) = states[number].compareExchange(
                    expected: Self.closed, desired: Self.claimed,
                    ordering: .acquiringAndReleasing)
                if state == Self.opened { break }
                guard isMine else {
                    // Some microseconds of another thread's work.
                    sched_yield()
                    continue
                }
                let room =
                    scratch
                    ?? .allocate(
                        byteCount: FileSeal.chunkBytes + SealingKey.tagBytes, alignment: 4096)
                scratch = room
                do throws(VectorError) {
                    try open(chunk: number, room)
                } catch {
                    states[number].store(Self.closed, ordering: .releasing)
                    throw error
                }
                states[number].store(Self.opened, ordering: .releasing)
                break
            }
        }
    }

    private func open(chunk number: Int, _ room: UnsafeMutableRawPointer) throws(VectorError) {
        let start = FileSeal.start(ofChunk: number)
        let end = min(
            byteCount, number == 0 ? FileSeal.firstPageBytes : start + FileSeal.chunkBytes)
        let count = end - start + SealingKey.tagBytes
        let offset = FileSeal.headerBytes + start + number * SealingKey.tagBytes
        var done = 0
        while done < count {
            let read = pread(sealed, room + done, count - done, off_t(offset + done))
            if read < 0, errno == EINTR { continue }
            guard read >= 0 else { throw .fileFailed(path: path, errno: errno) }
            if read == 0 { break }
            done += read
        }
        guard done == count,
            seal.open(UnsafeRawBufferPointer(start: room, count: count), UInt64(number), into: room)
        else {
            throw .corruptFile(path: path, offset: offset, detail: "a sealed chunk was altered")
        }
        // Written, not mapped: a fault for each page would take longer than opening it.
        guard pwrite(descriptor, room, end - start, off_t(start)) == end - start else {
            throw .fileFailed(path: path, errno: errno)
        }
    }
}

/// Writes a sealed file chunk by chunk; the first page comes last. Used by one thread at a time.
final class SealedFileWriter: IndexFileSealer {
    private let descriptor: Int32
    private let path: String
    private let seal: FileSeal
    private let buffer: UnsafeMutableRawPointer
    private var buffered = 0
    private var number: UInt64 = 1
    private var plainBytes = FileSeal.firstPageBytes

    init(
        _ descriptor: Int32, path: String, _ kind: SealedFileKind, _ keyring: Keyring
    ) throws(VectorError) {
        self.descriptor = descriptor
        self.path = path
        seal = FileSeal(kind, keyring)
        buffer = .allocate(byteCount: FileSeal.chunkBytes + SealingKey.tagBytes, alignment: 4096)
        let start = FileSeal.headerBytes + FileSeal.firstPageBytes + SealingKey.tagBytes
        if lseek(descriptor, off_t(start), SEEK_SET) < 0 { throw failure }
    }

    deinit { buffer.deallocate() }

    func append(_ bytes: UnsafeRawBufferPointer) throws(VectorError) {
        plainBytes += bytes.count
        var rest = bytes
        while rest.count > 0 {
            let count = min(rest.count, FileSeal.chunkBytes - buffered)
            (buffer + buffered).copyMemory(from: rest.baseAddress!, byteCount: count)
            buffered += count
            rest = UnsafeRawBufferPointer(rebasing: rest[count...])
            if buffered == FileSeal.chunkBytes { try flush() }
        }
    }

    func finish(firstPage: UnsafeRawBufferPointer) throws(VectorError) {
        precondition(firstPage.count == FileSeal.firstPageBytes)
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
