// The directory's file: which key is under which record, as of one commit, so that opening need not
// read every record. Its form is SealedFile's, kind "MARTDIRY". The plain bytes:
//
//   offset  bytes  field
//   0       8      n, rows
//   8       4      session of the head that was the last one then
//   12      8      its number
//   20      4      s, sessions; each: id (4), its live records (8), the sum of their keyed numbers (16)
//   24 + 28 s      the rows by ascending keys, each: length of the key (4), length of the reference
//                  (4), key, reference (SealedView.swift)
//   ...            zeros up to a multiple of the chunks
//
// A number stands for one record for ever, so what the file says stays true: an old one only lacks
// what came later. Records after its head are read one by one. Which of its own were deleted since is
// said by lists, one for each commit that deleted some, stored under 04 · session · number:
//
//   0       4      n
//   4       12 n   names: session (4), number (8)
//   ...            zeros up to the size class
//
// sealed like records, as kind 4. What comes out must have the count and the sum of the head, as when
// all is read: then it names exactly the live records, whatever file and lists were put there. If it
// has not, or a part cannot be opened, everything is read. Integers are little-endian.
//
// Records that the file names are not looked at: what is altered, moved or gone is found when it is
// read.
//
// Thread safety: values, and functions without state.

internal import Glibc
internal import MartletKeyValue
internal import MartletThreads
internal import MartletVectors
internal import Synchronization

/// What is live of a session's records.
struct SessionTally: Sendable, Equatable {
    var count = 0
    /// Of their keyed numbers, modulo 2^128.
    var sum: UInt128 = 0

    mutating func add(_ number: UInt128) {
        count += 1
        sum &+= number
    }

    mutating func remove(_ number: UInt128) {
        count -= 1
        sum &-= number
    }
}

struct SealedDirectory {
    /// The last commit that it knows of.
    let head: RecordName
    var tallies: [UInt32: SessionTally] = [:]
    var keys: [[UInt8]] = []
    /// Of `keys`, in their order.
    var references: [[UInt8]] = []

    // MARK: Reading

    /// - Throws: when there is none, or it was altered.
    init(path: String, _ keyring: Keyring) throws(VectorError) {
        let file = try OpenedSealedFile(path: path, .directory, keyring)
        self = try file.withBytes { bytes throws(VectorError) in SealedDirectory(bytes) }
    }

    /// - Parameter bytes: as `write` writes them: whoever sealed them had the key.
    private init(_ bytes: UnsafeRawBufferPointer) {
        var at = bytes.baseAddress!
        func take<Word: FixedWidthInteger>(_ type: Word.Type) -> Word {
            defer { at += MemoryLayout<Word>.size }
            return Word(littleEndian: at.loadUnaligned(as: type))
        }
        let count = Int(take(UInt64.self))
        head = RecordName(session: take(UInt32.self), number: take(UInt64.self))
        for _ in 0..<take(UInt32.self) {
            let id = take(UInt32.self)
            tallies[id] = SessionTally(count: Int(take(UInt64.self)), sum: take(UInt128.self))
        }
        keys.reserveCapacity(count)
        references.reserveCapacity(count)
        for _ in 0..<count {
            let (keyCount, referenceCount) = (Int(take(UInt32.self)), Int(take(UInt32.self)))
            let reference = UnsafeRawBufferPointer(start: at + keyCount, count: referenceCount)
            keys.append(Array(UnsafeRawBufferPointer(start: at, count: keyCount)))
            references.append(Array(reference))
            at += keyCount + referenceCount
        }
    }

    /// Takes rows out, but leaves the tallies.
    mutating func remove(_ deleted: Set<RecordName>) {
        if deleted.isEmpty { return }
        var kept: [Int] = []
        for (place, reference) in references.enumerated()
        where !deleted.contains(Reference(reference.span.bytes).name) { kept.append(place) }
        keys = kept.map { keys[$0] }
        references = kept.map { references[$0] }
    }

    // MARK: Writing

    /// Writes the file beside, syncs and renames it.
    ///
    /// - Parameter rows: of the directory, as of `head`.
    static func write(
        _ path: String, _ head: RecordName, _ tallies: [UInt32: SessionTally],
        _ rows: any KeyValueReadable, _ keyring: Keyring
    ) throws(SealedDirectoryError) {
        let temporary = path + ".new"
        let descriptor = Glibc.open(
            temporary, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .notWritten }
        defer { close(descriptor) }
        do {
            var writer = try Writer(descriptor, temporary, keyring)
            var count: UInt64 = 0
            let counting = try rows.cursor(over: .all, .forward)
            _ = try counting.forEachRow { _, _ in
                count += 1
                return true
            }
            writer.bytes += count.littleEndianBytes
            writer.bytes += head.session.littleEndianBytes + head.number.littleEndianBytes
            writer.bytes += UInt32(tallies.count).littleEndianBytes
            for (id, tally) in tallies.sorted(by: { $0.key < $1.key }) {
                writer.bytes += id.littleEndianBytes + UInt64(tally.count).littleEndianBytes
                writer.bytes += tally.sum.littleEndianBytes
            }
            var failure: VectorError?
            let cursor = try rows.cursor(over: .all, .forward)
            _ = try cursor.forEachRow { key, reference in
                withUnsafeBytes(of: UInt32(key.byteCount).littleEndian) { writer.bytes += $0 }
                withUnsafeBytes(of: UInt32(reference.byteCount).littleEndian) {
                    writer.bytes += $0
                }
                key.withUnsafeBytes { writer.bytes += $0 }
                reference.withUnsafeBytes { writer.bytes += $0 }
                do throws(VectorError) {
                    try writer.flush()
                    return true
                } catch {
                    failure = error
                    return false
                }
            }
            if let failure { throw failure }
            try writer.finish()
        } catch {
            unlink(temporary)
            throw .notWritten
        }
        guard fsync(descriptor) == 0, rename(temporary, path) == 0 else {
            unlink(temporary)
            throw .notWritten
        }
    }

    private struct Writer {
        private static let pieceBytes = 1 << 20

        var bytes: [UInt8] = []
        private var firstPage: [UInt8] = []
        private var byteCount = 0
        private let sealer: SealedFileWriter

        init(_ descriptor: Int32, _ path: String, _ keyring: Keyring) throws(VectorError) {
            sealer = try SealedFileWriter(descriptor, path: path, .directory, keyring)
        }

        mutating func flush(isLast: Bool = false) throws(VectorError) {
            guard isLast || bytes.count >= Self.pieceBytes else { return }
            var start = 0
            if firstPage.isEmpty {
                start = FileSeal.firstPageBytes
                if bytes.count < start {
                    bytes += [UInt8](repeating: 0, count: start - bytes.count)
                }
                firstPage = Array(bytes[..<start])
            }
            try bytes.span.withUnsafeBytes { bytes throws(VectorError) in
                try sealer.append(UnsafeRawBufferPointer(rebasing: bytes[start...]))
            }
            byteCount += bytes.count
            bytes.removeAll(keepingCapacity: true)
        }

        mutating func finish() throws(VectorError) {
            let total = byteCount + bytes.count - FileSeal.firstPageBytes
            let size = (max(0, total) + FileSeal.chunkBytes - 1) / FileSeal.chunkBytes
            let padding = size * FileSeal.chunkBytes - max(0, total)
            if total < 0 { bytes += [UInt8](repeating: 0, count: -total) }
            bytes += [UInt8](repeating: 0, count: padding)
            try flush(isLast: true)
            try firstPage.span.withUnsafeBytes { page throws(VectorError) in
                try sealer.finish(firstPage: page)
            }
        }
    }
}

/// The file is not needed: whoever opens the store without it reads everything.
enum SealedDirectoryError: Error {
    case notWritten
}

/// What one commit deleted of the records that the directory's file may name.
enum DeletionList {
    static func bytes(_ names: [RecordName], _ seal: SessionSeal, _ number: UInt64) -> [UInt8] {
        var plain = UInt32(names.count).littleEndianBytes
        let size = SealedFormat.sizeClass(of: 4 + 12 * names.count)
        plain.reserveCapacity(size)
        for name in names {
            withUnsafeBytes(of: name.session.littleEndian) { plain.append(contentsOf: $0) }
            withUnsafeBytes(of: name.number.littleEndian) { plain.append(contentsOf: $0) }
        }
        plain.append(contentsOf: repeatElement(0, count: size - plain.count))
        return seal.seal(plain, .deletions, number)
    }

    /// nil when it was altered.
    static func names(
        in sealed: RawSpan, _ seal: SessionSeal, _ number: UInt64
    ) -> [RecordName]? {
        let bytes = sealed.withUnsafeBytes { Array($0) }
        guard let plain = seal.open(bytes[...], .deletions, number), plain.count >= 64 else {
            return nil
        }
        var reader = ByteReader(plain)
        return (0..<reader.integer(UInt32.self)!).map { _ in
            RecordName(session: reader.integer(UInt32.self)!, number: reader.integer(UInt64.self)!)
        }
    }
}

/// The directory's file, read by a thread of its own while the storage is being opened.
package final class BegunDirectory: Sendable {
    private let result = Mutex<Result<SealedDirectory, VectorError>?>(nil)
    private let done = ThreadSemaphore()

    /// - Parameters:
    ///   - path: of the file, which need not be there.
    ///   - keyring: as it is stored.
    package init(path: String, _ keyring: Keyring) {
        startThread { [self] in
            let read: Result<SealedDirectory, VectorError>
            do throws(VectorError) {
                read = .success(try SealedDirectory(path: path, keyring))
            } catch {
                read = .failure(error)
            }
            result.withLock { $0 = read }
            done.signal()
        }
    }

    /// Waits for it. Once.
    func get() throws(VectorError) -> SealedDirectory {
        done.wait()
        let read = result.withLock { result in
            defer { result = nil }
            return result
        }
        return try read!.get()
    }
}
