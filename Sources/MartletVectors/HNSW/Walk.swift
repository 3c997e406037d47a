// The walk: from candidate to candidate, always on from the nearest that was not yet expanded.
//
// This loop is where searches and insertions spend their time. It allocates nothing, holds no lock
// and counts no references: everything is a pointer in a local. Links are read while others change
// them; a list that is being rewritten shows some old and some new links, each of them valid.

internal import CVectorKernels

/// The links of one level.
struct Layer {
    /// Ends a list that is not full.
    static let none: UInt32 = .max
    /// Bits of a directory's word that number a slot's blocks; the others are its level.
    static let blockMask: UInt32 = 0x0FFF_FFFF
    static let levelShift: UInt32 = 28

    /// Links in a list at most.
    let width: Int
    private let base: UnsafeMutablePointer<UInt32>
    /// Where each slot's upper lists are; level 0 needs none.
    private let directory: UnsafeMutablePointer<UInt32>?
    private let above: Int

    init(links: Arena) {
        base = links.base.assumingMemoryBound(to: UInt32.self)
        width = links.stride / 4
        directory = nil
        above = 0
    }

    /// - Parameter level: from 1.
    init(level: Int, blocks: Arena, directory: Arena) {
        base = blocks.base.assumingMemoryBound(to: UInt32.self)
        width = blocks.stride / 4
        self.directory = directory.base.assumingMemoryBound(to: UInt32.self)
        above = level - 1
    }

    @inline(__always)
    func links(_ slot: Slot) -> UnsafeMutablePointer<UInt32> {
        guard let directory else { return base + Int(slot) &* width }
        return base + (Int(directory[Int(slot)] & Self.blockMask) &+ above) &* width
    }

    /// Replaces a list; readers may be in it.
    func write(_ chosen: UnsafePointer<Packed>, count: Int, at slot: Slot) {
        let list = links(slot)
        for i in 0..<count { martlet_store_release(list + i, chosen[i].slot) }
        for i in count..<width { martlet_store_release(list + i, Self.none) }
    }

    /// Copies a list.
    ///
    /// - Returns: how many links it has.
    func read(_ slot: Slot, into slots: UnsafeMutablePointer<Slot>) -> Int {
        let list = links(slot)
        var count = 0
        while count < width {
            let link = martlet_load_acquire(list + count)
            if link == Self.none { break }
            slots[count] = link
            count += 1
        }
        return count
    }
}

/// Goes to ever nearer neighbours until there is none, on an upper level.
@inline(__always)
func descend<S: Scorer>(
    _ layer: Layer, _ scorer: S, from start: Packed, slotLimit: Int, in context: SearchContext
) -> Packed {
    let batch = context.batch.room(layer.width)
    let distances = context.distances.room(layer.width)
    var best = start
    while true {
        let list = layer.links(best.slot)
        var count = 0
        for i in 0..<layer.width {
            let link = martlet_load_acquire(list + i)
            if Int(link) >= slotLimit { break }
            batch[count] = link
            count += 1
        }
        scorer.score(batch, count: count, into: distances)
        context.scoredCount &+= count
        var next = best
        for i in 0..<count { next = min(next, pack(distances[i], batch[i])) }
        if next == best { return best }
        best = next
    }
}

/// Fills the context's pool with the nearest that it finds, best first.
///
/// - Parameters:
///   - start: where to begin, with its distance.
///   - ef: how many candidates to keep.
/// - Returns: how many the pool holds.
@inline(__always)
func walk<S: Scorer>(
    _ layer: Layer, _ scorer: S, from start: Packed, ef: Int, slotCount: Int,
    in context: SearchContext
) -> Int {
    let visit = context.beginWalk(slotCount: slotCount)
    let visits = context.visits
    let limit = context.visitCapacity
    let pool = context.pool.room(ef + 1)
    let batch = context.batch.room(layer.width)
    let distances = context.distances.room(layer.width)
    let width = layer.width

    pool[0] = start
    visits[Int(start.slot)] = visit
    var size = 1
    var next = 0
    while next < size {
        let expanded = pool[next].slot
        pool[next] |= 1
        let list = layer.links(expanded)
        var count = 0
        for i in 0..<width {
            let link = martlet_load_acquire(list + i)
            guard Int(link) < limit else { break }
            batch[count] = link
            let isNew = visits[Int(link)] != visit
            visits[Int(link)] = visit
            count &+= isNew ? 1 : 0
        }
        next += 1
        guard count > 0 else {
            while next < size, pool[next] & 1 != 0 { next += 1 }
            continue
        }
        // Meanwhile memory brings what the next one will need.
        var ahead = next
        while ahead < size, pool[ahead] & 1 != 0 { ahead += 1 }
        if ahead < size {
            let list = layer.links(pool[ahead].slot)
            for i in 0..<width {
                let link = martlet_load_acquire(list + i)
                guard Int(link) < limit else { break }
                scorer.prefetch(link)
            }
        }
        scorer.score(batch, count: count, into: distances)
        context.scoredCount &+= count
        for i in 0..<count {
            let word = pack(distances[i], batch[i])
            if size == ef, word >= pool[size - 1] { continue }
            let place = insertSorted(word, into: pool, count: size)
            if size < ef { size += 1 }
            if place < next { next = place }
            // Its links are wanted soon, if it is near the front.
            let links = layer.links(batch[i])
            martlet_prefetch(links)
            martlet_prefetch(links + 16)
        }
        while next < size, pool[next] & 1 != 0 { next += 1 }
    }
    return size
}

/// Inserts a word into a sorted list that has room for one more.
@inline(__always)
func insertSorted(_ word: Packed, into pool: UnsafeMutablePointer<Packed>, count: Int) -> Int {
    // Binary search without branches that depend on the data.
    var base = 0
    var length = count
    while length > 1 {
        let half = length >> 1
        base = pool[base &+ half &- 1] < word ? base &+ half : base
        length &-= half
    }
    let place = length == 1 && pool[base] < word ? base + 1 : base
    (pool + place + 1).update(from: pool + place, count: count - place)
    pool[place] = word
    return place
}
