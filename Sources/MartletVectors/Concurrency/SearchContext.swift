// What one search or insertion works in: kept between searches, so that they allocate nothing but
// their results. One thread has it at a time.

internal import Synchronization

final class SearchContext: @unchecked Sendable {
    let isBusy = Atomic(false)
    /// The epoch that the reader pinned, 0 without one. See ReaderTable.
    let pinned = Atomic<UInt64>(0)

    /// When each slot was last seen, as the number of the walk.
    private(set) var visits: UnsafeMutablePointer<UInt16>
    /// Slots that `visits` has room for; those inserted since the walk began may have none.
    private(set) var visitCapacity = 0
    private var visit: UInt16 = 0

    /// Vectors that the search compared its query with.
    var scoredCount = 0
    /// The walk's candidates, best first.
    let pool = Scratch<Packed>()
    /// Slots to be scored, and their distances.
    let batch = Scratch<Slot>()
    let distances = Scratch<Float>()
    let slots = Scratch<Slot>()
    let furtherSlots = Scratch<Slot>()
    /// Links chosen so far, and what is left to choose from.
    let chosen = Scratch<Packed>()
    let rest = Scratch<Packed>()
    /// The query, of unit length under cosine.
    let query = Scratch<Float>()
    /// A stored vector, widened.
    let row = Scratch<Float>()
    /// The query's weights for the codes.
    let weights = Scratch<Int8>()

    init() { visits = .allocate(capacity: 0) }

    deinit { visits.deallocate() }

    /// Begins a walk among slots below `count`: none has been visited by it.
    func beginWalk(slotCount count: Int) -> UInt16 {
        if count > visitCapacity {
            visits.deallocate()
            visitCapacity = max(1024, count + count / 4)
            visits = .allocate(capacity: visitCapacity)
            visits.initialize(repeating: 0, count: visitCapacity)
            visit = 0
        } else if visit == .max {
            visits.update(repeating: 0, count: visitCapacity)
            visit = 0
        }
        visit += 1
        return visit
    }
}

/// Memory that only grows. What it held is lost when it does.
final class Scratch<Element: BitwiseCopyable> {
    private var base: UnsafeMutablePointer<Element>
    private var capacity = 0

    init() { base = .allocate(capacity: 0) }

    deinit { base.deallocate() }

    func room(_ count: Int) -> UnsafeMutablePointer<Element> {
        if count > capacity {
            base.deallocate()
            capacity = count + count / 2
            base = UnsafeMutableRawPointer.allocate(
                byteCount: capacity * MemoryLayout<Element>.stride, alignment: 64
            ).bindMemory(to: Element.self, capacity: capacity)
        }
        return base
    }
}
