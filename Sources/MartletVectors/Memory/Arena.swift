// An array whose elements never move: a range of addresses is reserved once, and memory is put
// behind its beginning as it grows. Readers keep the base address for as long as the arena lives;
// growth neither stops nor disturbs them.
//
// Invariants: `base` is aligned to 2 MiB; bytes below `committedBytes` may be read and written, and
// new ones are zero. Growth and mapping are the owner's to serialize.

internal import CVectorKernels
internal import Glibc
internal import Synchronization

final class Arena: @unchecked Sendable {
    /// A large page's size. Arenas that outgrow it ask for large pages: walks touch memory at
    /// random, and with small pages looking up addresses costs as much as the memory itself.
    static let largePageBytes = 2 << 20

    let base: UnsafeMutableRawPointer
    /// Bytes from one element to the next.
    let stride: Int
    /// Elements that there are addresses for.
    let capacity: Int

    private let reservation: UnsafeMutableRawPointer
    private let reservedBytes: Int
    private let committed = Atomic<Int>(0)
    private let mapped = Atomic<Int>(0)

    /// Reserves addresses; no memory is used yet.
    ///
    /// - Throws: `indexFull` when the system has no such range.
    init(stride: Int, capacity: Int) throws(VectorError) {
        self.stride = stride
        self.capacity = capacity
        let bytes = Self.rounded(stride * capacity, to: Self.largePageBytes)
        reservedBytes = bytes + Self.largePageBytes
        guard
            let range = mmap(
                nil, reservedBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0),
            range != MAP_FAILED
        else { throw .indexFull }
        reservation = range
        let address = UInt(bitPattern: range)
        let aligned =
            (address + UInt(Self.largePageBytes) - 1) & ~(UInt(Self.largePageBytes) - 1)
        base = range + Int(aligned - address)
    }

    deinit { munmap(reservation, reservedBytes) }

    /// Bytes that have memory or a file behind them, or may have.
    var committedBytes: Int { committed.load(ordering: .relaxed) }

    /// Bytes at the beginning that come from a file.
    var mappedBytes: Int { mapped.load(ordering: .relaxed) }

    /// Puts memory behind the first `count` elements.
    func commit(count: Int) throws(VectorError) {
        guard count <= capacity else { throw .indexFull }
        let old = committedBytes
        let needed = count * stride
        guard needed > old else { return }
        // An eighth more than is needed, in steps that keep system calls rare.
        let step = needed < Self.largePageBytes ? 1 << 16 : Self.largePageBytes
        let new = min(
            Self.rounded(max(needed, old + old / 8), to: step),
            Self.rounded(
                capacity * stride, to: Self.largePageBytes))
        guard mprotect(base + old, new - old, PROT_READ | PROT_WRITE) == 0 else {
            throw .indexFull
        }
        if new > 2 * Self.largePageBytes {
            // From a whole large page on; what comes from a file is left alone.
            let start = Self.rounded(min(old, mappedBytes), to: Self.largePageBytes)
            madvise(base + start, new - start, MADV_HUGEPAGE)
        }
        committed.store(new, ordering: .relaxed)
    }

    /// Bytes that hold the first `count` elements.
    func bytes(_ count: Int) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base, count: count * stride)
    }

    /// Puts a file behind the beginning, in place of memory: what was there must be the same. The
    /// file is never written to; a changed page becomes memory of its own.
    func map(
        descriptor: Int32, offset: Int, byteCount: Int, path: String
    ) throws(VectorError) {
        let bytes = Self.rounded(byteCount, to: Int(getpagesize()))
        guard bytes > 0 else { return }
        guard
            mmap(
                base, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_FIXED | MAP_NORESERVE,
                descriptor, off_t(offset)) != MAP_FAILED
        else { throw .fileFailed(path: path, errno: errno) }
        mapped.store(bytes, ordering: .relaxed)
        if bytes > committedBytes { committed.store(bytes, ordering: .relaxed) }
    }

    /// Replaces the next mapped bytes, at most `limit`, by memory with the same contents, while
    /// others read; nobody may write meanwhile. The end goes first, so that what is still mapped
    /// remains one range. Returns false when nothing is mapped any more.
    func unmapSome(limit: Int) throws(VectorError) -> Bool {
        let end = mappedBytes
        guard end > 0 else { return false }
        let start = max(0, (end - limit) / Self.largePageBytes * Self.largePageBytes)
        let flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE
        let room = mmap(
            nil, end - start + Self.largePageBytes, PROT_READ | PROT_WRITE, flags, -1, 0)
        guard let room, room != MAP_FAILED else { throw .indexFull }
        // Large pages move as such only when both ends are aligned to them.
        let address = UInt(bitPattern: room)
        let page = UInt(Self.largePageBytes)
        let shift = Int((page - address % page) % page)
        let copy = room + shift
        if end - start >= Self.largePageBytes { madvise(copy, end - start, MADV_HUGEPAGE) }
        copy.copyMemory(from: base + start, byteCount: end - start)
        let moved = martlet_move_mapping(copy, end - start, base + start)
        if shift > 0 { munmap(room, shift) }
        munmap(copy + (end - start), Self.largePageBytes - shift)
        guard moved else { throw .indexFull }
        mapped.store(start, ordering: .relaxed)
        return start > 0
    }

    static func rounded(_ bytes: Int, to unit: Int) -> Int { (bytes + unit - 1) / unit * unit }
}
