// Filters on metadata, as sets of slots.
//
// A slot that comes into use while a search is under way may be in the search's set or not: what it
// stands for is left to `pending` or to the items that remain.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
internal import MartletKeyValue
internal import MartletThreads
internal import MartletVectors
internal import Synchronization

extension LiveVectorIndex {
    /// The slots whose metadata match. Where the columns do not say, items are looked at: an item
    /// that has changed since no longer is what its slot stands for.
    func slots(matching filter: MetadataFilter) throws(StorageError) -> SlotBitmap {
        loadColumnsIfNeeded()
        let selection = columns.withLock { $0.select(filter) }
        guard let unknown = selection.unknown else { return selection.matching }
        let matching = SlotBitmap(copying: selection.matching)
        var slots: [Slot] = []
        slots.reserveCapacity(unknown.count)
        unknown.forEach { slots.append($0) }
        var start = 0
        while start < slots.count {
            let some = slots[start..<min(start + 256, slots.count)]
            start += some.count
            let keyed = book.withLock { book in
                some.filter { book.keys.hasString($0) }.map {
                    ($0, key: keyPrefix + book.keys.string($0))
                }
            }
            let items = try store.values(forKeys: keyed.map(\.key))
            for ((slot, _), bytes) in zip(keyed, items) {
                guard let bytes else { continue }
                let entry = VectorEntry(of: try ItemRecord(stored: bytes), in: definition)
                if let entry, filter.matches(entry.metadata) { matching.insert(slot) }
            }
        }
        columns.withLock { $0.keep(matching, for: filter, ifStill: selection.version) }
        return matching
    }

    /// How many items match, of all that was published before the call; nil when the columns cannot
    /// say, because items remain to be taken in, or because changes went into the graph each time
    /// that it was tried.
    func count(matching filter: MetadataFilter) throws(StorageError) -> Int? {
        for _ in 0..<8 {
            let carried = book.withLock { $0.remaining == nil ? $0.carriedSequence : nil }
            guard let carried else { return nil }
            let matching = try slots(matching: filter)
            let count: Int?? = book.withLock { book in
                guard book.remaining == nil, book.hasColumns else { return .some(nil) }
                return book.carriedSequence == carried
                    ? book.count(of: matching, and: filter) : .none
            }
            if let count { return count }
        }
        return nil
    }

    /// Whether filters can be made sets of slots: not while the columns are being made from the
    /// items, after opening without them.
    var filters: Bool {
        guard definition.metadata != nil else { return false }
        loadColumnsIfNeeded()
        return book.withLock { $0.hasColumns }
    }

    /// Takes the columns from the file that the index was opened from, if that was not done yet:
    /// whoever needs them first does so, everybody else waits for some milliseconds. When the file
    /// has none, or damaged ones, they are to be made from the items.
    func loadColumnsIfNeeded() {
        columnSource.withLock { source in
            guard let file = source else { return }
            source = nil
            let slotLimit = book.withLock { $0.graph.slotCount }
            do throws(VectorError) {
                var read = MetadataColumns()
                if try read.replace(with: file, slotLimit: slotLimit) {
                    columns.withLock { swap(&$0, &read) }
                    return
                }
            } catch {
                options.log(
                    "metadata of vector index \(definition.id) are read from the items: "
                        + error.logText)
            }
            book.withLock { $0.hasColumns = false }
        }
    }

    /// Makes the columns from the items, for slots that came from a file without them. Items that
    /// have changed since are no longer what their slots stand for.
    func makeColumnsIfNeeded() {
        guard definition.metadata != nil else { return }
        loadColumnsIfNeeded()
        let (graph, isNeeded) = book.withLock { ($0.graph, !$0.hasColumns) }
        guard isNeeded else { return }
        do throws(StorageError) {
            let cursor = try store.cursor(over: .prefix(keyPrefix), .forward)
            while let (bytes, value) = try cursor.next() {
                let key = HashedKey(bytes)
                guard let slot = book.withLock({ $0.slot(of: key) }) else { continue }
                let entry = VectorEntry(of: try ItemRecord(stored: value), in: definition)
                columns.withLock { $0.set(slot, entry?.metadata) }
            }
        } catch {
            noteFailure(true)
            return
        }
        book.withLock { if $0.graph === graph { $0.hasColumns = true } }
    }
}

extension LiveVectorIndex.Book {
    /// How many items are in slots that match, or in changes that do; nil when a change is to be read
    /// first. What is pending and has its slot already is counted once.
    fileprivate func count(of matching: SlotBitmap, and filter: MetadataFilter) -> Int? {
        func isCounted(_ slot: Slot) -> Bool { keys.hasString(slot) && graph.isLive(slot) }
        var count = 0
        matching.forEach { slot in if isCounted(slot) { count += 1 } }
        var isUnread = false
        pending.span(from: pending.start).forEachCurrent { change in
            if let slot = slot(of: change.key), isCounted(slot), matching.contains(slot) {
                count -= 1
            }
            switch change.content {
            case .entry(let entry): if filter.matches(entry.metadata) { count += 1 }
            case .removal: break
            case .unread: isUnread = true
            }
        }
        return isUnread ? nil : count
    }
}
