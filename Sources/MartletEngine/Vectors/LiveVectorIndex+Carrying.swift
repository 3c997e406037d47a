// What the carrier does for one index: changes go from `pending` into the graph, and where the graph
// is made from the items, items do.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
internal import MartletKeyValue
internal import MartletThreads
internal import MartletVectors
internal import Synchronization

extension LiveVectorIndex {
    /// So many changes go into the graph at once; what a search has to compare one by one shrinks
    /// only then.
    private static let batchCount = 512
    /// So many when more than eight times as many wait: searches compare many one by one anyway.
    private static let longBatchCount = 2048
    /// The locks are let go after so many, so that the commit thread need not wait for all.
    private static let lockedCount = 32

    /// Takes the next pending changes into the graph.
    ///
    /// - Returns: bytes that are no longer pending; nil when there was nothing to do, or nothing
    ///   can be done now.
    func carry(threads: Int) -> Int? {
        let (graph, batch, current) = book.withLock { book in
            let isLong = book.pending.count > 8 * Self.longBatchCount
            let count = isLong ? Self.longBatchCount : Self.batchCount
            let batch = book.isFull ? [] : book.pending.first(count)
            return (book.graph, batch, batch.filter { !book.pending.isReplaced($0) })
        }
        guard !batch.isEmpty, let entries = entries(of: current) else { return nil }
        var insertions: [Insertion] = []
        var removals: [PendingChange] = []
        for (change, entry) in zip(current, entries) {
            if let entry {
                insertions.append(
                    Insertion(key: change.key, label: change.sequence, entry: entry))
            } else {
                removals.append(change)
            }
        }
        guard insert(&insertions, into: graph, threads: threads) else { return nil }
        guard register(insertions, in: graph), forget(removals, in: graph) else { return nil }
        return book.withLock { book in
            guard book.graph === graph else { return nil }
            let before = book.pending.byteCount
            book.pending.removeFirst(batch.count)
            book.carriedSequence = batch[batch.count - 1].sequence
            return before - book.pending.byteCount
        }
    }

    /// Takes the next items that remain into the graph.
    ///
    /// - Returns: whether there was something to do.
    func takeInItems(threads: Int) -> Bool {
        let (graph, remaining) = book.withLock { ($0.graph, $0.isFull ? nil : $0.remaining) }
        guard let remaining else { return false }
        var insertions: [Insertion] = []
        var lastKey: [UInt8]?
        var isAtEnd = true
        do throws(StorageError) {
            var readCount = 0
            let cursor = try store.cursor(over: remaining, .forward)
            while let (key, bytes) = try cursor.next() {
                let item = try ItemRecord(stored: bytes)
                if let entry = VectorEntry(of: item, in: definition) {
                    insertions.append(Insertion(key: HashedKey(key), label: 0, entry: entry))
                }
                lastKey = key
                readCount += 1
                if readCount == Self.batchCount {
                    isAtEnd = false
                    break
                }
            }
        } catch {
            noteFailure(true)
            return false
        }
        noteFailure(false)
        // What changed since is in the graph or pending, and newer.
        insertions = book.withLock { book in
            insertions.filter { book.slot(of: $0.key) == nil && !book.pending.holds($0.key) }
        }
        guard insert(&insertions, into: graph, threads: threads),
            register(insertions, in: graph)
        else { return false }
        return book.withLock { book in
            guard book.graph === graph else { return true }
            book.remaining =
                isAtEnd ? nil : KeyRange(lower: lastKey! + [0], upper: remaining.upper)
            return true
        }
    }

    private struct Insertion {
        let key: HashedKey
        let label: UInt64
        let entry: VectorEntry
        var slot: Slot = .max
    }

    /// What is to be put into the graph for each change; nil when the store cannot be read.
    private func entries(of changes: [PendingChange]) -> [VectorEntry?]? {
        let unreadKeys = changes.compactMap { change in
            if case .unread = change.content { change.key.bytes } else { nil }
        }
        var read: [VectorEntry?] = []
        if !unreadKeys.isEmpty {
            do throws(StorageError) {
                for bytes in try store.values(forKeys: unreadKeys) {
                    let item = try bytes.map { bytes throws(StorageError) in
                        try ItemRecord(stored: bytes)
                    }
                    read.append(item.flatMap { VectorEntry(of: $0, in: definition) })
                }
            } catch {
                noteFailure(true)
                return nil
            }
            noteFailure(false)
        }
        var rest = read[...]
        return changes.map { change in
            switch change.content {
            case .entry(let entry): entry
            case .removal: nil
            case .unread: rest.removeFirst()
            }
        }
    }

    /// Puts vectors into the graph.
    /// - Returns: false when they are not in it.
    private func insert(
        _ insertions: inout [Insertion], into graph: HNSWIndex, threads: Int
    ) -> Bool {
        guard !insertions.isEmpty else { return true }
        var vectors: [Float] = []
        vectors.reserveCapacity(insertions.count * definition.dimensions)
        for insertion in insertions { vectors.append(contentsOf: insertion.entry.vector) }
        let labels = insertions.map(\.label)
        do throws(VectorError) {
            let slots = try vectors.withUnsafeBufferPointer { vectors throws(VectorError) in
                try graph.insert(vectors, labels: labels, threads: threads)
            }
            for position in insertions.indices { insertions[position].slot = slots[position] }
            return true
        } catch {
            switch error {
            case .indexFull:
                book.withLock { $0.isFull = true }
                options.log(
                    "vector index \(definition.id) is full: further items are compared one by one")
            case .corruptFile, .fileFailed:
                do throws(StorageError) {
                    try abandon(graph, because: error)
                } catch {
                    noteFailure(true)
                }
            default: preconditionFailure("an entry that was not checked")
            }
            return false
        }
    }

    /// Makes slots stand for their items, but masks those of items that have a newer change.
    ///
    /// - Returns: false when the graph is no longer this one.
    private func register(_ insertions: [Insertion], in graph: HNSWIndex) -> Bool {
        if definition.metadata != nil {
            loadColumnsIfNeeded()
            columns.withLock { columns in
                for insertion in insertions {
                    columns.set(insertion.slot, insertion.entry.metadata)
                }
            }
        }
        for piece in pieces(of: insertions) {
            let isCurrent = book.withLock { book in
                guard book.graph === graph else { return false }
                for insertion in piece {
                    if book.pending.isReplaced(insertion.key, since: insertion.label) {
                        graph.remove(insertion.slot)
                        continue
                    }
                    forget(insertion.key, &book)
                    insertion.key.withOwnPart {
                        book.keys.insert($0, hash: insertion.key.hash, as: insertion.slot)
                    }
                    let values = insertion.entry.schemaValues(definition)
                    postings.withLock { $0.set(insertion.slot, values) }
                }
                return true
            }
            guard isCurrent else { return false }
        }
        return true
    }

    /// Forgets the slots of items that are gone.
    ///
    /// - Returns: false when the graph is no longer this one.
    private func forget(_ removals: [PendingChange], in graph: HNSWIndex) -> Bool {
        for piece in pieces(of: removals) {
            let isCurrent = book.withLock { book in
                guard book.graph === graph else { return false }
                for change in piece { forget(change.key, &book) }
                if book.keys.isMostlyHoles { book.keys = book.keys.compacted() }
                return true
            }
            guard isCurrent else { return false }
        }
        return true
    }

    /// Forgets the slot of a key, if it has one.
    private func forget(_ key: HashedKey, _ book: inout Book) {
        guard let slot = book.slot(of: key) else { return }
        book.graph.remove(slot)
        book.keys.remove(slot)
        postings.withLock { $0.clear(slot) }
    }

    private func pieces<Element>(of elements: [Element]) -> [ArraySlice<Element>] {
        stride(from: 0, to: elements.count, by: Self.lockedCount).map {
            elements[$0..<min($0 + Self.lockedCount, elements.count)]
        }
    }
}
