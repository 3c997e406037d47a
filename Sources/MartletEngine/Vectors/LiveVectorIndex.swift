// One vector index: its graph, what the graph's slots are, and what is not in the graph yet.
//
//   graph      vectors by slot; the label of a slot is the sequence number of the change that put
//              it there, or 0 for one that was taken from the items
//   keys       slot ↔ row key, of slots that stand for an item
//   postings   which slots have which values of the search schema's attributes
//   columns    which slots have which metadata, for an index that keeps them
//   pending    published changes that are not in the graph yet
//   remaining  the rest of the table when the graph is made from the items: what lies there is not
//              in the graph, or may not be
//
// The commit thread publishes: it masks the old slot of a changed item and appends to `pending`. The
// carrier, one thread, does all else that changes something: it takes changes into the graph, in
// order, and then drops them from `pending`.
//
// A search notes where `pending` begins, walks the graph, and then reads `pending` from there up to
// its end of that moment, also what was carried meanwhile. So every change that was published before
// it began is found in one place or the other. What the graph says of changes since the beginning is
// left to `pending`: their labels tell. Keys that changed during the walk are taken from `pending`,
// too. What remains to be taken from the items is compared one by one, from the store.
//
// Thread safety: any thread may search; `publish` is the commit thread's, the rest is the carrier's.
// Locks: `book` before `postings`; both are held for a few microseconds. `columns` is for itself:
// a slot's metadata is set before the slot stands for an item, and kept until the slot is retired.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue
internal import MartletModel
internal import MartletThreads
internal import MartletVectors

final class LiveVectorIndex: Sendable {
    struct Book: ~Copyable, Sendable {
        var graph: HNSWIndex
        var keys = ByteStringTable()
        var pending: PendingChanges
        /// nil when the graph holds all that is not pending.
        var remaining: KeyRange?
        /// The last change that is in the graph.
        var carriedSequence: UInt64
        /// Journal lines that no file makes dispensable.
        var lineCount = 0
        /// The graph was mapped from a file, and is to be brought into memory as far as it should.
        var isToBeLoaded = false
        var errands = CarrierErrands()
        /// `columns` has all slots.
        var hasColumns = true
        /// When the last change was published.
        var lastChange = ContinuousClock.now
        /// Whether this engine has changed something.
        var hasPublished = false
        /// The store could not be read; to be tried again later.
        var hasFailed = false
        /// A file could not be written; it is tried again from then on.
        var writesAgain: ContinuousClock.Instant?
        /// The graph takes no more: changes stay pending, and are compared one by one.
        var isFull = false

        init(graph: HNSWIndex, after sequence: UInt64, remaining: KeyRange? = nil) {
            self.graph = graph
            pending = PendingChanges(after: sequence)
            carriedSequence = sequence
            self.remaining = remaining
        }

        func slot(of key: HashedKey) -> Slot? {
            key.withOwnPart { keys.number(of: $0, hash: key.hash) }
        }
    }

    /// What counts as lines of an index that is made again: so a file is written when that is done.
    static let longLineCount = 1 << 32

    /// As it was when this was made.
    let definition: VectorIndexDefinition
    let tableID: UInt32
    let table: TableName
    /// What all row keys of the table begin with.
    let keyPrefix: [UInt8]
    let store: any KeyValueStore
    let files: VectorFiles?
    let options: EngineOptions
    let book: Locked<Book>
    let postings: Locked<ValuePostings>
    let columns = Locked(MetadataColumns())
    /// A file that has the columns, until they are first used.
    let columnSource: Locked<IndexFile?>
    /// When walks read codes, by the catalogue of this moment; the graph follows.
    let codeUse: Locked<CodeUse>
    /// Held while the graph follows; before all other locks.
    let codeWork = Locked(())

    /// An index that was just created and holds nothing: whatever comes is published.
    init(
        new definition: VectorIndexDefinition, of table: TableDefinition,
        store: any KeyValueStore, folder: String?, options: EngineOptions
    ) {
        self.definition = definition
        self.store = store
        self.options = options
        self.table = table.name
        tableID = table.id
        files = folder.map { VectorFiles(folder: $0, indexID: definition.id) }
        keyPrefix = OrderedKey.tablePrefix(.item, table.id)
        codeUse = Locked(definition.codeUse)
        columnSource = Locked(nil)
        book = Locked(Book(graph: Self.emptyGraph(definition, definition.codeUse), after: 0))
        postings = Locked(ValuePostings(elementCount: definition.schema.count))
    }

    /// An index of a database that is opened: with the file of its last checkpoint, or to be made
    /// again from the items.
    init(
        opening definition: VectorIndexDefinition, of table: TableDefinition,
        store: any KeyValueStore, folder: String?, options: EngineOptions
    ) throws(StorageError) {
        self.definition = definition
        self.store = store
        self.options = options
        self.table = table.name
        tableID = table.id
        files = folder.map { VectorFiles(folder: $0, indexID: definition.id) }
        keyPrefix = OrderedKey.tablePrefix(.item, table.id)
        let opened = try Self.open(
            definition, of: table, store: store, files: files, keyPrefix: keyPrefix,
            options: options)
        codeUse = Locked(definition.codeUse)
        columnSource = Locked(opened.file)
        book = Locked(opened.book)
        postings = Locked(opened.postings)
        try replayJournal()
    }

    static func emptyGraph(
        _ definition: VectorIndexDefinition, _ codeUse: CodeUse
    ) -> HNSWIndex {
        do throws(VectorError) {
            let graph = try HNSWIndex(definition.parameters)
            try graph.setCodeUse(codeUse)
            return graph
        } catch {
            // The catalogue's checks are stricter than the graph's.
            preconditionFailure("the catalogue holds parameters that no graph can have")
        }
    }

    /// Takes a change of a committed group. Changes come in the order of their sequences.
    /// - Returns: about how many bytes more are pending.
    func publish(_ change: VectorChange) -> Int {
        let pending = PendingChange(
            sequence: change.sequence, key: HashedKey(change.rowKey),
            content: change.entry.map { .entry($0) } ?? .removal)
        book.withLock { book in
            book.publish(pending)
            book.hasPublished = true
        }
        return pending.byteCount
    }

    /// Begins again from the items, unless that has been done since `graph` was the graph: what
    /// cannot be read must not be answered with.
    func abandon(_ graph: HNSWIndex, because error: VectorError) throws(StorageError) {
        guard book.withLock({ $0.graph === graph }) else { return }
        let items = try itemsToTakeIn()
        let empty = Self.emptyGraph(definition, codeUse.withLock { $0 })
        let isNew = book.withLock { book in
            guard book.graph === graph else { return false }
            book.graph = empty
            book.keys = ByteStringTable()
            book.remaining = items
            book.lineCount = Self.longLineCount
            book.isToBeLoaded = false
            book.hasColumns = true
            postings.withLock { $0 = ValuePostings(elementCount: definition.schema.count) }
            return true
        }
        if isNew {
            columnSource.withLock { $0 = nil }
            columns.withLock { $0 = MetadataColumns() }
        }
        if isNew { logRebuild(error.logText) }
    }

    /// Whether the carrier would find something to do.
    var hasWork: Bool {
        book.withLock { book in
            book.errands.areOpen
                || !book.isFull && !book.hasFailed
                    && (book.pending.count > 0 || book.remaining != nil)
        }
    }

    func add(to statistics: inout VectorStatistics) {
        let (graph, pendingCount, pendingBytes, keyBytes, isWhole) = book.withLock { book in
            (
                book.graph, book.pending.count, book.pending.byteCount, book.keys.byteCount,
                book.remaining == nil
            )
        }
        let graphBytes = graph.statistics
        statistics.indexCount += 1
        statistics.vectorCount += graphBytes.live
        statistics.pendingCount += pendingCount
        statistics.rebuildingCount += isWhole ? 0 : 1
        statistics.memoryBytes +=
            graphBytes.inMemory + pendingBytes + keyBytes + postings.withLock { $0.byteCount }
        statistics.mappedBytes += graphBytes.mapped
    }

    /// Lets go of what is pending: the index is dropped.
    /// - Returns: how many bytes that were.
    func forgetPending() -> Int {
        book.withLock { book in
            let bytes = book.pending.byteCount
            book.pending.removeFirst(book.pending.count)
            return bytes
        }
    }

    /// Carrier-side failure of the store: it is tried again later.
    func noteFailure(_ hasFailed: Bool) { book.withLock { $0.hasFailed = hasFailed } }
}

extension LiveVectorIndex.Book {
    /// Masks the old slot and has the change wait for the carrier.
    mutating func publish(_ change: PendingChange) {
        if let slot = slot(of: change.key) { graph.remove(slot) }
        pending.append(change)
        lineCount += 1
        lastChange = .now
    }
}
