// What a group of writes sees and changes. Reads find the group's own changes first, then those of
// the group before while that is being committed, then the store. Nothing reaches the store before
// `commit`.
//
// Thread safety: filled by one thread at a time, which holds the committer's lock on the open
// group; once sealed it does not change, so the next group may read it while it is committed.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue
internal import MartletModel

package final class WriteTransaction: @unchecked Sendable {
    let options: EngineOptions
    /// When the group began: one moment for all its writes.
    private(set) var now: Timestamp
    private let store: any KeyValueStore
    var directory: TableDirectory
    private var batch = WriteBatch()
    /// Rows of this group; nil for deleted ones.
    private var written: [RowKey: [UInt8]?] = [:]
    /// Number of the group; the first has 1.
    private let group: Int
    let memory: CommitMemory
    /// Ranges that will never hold a row again.
    private var abandoned: [KeyRange] = []
    /// The group before, until the store has its rows.
    private var previous: WriteTransaction?
    /// What this group changed in vector indexes, in order; published once it is committed.
    var vectorChanges: [VectorChange] = []
    /// Whether this group drew sequences for streams.
    var hasDrawnStreamSequence = false
    /// Tables and indexes whose counts this group changed.
    private var changedTallies: Set<UInt32> = []
    /// The moment of the write that runs now; nil until it is asked for.
    var currentMoment: UInt64?

    init(
        store: any KeyValueStore, directory: TableDirectory, options: EngineOptions,
        group: Int = 0, memory: CommitMemory = CommitMemory(),
        previous: WriteTransaction? = nil
    ) {
        self.store = store
        self.directory = directory
        self.options = options
        self.group = group
        self.memory = memory
        self.previous = previous
        now = options.clock.now
    }

    var batchBytes: Int { batch.byteCount }

    /// Takes the time: the first write of the group is about to run.
    func begin() { now = options.clock.now }

    /// The next write of the group is about to run.
    func beginWrite() { currentMoment = nil }

    /// The group before has been committed, or has failed, after which nothing is.
    func forgetPrevious() { previous = nil }

    // MARK: Rows

    /// The row's value as this group has left it.
    func value(forKey key: [UInt8]) throws(OperationError) -> [UInt8]? {
        let row = RowKey(key)
        if let value = written[row] ?? previous?.written[row] { return value }
        do throws(StorageError) {
            return try store.value(forKey: key)
        } catch {
            throw .storage(error)
        }
    }

    /// The item as this group has left it.
    func record(forKey key: [UInt8]) throws(OperationError) -> ItemRecord? {
        guard let bytes = try value(forKey: key) else { return nil }
        do throws(CorruptRecord) {
            return try ItemRecord(verifying: bytes)
        } catch {
            throw .storage(StorageError(error, in: "item"))
        }
    }

    /// The item of a prepared write: as it was seen then if nobody wrote it since, else as it is.
    func record(of key: PreparedKey) throws(OperationError) -> ItemRecord? {
        if let seen = seenItem(of: key) { return seen.record }
        return try record(forKey: key.rowKey)
    }

    /// The item as it was seen when the write was prepared, if it is still so.
    func seenItem(of key: PreparedKey) -> SeenItem? {
        guard let seen = key.seen else { return nil }
        let row = RowKey(key.rowKey)
        guard written[row] == nil, !memory.writes.mayHaveWritten(row, after: seen.group) else {
            return nil
        }
        return seen
    }

    /// Writes an item's row, or deletes it.
    func setItem(_ key: PreparedKey, to record: ItemRecord?) {
        if let record { put(key.rowKey, record.bytes) } else { delete(key.rowKey) }
        memory.writes.note(RowKey(key.rowKey), group: group)
    }

    func put(_ key: [UInt8], _ value: [UInt8]) {
        batch.put(key, value)
        written.updateValue(value, forKey: RowKey(key))
    }

    func delete(_ key: [UInt8]) {
        batch.delete(key)
        written.updateValue(nil, forKey: RowKey(key))
    }

    /// Adds a row that nothing of this group or the next will read.
    func append(_ key: [UInt8], _ value: [UInt8]) { batch.put(key, value) }

    /// Deletes rows that nothing of this group or the next will read.
    func deleteRange(_ range: KeyRange) { batch.deleteRange(range) }

    /// Deletes all rows of a kind. Reads of this group do not see it: nothing reads rows under an
    /// id that the catalogue no longer has, or of a kind that is switched off.
    func deleteRows(_ space: KeySpace, _ id: UInt32) {
        batch.deleteRange(.prefix(OrderedKey.tablePrefix(space, id)))
    }

    /// Deletes all rows of a table or index that goes away with its id.
    func abandonRows(_ space: KeySpace, _ id: UInt32) {
        deleteRows(space, id)
        abandoned.append(.prefix(OrderedKey.tablePrefix(space, id)))
    }

    func approximateSizeBytes(of ranges: [KeyRange]) throws(OperationError) -> UInt64 {
        do throws(StorageError) {
            var total: UInt64 = 0
            for range in ranges { total += try store.approximateSizeBytes(of: range) }
            return total
        } catch {
            throw .storage(error)
        }
    }

    // MARK: Counts

    func tally(_ id: UInt32) throws(OperationError) -> Tally {
        if let tally = memory.tallies[id] { return tally }
        let tally = try storedTally(id)
        memory.tallies[id] = tally
        return tally
    }

    private func storedTally(_ id: UInt32) throws(OperationError) -> Tally {
        guard let stored = try value(forKey: CatalogKey.tally(id)) else { return Tally() }
        do throws(CorruptRecord) {
            return try Tally(stored: stored)
        } catch {
            throw .storage(StorageError(error, in: "tally"))
        }
    }

    /// Loads a count, so that `adjustTally` cannot fail later.
    func prepareTally(_ id: UInt32) throws(OperationError) { _ = try tally(id) }

    /// Changes a count that was loaded before.
    func adjustTally(_ id: UInt32, items: Int, bytes: Int, saved: Int = 0) {
        if items == 0, bytes == 0, saved == 0 { return }
        changedTallies.insert(id)
        memory.tallies[id]!.itemCount += items
        memory.tallies[id]!.sizeBytes += bytes
        memory.tallies[id]!.savedBytes += saved
    }

    func dropTally(_ id: UInt32) {
        changedTallies.remove(id)
        memory.tallies[id] = nil
        delete(CatalogKey.tally(id))
    }

    // MARK: Catalogue

    /// Stores a new or changed definition; the next writes of this group already see it.
    ///
    /// - Parameter phases: what the table goes through from now on; nil: as before, or, for a new
    ///   table, what such a one does.
    func save(
        _ definition: TableDefinition, nextID: UInt32? = nil, phases: StatusPhases? = nil
    ) {
        var phases = phases
        if let delay = options.statusDelay, phases == nil {
            let old = directory.tables[definition.name]
            phases =
                old?.id == definition.id
                ? old?.phases : .creating(for: delay, by: options.clock)
        }
        put(CatalogKey.table(definition.name), definition.record.bytes)
        if let nextID { put(CatalogKey.nextID, CatalogKey.encode(nextID: nextID)) }
        directory = directory.replacing(
            definition.name,
            with: Table(
                definition, isCopied: directory.isCopied(definition.id), phases: phases),
            nextID: nextID ?? directory.nextID)
    }

    /// - Parameter description: of the table as it goes.
    func remove(_ definition: TableDefinition, describedAs description: TableDescription) {
        delete(CatalogKey.table(definition.name))
        directory = directory.replacing(definition.name, with: nil, nextID: directory.nextID)
        if let delay = options.statusDelay {
            directory = directory.replacing(
                departed: definition.name,
                with: DepartedTable(description, for: delay, by: options.clock))
        }
    }

    // MARK: The end

    /// Ends the group: its counts join the batch.
    func seal() {
        for id in changedTallies.sorted() { put(CatalogKey.tally(id), memory.tallies[id]!.stored) }
        sealVectorChanges()
        sealStreams()
    }

    /// A group that changed nothing, because every condition failed, costs no sync: all that it saw
    /// is durable already, as the groups before are.
    func commit(_ durability: Durability) throws(StorageError) {
        if !batch.isEmpty { try store.commit(batch, durability) }
        for range in abandoned { store.reclaimSpace(ofAbandoned: range) }
    }
}

/// Takes what a committed group changed in vector indexes, before the group is answered and before
/// reads see its catalogue, which comes along.
typealias VectorPublisher = @Sendable ([VectorChange], TableDirectory) -> Void

/// What is remembered from group to group. Used only under the committer's lock on the open group.
final class CommitMemory: @unchecked Sendable {
    /// Counts as the groups so far have left them. When a commit fails, nothing is written any
    /// more, so they need not go back.
    var tallies: [UInt32: Tally] = [:]
    /// The sequence of the next change of a vector index; nil until one is wanted.
    var nextVectorSequence: UInt64?
    /// How far vector indexes are filled, by their ids.
    var vectorWalks: [UInt32: VectorWalk] = [:]
    /// The next sequence of streams; nil until one is wanted.
    var nextStreamSequence: UInt64?
    /// The last moment that a write was given, and the next ordinal in it.
    var historyPoint: HistoryPoint
    let writes = RecentWrites()

    init(firstMoment: UInt64 = 0) { historyPoint = HistoryPoint(moment: firstMoment) }
}

extension StorageError {
    /// Damage that a record's own checksum shows; `kind` says which kind of record.
    init(_ error: CorruptRecord, in kind: StaticString) {
        self = .corruption(file: nil, offset: nil, detail: "\(kind): \(error.reason)")
    }
}
