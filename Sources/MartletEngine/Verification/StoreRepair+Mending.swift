// What a repair does about each kind of fault.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
internal import MartletKeyValue
internal import MartletModel

extension StoreRepair {
    mutating func mend(
        _ fault: InvariantFault, _ checker: InvariantChecker
    ) throws(StorageError) {
        switch fault.problem {
        case .unreadableDefinition, .unreadableItem, .misplacedItem, .unreadableIndexRow,
            .strayIndexRow, .unreadableStream, .unreadableStreamRecord, .wrongStreamRecord,
            .unreadableBackup, .strandedCopy, .unreadableToken, .unreadableTransfer,
            .unknownRow, .orphanedRow:
            try moveToQuarantine(fault)
        case .unreadableCopy, .strayCopy:
            try moveToQuarantine(fault)
            if let key = fault.key { try moveToQuarantine(fault, key: key + [0]) }
        case .misplacedDefinition: try moveDefinition(fault)
        case .unissuedNumber: sequencesToMove.insert(.catalog)
        case .unreadableSequence:
            sequencesToMove.insert(
                fault.key?.first == CatalogKey.tables[0] ? .catalog : .vectorJournal)
        case .unissuedSequence: sequencesToMove.insert(.vectorJournal)
        case .disorderedShards, .strayStreamRecord:
            // Records beyond the next sequence are no strays: the sequence is what is wrong.
            if try streamSequenceIsBehind() {
                sequencesToMove.insert(.streamRecord)
            } else {
                try moveToQuarantine(fault)
            }
        case .strayStream: try switchOffStream(fault)
        case .wrongItemSize: try correctSize(fault)
        case .missingIndexRow: try makeIndexRow(fault)
        case .misplacedIndexRow: dropDerived(fault, .deletedIndexRow)
        case .outdatedIndexRow: try correctIndexRow(fault)
        case .missingExpiryRow: try makeExpiryRow(fault)
        case .strayExpiryRow: dropDerived(fault, .deletedExpiryRow)
        case .strayWalk: dropDerived(fault, .deletedWalk)
        case .unreadableJournalLine: try dropJournalLine(fault)
        case .unreadableHistoryLine: try cutHistory(fault, checker)
        // Two owners of the same rows: no rule says whose they are.
        case .sharedNumber: break
        // Files are removed elsewhere; counts wait until rows are right.
        case .damagedFile, .unreadableVectorFile, .outdatedVectorFile, .brokenGraph,
            .wrongVectorRow, .unreadableTally, .wrongItemCount, .wrongSize:
            break
        // What is missing in a stream or a history is nowhere else.
        case .brokenStream, .idleHistoryLine: break
        // Nothing sealed is repaired without its key.
        case .malformedSealedRecord, .malformedSealedFile, .missingSealedPart: break
        }
    }

    // MARK: Quarantine

    /// Takes the row out of the store, after it has been written to the quarantine file.
    private mutating func moveToQuarantine(
        _ fault: InvariantFault, key: [UInt8]? = nil
    ) throws(StorageError) {
        guard let key = key ?? fault.key, !done.contains(key),
            let value = try store.value(forKey: key)
        else { return }
        try quarantine.add(fault, key: key, value: value)
        delete(key)
        count(.quarantined)
    }

    private mutating func put(_ key: [UInt8], _ value: [UInt8]) {
        batch.put(key, value)
        done.insert(key)
    }

    private mutating func delete(_ key: [UInt8]) {
        batch.delete(key)
        done.insert(key)
    }

    private mutating func dropDerived(_ fault: InvariantFault, _ action: RepairReport.Action) {
        guard let key = fault.key, !done.contains(key) else { return }
        delete(key)
        count(action)
    }

    // MARK: Items and what follows from them

    /// Damaged items come back from rows of an index that projects everything.
    mutating func restoreItems(_ checker: InvariantChecker) throws(StorageError) {
        let damaged = checker.faults.filter { $0.problem == .unreadableItem }
        let lost = Dictionary(
            damaged.compactMap { fault in fault.key.map { ($0, fault) } },
            uniquingKeysWith: { first, _ in first })
        guard !lost.isEmpty else { return }
        for table in checker.tables where damaged.contains(where: { $0.table?.id == table.id }) {
            for index in table.indexes where index.projection == .all {
                let cursor = try store.cursor(
                    over: .prefix(OrderedKey.tablePrefix(.indexRow, index.id)), .forward)
                while let (_, value) = try cursor.next() {
                    guard let record = try? ItemRecord(verifying: value),
                        let primary = try? table.key.primaryKey(ofItem: record)
                    else { continue }
                    let key = table.rowKey(primary)
                    guard let fault = lost[key], !done.contains(key) else { continue }
                    // The damaged bytes are kept, too.
                    try moveToQuarantine(fault)
                    put(key, record.bytes)
                    count(.restoredItem)
                }
            }
        }
    }

    private func record(_ fault: InvariantFault) throws(StorageError) -> ItemRecord? {
        guard let key = fault.key, !done.contains(key), let bytes = try store.value(forKey: key)
        else { return nil }
        return try? ItemRecord(verifying: bytes)
    }

    private func index(_ fault: InvariantFault) -> IndexDefinition? {
        fault.indexName.flatMap { fault.table?.index(named: $0) }
    }

    private mutating func correctSize(_ fault: InvariantFault) throws(StorageError) {
        guard let record = try record(fault), let key = fault.key else { return }
        put(key, ItemRecord(record.item).bytes)
        count(.correctedSize)
    }

    private mutating func makeIndexRow(_ fault: InvariantFault) throws(StorageError) {
        guard let record = try record(fault), let table = fault.table, let index = index(fault),
            let row = IndexRow(of: record, in: index, of: table)
        else { return }
        put(row.key, row.record.bytes)
        count(.rebuiltIndexRow)
    }

    private mutating func correctIndexRow(_ fault: InvariantFault) throws(StorageError) {
        guard let stored = try record(fault), let table = fault.table, let index = index(fault),
            let primary = try? table.key.primaryKey(ofItem: stored),
            let bytes = try store.value(forKey: table.rowKey(primary)),
            let item = try? ItemRecord(verifying: bytes),
            let row = IndexRow(of: item, in: index, of: table)
        else { return }
        put(row.key, row.record.bytes)
        count(.rebuiltIndexRow)
    }

    private mutating func makeExpiryRow(_ fault: InvariantFault) throws(StorageError) {
        guard let record = try record(fault), let key = fault.key, let table = fault.table,
            let expiry = ExpiryKey(of: record, under: key, in: table)
        else { return }
        put(expiry.bytes, [])
        count(.rebuiltExpiryRow)
    }

    mutating func mendCount(_ fault: InvariantFault) throws(StorageError) {
        guard let key = fault.key, let counted = fault.counted, !done.contains(key) else { return }
        if key.starts(with: BackupDefinition.keys) {
            guard let bytes = try store.value(forKey: key),
                let record = try? ItemRecord(verifying: bytes),
                var backup = try? BackupDefinition(record: record)
            else { return }
            backup.itemCount = counted.itemCount
            backup.sizeBytes = counted.sizeBytes
            put(key, backup.record.bytes)
        } else {
            put(key, counted.stored)
        }
        count(.correctedCount)
    }

    // MARK: Catalogue, sequences, streams, histories

    private mutating func moveDefinition(_ fault: InvariantFault) throws(StorageError) {
        guard let table = fault.table, let key = fault.key else { return }
        let right = CatalogKey.table(table.name)
        if try store.value(forKey: right) != nil { return try moveToQuarantine(fault) }
        put(right, table.record.bytes)
        delete(key)
        count(.movedDefinition)
    }

    /// Moves a sequence past everything that was drawn from it.
    mutating func moveSequence(_ space: KeySpace) throws(StorageError) {
        switch space {
        case .catalog: put(CatalogKey.nextID, CatalogKey.encode(nextID: try highestID() + 1))
        case .vectorJournal:
            put(
                VectorJournal.nextSequenceKey,
                VectorJournal.encode(nextSequence: try highestNumber(.vectorJournal) + 1))
            // A file may be of a sequence that will be drawn again.
            try removeAllVectorFiles()
        default:
            put(
                StreamKey.nextSequence,
                StreamKey.encode(nextSequence: try highestStreamNumber() + 1))
        }
        count(.correctedSequence)
    }

    private mutating func removeAllVectorFiles() throws(StorageError) {
        guard let vectorFolder else { return }
        let tables = try InvariantChecker.checked(store, isDeep: false, faultLimit: 0).tables
        for index in tables.flatMap(\.vectorIndexes) {
            let files = VectorFiles(folder: vectorFolder, indexID: index.id)
            guard files.exists else { continue }
            files.remove()
            count(.removedVectorFiles)
        }
    }

    /// The highest id that any row is under.
    private func highestID() throws(StorageError) -> UInt32 {
        var highest: UInt32 = 0
        let cursor = try store.cursor(over: .all, .forward)
        while let (key, value) = try cursor.next() {
            guard let space = key.first.flatMap(KeySpace.init(rawValue:)) else { continue }
            var passed = [space.rawValue]
            switch space {
            case .catalog:
                guard key != CatalogKey.nextID, let record = try? ItemRecord(verifying: value),
                    let table = try? TableDefinition(record: record)
                else { continue }
                let ids = [table.id] + table.indexes.map(\.id) + table.vectorIndexes.map(\.id)
                highest = max(highest, ids.max() ?? 0)
                continue
            case .transactionToken, .stream, .transfer: break
            default:
                guard key.count >= 5 else { continue }
                let id = key[1..<5].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                highest = max(highest, id)
                passed = OrderedKey.tablePrefix(space, id)
            }
            guard let next = passed.successorOfPrefix else { break }
            cursor.seek(to: next)
        }
        return highest
    }

    /// The highest number in keys of lines or records.
    private func highestNumber(_ space: KeySpace) throws(StorageError) -> UInt64 {
        var highest: UInt64 = 0
        let cursor = try store.cursor(over: .prefix([space.rawValue]), .forward)
        while let (key, _) = try cursor.next() {
            guard key.count > 1, let number = try? StreamKey.sequence(inKey: key) else { continue }
            highest = max(highest, number)
        }
        return highest
    }

    private func highestStreamNumber() throws(StorageError) -> UInt64 {
        var highest = try highestNumber(.streamRecord)
        let cursor = try store.cursor(over: .prefix(StreamKey.streams), .forward)
        while let (_, value) = try cursor.next() {
            guard let stream = try? StreamDefinition(stored: value) else { continue }
            for shard in stream.shards { highest = max(highest, shard.last ?? shard.first) }
        }
        return highest
    }

    private func streamSequenceIsBehind() throws(StorageError) -> Bool {
        let stored = try store.value(forKey: StreamKey.nextSequence)
        let next = stored.flatMap { try? StreamKey.decodeNextSequence($0) } ?? 0
        return try highestStreamNumber() >= next
    }

    /// A table whose stream is not there has none from now on; a stream whose table is not there, or
    /// has another, goes.
    private mutating func switchOffStream(_ fault: InvariantFault) throws(StorageError) {
        guard var table = fault.table else { return try moveToQuarantine(fault) }
        let cursor = try store.cursor(over: .prefix(StreamKey.streams(of: table.name)), .forward)
        while let (key, value) = try cursor.next() {
            guard let stream = try? StreamDefinition(stored: value), stream.disabled == nil else {
                continue
            }
            try moveToQuarantine(fault, key: key)
        }
        table.stream = nil
        put(CatalogKey.table(table.name), table.record.bytes)
        count(.switchedOffStream)
    }

    /// The index is made again from the items, which have what the line would have told.
    private mutating func dropJournalLine(_ fault: InvariantFault) throws(StorageError) {
        try moveToQuarantine(fault)
        guard let vectorFolder, let name = fault.indexName,
            let index = fault.table?.vectorIndex(named: name)
        else { return }
        VectorFiles(folder: vectorFolder, indexID: index.id).remove()
        count(.removedVectorFiles)
    }

    /// Nothing before a line that is lost can be restored exactly: the history begins after it, and
    /// copies that needed it go.
    private mutating func cutHistory(
        _ fault: InvariantFault, _ checker: InvariantChecker
    ) throws(StorageError) {
        guard let last = fault.key, let table = fault.table, !done.contains(last) else { return }
        let prefix = OrderedKey.tablePrefix(.history, table.id)
        let cursor = try store.cursor(over: KeyRange(lower: prefix, upper: last + [0]), .forward)
        while let (key, _) = try cursor.next() { try moveToQuarantine(fault, key: key) }
        for copy in checker.copies.values where copy.source == table.id && copy.until != nil {
            try moveToQuarantine(fault, key: copy.recordKey)
            try moveToQuarantine(fault, key: copy.progressKey)
        }
        let key = CatalogKey.table(table.name)
        if var recovery = table.recovery, !done.contains(key) {
            var changed = table
            let moment = (try? HistoryLine.moment(inKey: last)) ?? 0
            let begins = Timestamp(microsecondsSince1970: moment + 1)
            if recovery.since < begins { recovery.since = begins }
            changed.recovery = recovery
            put(key, changed.record.bytes)
        }
        count(.shortenedHistory)
    }
}
