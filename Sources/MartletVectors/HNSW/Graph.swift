// A graph of vectors: hierarchical navigable small worlds (Malkov, Yashunin 2016), in flat memory.
//
// Slots number the vectors. For each there is a row, a code, a list of links on level 0, and, for
// one in `m`, lists on upper levels, each a block of `m` links. Arrays are arenas: they grow, but
// their elements never move.
//
// Threads. Readers take no lock: they pin an epoch (ReaderTable), load links with acquire, and see
// everything that was written before a link to it was stored. Writers of links hold the list's
// lock. Inserters share the gate; repair, training and changes of form have it alone. A slot is
//
//   free      to be given out
//   staged    being inserted: nobody finds it, or nobody returns it
//   live      found and returned
//   masked    removed: still walked through, never returned
//   retired   no link leads to it any more; free when all readers of that time have left
//
// `linked` has a bit for each live or masked slot, `live` one for each live slot. Removal clears the
// latter, and nothing else, so that it needs no lock.

internal import CVectorKernels
internal import MartletThreads
internal import Synchronization

final class Graph: @unchecked Sendable {
    static let highestLevel = 15
    /// With fewer vectors than this there are no codes: comparing with all is as fast.
    static let leastForCodes = 1024
    static let reservedBytes = 64 << 30
    static let noEntry = UInt64.max

    let parameters: VectorParameters
    /// Slots that there are addresses for.
    let capacity: Int
    let links: Arena
    let blocks: Arena
    /// For each slot: its level, and the first of its blocks.
    let directory: Arena
    let labels: Arena
    let live: Arena
    let linked: Arena

    let readers = ReaderTable()
    let gate = WriterGate()
    let locks = LinkLocks()
    let supply = Locked(SlotSupply())

    let liveCount = Atomic<Int>(0)
    let linkedCount = Atomic<Int>(0)
    let stagedCount = Atomic<Int>(0)
    /// Slots that were ever given out.
    let slotCount = Atomic<Int>(0)
    /// Where walks begin: its level above bit 32, its slot below.
    let entry = Atomic<UInt64>(Graph.noEntry)
    let entryLock = Locked(())
    /// Numbers insertions, for their levels.
    let insertions = Atomic<UInt64>(0)
    /// How many there were when it was last looked whether all vectors can be reached.
    let tidied = Atomic<UInt64>(0)

    private let storageReference: Atomic<UnsafeRawPointer>
    let training = TrainingState()

    /// - Parameter capacity: fewer slots than addresses would be reserved for, in tests.
    init(
        _ parameters: VectorParameters, rowsAreHalf: Bool, capacity: Int? = nil
    ) throws(VectorError) {
        self.parameters = parameters
        let widest = max(parameters.dimensions * 4, parameters.m * 8)
        let slots = capacity ?? min(1 << 31, Self.reservedBytes / widest)
        self.capacity = slots
        links = try Arena(stride: parameters.m * 8, capacity: slots)
        // Two blocks for three slots are more than any level distribution takes, but for m of 2.
        blocks = try Arena(
            stride: parameters.m * 4, capacity: min(slots + 16, Int(Layer.blockMask)))
        directory = try Arena(stride: 4, capacity: slots)
        labels = try Arena(stride: 8, capacity: slots)
        live = try Arena(stride: 8, capacity: slots / 64 + 1)
        linked = try Arena(stride: 8, capacity: slots / 64 + 1)
        let storage = try Self.emptyStorage(parameters, rowsAreHalf: rowsAreHalf, capacity: slots)
        storageReference = Atomic(UnsafeRawPointer(Unmanaged.passRetained(storage).toOpaque()))
    }

    deinit {
        Unmanaged<VectorStorage>.fromOpaque(storageReference.load(ordering: .acquiring)).release()
    }

    private static func emptyStorage(
        _ parameters: VectorParameters, rowsAreHalf: Bool, capacity: Int
    ) throws(VectorError) -> VectorStorage {
        let dimensions = parameters.dimensions
        let isHalf = rowsAreHalf && parameters.codes != .none
        var norms: Arena?
        if VectorStorage.hasNorms(parameters) {
            norms = try Arena(stride: 4, capacity: capacity)
        }
        return VectorStorage(
            metric: parameters.metric, dimensions: dimensions, rowsAreHalf: isHalf,
            rows: try Arena(
                stride: VectorStorage.rowStride(dimensions: dimensions, isHalf: isHalf),
                capacity: capacity),
            norms: norms, quantizer: nil, codes: nil, longest: Longest(), rowGuard: nil)
    }

    // MARK: The storage

    /// For readers that have pinned an epoch, and for those in the gate.
    @inline(__always)
    var storage: VectorStorage {
        Unmanaged<VectorStorage>.fromOpaque(storageReference.load(ordering: .acquiring))
            .takeUnretainedValue()
    }

    /// Publishes a new form of the vectors. The caller has the gate alone.
    func replaceStorage(_ new: VectorStorage) {
        let old = storageReference.exchange(
            UnsafeRawPointer(Unmanaged.passRetained(new).toOpaque()),
            ordering: .acquiringAndReleasing)
        let storage = Unmanaged<VectorStorage>.fromOpaque(old).takeRetainedValue()
        let epoch = readers.raise()
        supply.withLock { $0.retiredStorages.append((epoch, storage)) }
        reclaim()
    }

    // MARK: Words of slots

    @inline(__always)
    var liveWords: UnsafeMutablePointer<UInt64> {
        live.base.assumingMemoryBound(to: UInt64.self)
    }

    @inline(__always)
    var linkedWords: UnsafeMutablePointer<UInt64> {
        linked.base.assumingMemoryBound(to: UInt64.self)
    }

    @inline(__always)
    func isLive(_ slot: Slot) -> Bool { Self.isSet(slot, in: liveWords) }

    @inline(__always)
    func isLinked(_ slot: Slot) -> Bool { Self.isSet(slot, in: linkedWords) }

    /// Whether the slot was removed, and not yet retired.
    @inline(__always)
    func isMasked(_ slot: Slot) -> Bool { !isLive(slot) && isLinked(slot) }

    /// How many slots were removed and not yet retired.
    var maskedCount: Int {
        // In this order: removals meanwhile make it larger, never negative.
        let live = liveCount.load(ordering: .acquiring)
        return max(linkedCount.load(ordering: .acquiring) - live, 0)
    }

    @inline(__always)
    static func isSet(_ slot: Slot, in words: UnsafeMutablePointer<UInt64>) -> Bool {
        martlet_load_acquire_64(words + Int(slot >> 6)) >> UInt64(slot & 63) & 1 != 0
    }

    @inline(__always)
    func label(_ slot: Slot) -> UInt64 {
        labels.base.assumingMemoryBound(to: UInt64.self)[Int(slot)]
    }

    @inline(__always)
    func level(of slot: Slot) -> Int {
        Int(directory.base.assumingMemoryBound(to: UInt32.self)[Int(slot)] >> Layer.levelShift)
    }

    func layer(_ level: Int) -> Layer {
        level == 0
            ? Layer(links: links) : Layer(level: level, blocks: blocks, directory: directory)
    }
}
