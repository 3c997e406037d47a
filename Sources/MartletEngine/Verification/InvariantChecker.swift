// What holds in every committed state of a store:
//
//   catalogue   every definition is readable and stored under its name; tables and indexes have
//               numbers of their own, all below the next one
//   items       every record is whole, under the key that its attributes make, with its true size
//   indexes     every item has exactly the rows that its attributes and the projection make, and
//               every index row has its item; an index being built may still miss rows
//   vectors     counts of vector indexes are those of the items, of which an index being filled
//               holds those up to the walk's position; journal lines name rows of the table, below
//               the next sequence
//   expiry      every item with a time has exactly one expiry row; while the rows of a table are
//               still being gathered (its marker says so) some may be missing
//   streams     a table with a stream has its row, a row that is not disabled its table; shards
//               follow each other; every record is whole, in a shard, and shows what the view
//               says; sequences are below the next one
//   tallies     counts of rows and bytes are those of the rows; a missing tally counts nothing
//   backups     the items of each are whole, and counted; each copy has a source and a target
//   history     only tables have one that keep it, and every line is whole
//   rows        there are no others: all belong to a table, an index, a backup or a token
//
// Reads one snapshot, streaming. Rows are looked up in both directions, item to index row and back,
// so nothing is collected. Spec: docs/format/keys.md, docs/format/catalog.md.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
internal import MartletKeyValue
internal import MartletModel

struct InvariantChecker {
    private struct Place: Hashable {
        let problem: InvariantFinding.Problem
        let table: TableName?
        let index: Text?
    }

    /// What was found at a place.
    private struct Found {
        var rowCount = 0
        var space: KeySpace?
        var keyHashes: [UInt64] = []
    }

    /// So many keys of a finding are told by their hashes.
    private static let hashLimit = 8

    let rows: any KeyValueReadable
    let isDeep: Bool
    /// So many faults are kept, for who repairs them.
    private let faultLimit: Int
    private(set) var faults: [InvariantFault] = []
    private var found: [Place: Found] = [:]
    private(set) var tables: [TableDefinition] = []
    /// Ids of tables and of indexes: whose rows may be there.
    private(set) var tableIDs: Set<UInt32> = []
    private var indexIDs: Set<UInt32> = []
    private var vectorIndexIDs: Set<UInt32> = []
    /// Tables that have or had streams: whose records may be there.
    var streamTableIDs: Set<UInt32> = []
    /// Ids under which backups have items.
    var backupRowIDs: Set<UInt32> = []
    var copies: [UInt32: TableCopy] = [:]

    /// - Parameters:
    ///   - rows: a snapshot, or a store that nobody writes to.
    ///   - isDeep: whether the records of streams and histories are compared with each other and
    ///     with the items, which takes 16 bytes of memory for each item that they tell of.
    static func findings(
        in rows: any KeyValueReadable, isDeep: Bool = false
    ) throws(StorageError) -> [InvariantFinding] {
        try checked(rows, isDeep: isDeep, faultLimit: 0).findings
    }

    /// The checker after its work.
    static func checked(
        _ rows: any KeyValueReadable, isDeep: Bool, faultLimit: Int
    ) throws(StorageError) -> InvariantChecker {
        var checker = InvariantChecker(rows: rows, isDeep: isDeep, faultLimit: faultLimit)
        try checker.checkCatalogue()
        try checker.checkBackups()
        for table in checker.tables {
            try checker.checkItems(of: table)
            try checker.checkHistory(of: table)
            for index in table.indexes { try checker.checkRows(of: index, in: table) }
            for index in table.vectorIndexes {
                try checker.checkVectors(of: index, in: table)
                try checker.checkJournal(of: index, in: table)
            }
            try checker.checkExpiryRows(of: table)
        }
        try checker.checkSequence()
        try checker.checkStreams()
        try checker.checkTokens()
        try checker.checkOrphans()
        return checker
    }

    private init(rows: any KeyValueReadable, isDeep: Bool, faultLimit: Int) {
        self.rows = rows
        self.isDeep = isDeep
        self.faultLimit = faultLimit
    }

    var findings: [InvariantFinding] {
        found.map { place, found in
            InvariantFinding(
                problem: place.problem, table: place.table, index: place.index,
                rowCount: found.rowCount, space: found.space, keyHashes: found.keyHashes)
        }.sorted {
            ($0.table?.description ?? "", $0.index ?? "", $0.problem)
                < ($1.table?.description ?? "", $1.index ?? "", $1.problem)
        }
    }

    private mutating func report(
        _ problem: InvariantFinding.Problem, _ table: TableDefinition, _ index: IndexDefinition,
        key: [UInt8]
    ) {
        report(problem, table, indexName: index.name, key: key)
    }

    mutating func report(
        _ problem: InvariantFinding.Problem, _ table: TableDefinition? = nil,
        indexName: Text? = nil, key: [UInt8]? = nil
    ) {
        report(
            InvariantFault(
                problem: problem, tableName: table?.name, table: table, indexName: indexName,
                key: key))
    }

    mutating func report(_ fault: InvariantFault) {
        let place = Place(
            problem: fault.problem, table: fault.tableName, index: fault.indexName)
        var found = found[place] ?? Found()
        found.rowCount += 1
        if let key = fault.key {
            if found.space == nil { found.space = key.first.flatMap(KeySpace.init(rawValue:)) }
            if found.keyHashes.count < Self.hashLimit {
                found.keyHashes.append(key.withUnsafeBytes(OrderedKey.partitionHash))
            }
        }
        self.found[place] = found
        if faults.count < faultLimit { faults.append(fault) }
    }
}

// MARK: - Catalogue and counts

extension InvariantChecker {
    private mutating func checkCatalogue() throws(StorageError) {
        var nextID: UInt32 = 1
        let cursor = try rows.cursor(over: .prefix(CatalogKey.tables), .forward)
        while let (key, value) = try cursor.next() {
            if key == CatalogKey.nextID {
                guard let id = try? CatalogKey.decodeNextID(value) else {
                    report(.unreadableSequence, key: key)
                    continue
                }
                nextID = id
                continue
            }
            guard let record = try? ItemRecord(verifying: value),
                let table = try? TableDefinition(record: record)
            else {
                report(.unreadableDefinition, key: key)
                continue
            }
            if CatalogKey.table(table.name) != key { report(.misplacedDefinition, table, key: key) }
            tables.append(table)
        }
        for table in tables {
            checkNumber(table.id, nextID, table)
            tableIDs.insert(table.id)
            for index in table.indexes {
                checkNumber(index.id, nextID, table, index.name)
                indexIDs.insert(index.id)
            }
            for index in table.vectorIndexes {
                checkNumber(index.id, nextID, table, index.name)
                vectorIndexIDs.insert(index.id)
            }
        }
    }

    private mutating func checkNumber(
        _ id: UInt32, _ nextID: UInt32, _ table: TableDefinition, _ index: Text? = nil
    ) {
        let isTaken =
            tableIDs.contains(id) || indexIDs.contains(id) || vectorIndexIDs.contains(id)
        if isTaken { report(.sharedNumber, table, indexName: index) }
        if id >= nextID { report(.unissuedNumber, table, indexName: index) }
    }

    mutating func compare(
        _ counted: Tally, id: UInt32, _ table: TableDefinition, indexName index: Text? = nil
    ) throws(StorageError) {
        func wrong(_ problem: InvariantFinding.Problem) -> InvariantFault {
            InvariantFault(
                problem: problem, tableName: table.name, table: table, indexName: index,
                key: CatalogKey.tally(id), counted: counted)
        }
        var stored = Tally()
        if let bytes = try rows.value(forKey: CatalogKey.tally(id)) {
            guard let tally = try? Tally(stored: bytes) else {
                return report(wrong(.unreadableTally))
            }
            stored = tally
        }
        if stored.itemCount != counted.itemCount { report(wrong(.wrongItemCount)) }
        if stored.sizeBytes != counted.sizeBytes || stored.savedBytes != counted.savedBytes {
            report(wrong(.wrongSize))
        }
    }
}

// MARK: - Items and what follows from them

extension InvariantChecker {
    private mutating func checkItems(of table: TableDefinition) throws(StorageError) {
        let isGatheringExpiry =
            try rows.value(forKey: ExpiryBackfill.markerKey(table.id)) != nil
        var tally = Tally()
        let cursor = try rows.cursor(
            over: .prefix(OrderedKey.tablePrefix(.item, table.id)), .forward)
        while let (key, value) = try cursor.next() {
            tally.itemCount += 1
            guard let record = try? ItemRecord(verifying: value) else {
                report(.unreadableItem, table, key: key)
                continue
            }
            tally.sizeBytes += record.sizeBytes
            if record.sizeBytes != record.item.sizeBytes { report(.wrongItemSize, table, key: key) }
            guard let primary = try? table.key.primaryKey(ofItem: record),
                table.rowKey(primary) == key
            else {
                report(.misplacedItem, table, key: key)
                continue
            }
            for index in table.indexes where index.status == .active {
                guard let row = IndexRow(of: record, in: index, of: table) else { continue }
                // What the row says is compared when the index is walked.
                if try rows.value(forKey: row.key) == nil {
                    report(.missingIndexRow, table, index, key: key)
                }
            }
            if !isGatheringExpiry, let expiry = ExpiryKey(of: record, under: key, in: table),
                try rows.value(forKey: expiry.bytes) == nil
            {
                report(.missingExpiryRow, table, key: key)
            }
        }
        try compare(tally, id: table.id, table)
    }

    private mutating func checkRows(
        of index: IndexDefinition, in table: TableDefinition
    ) throws(StorageError) {
        var tally = Tally()
        let cursor = try rows.cursor(
            over: .prefix(OrderedKey.tablePrefix(.indexRow, index.id)), .forward)
        while let (key, value) = try cursor.next() {
            tally.itemCount += 1
            guard let row = try? ItemRecord(verifying: value) else {
                report(.unreadableIndexRow, table, index, key: key)
                continue
            }
            tally.sizeBytes += row.sizeBytes
            guard let primary = try? table.key.primaryKey(ofItem: row),
                let bytes = try rows.value(forKey: table.rowKey(primary))
            else {
                report(.strayIndexRow, table, index, key: key)
                continue
            }
            // A damaged item is reported where items are walked.
            guard let item = try? ItemRecord(verifying: bytes) else { continue }
            guard let expected = IndexRow(of: item, in: index, of: table), expected.key == key
            else {
                report(.misplacedIndexRow, table, index, key: key)
                continue
            }
            if expected.record != row { report(.outdatedIndexRow, table, index, key: key) }
        }
        try compare(tally, id: index.id, table, indexName: index.name)
    }

    private mutating func checkExpiryRows(of table: TableDefinition) throws(StorageError) {
        let marker = ExpiryBackfill.markerKey(table.id)
        let cursor = try rows.cursor(over: .prefix(marker), .forward)
        while let (key, _) = try cursor.next() {
            if key == marker {
                if table.timeToLiveAttribute == nil { report(.strayExpiryRow, table, key: key) }
                continue
            }
            guard key.count > OrderedKey.prefixBytes else {
                report(.strayExpiryRow, table, key: key)
                continue
            }
            let rowKey = ExpiryKey.rowKey(fromExpiryKey: key, of: table.id)
            guard let bytes = try rows.value(forKey: rowKey) else {
                report(.strayExpiryRow, table, key: key)
                continue
            }
            guard let item = try? ItemRecord(verifying: bytes) else { continue }
            if ExpiryKey(of: item, under: rowKey, in: table)?.bytes != key {
                report(.strayExpiryRow, table, key: key)
            }
        }
    }
}

// MARK: - All other rows

extension InvariantChecker {
    private mutating func checkTokens() throws(StorageError) {
        let cursor = try rows.cursor(
            over: .prefix([KeySpace.transactionToken.rawValue]), .forward)
        while let (key, value) = try cursor.next() {
            if key.count == 1 || value.count < 8 { report(.unreadableToken, key: key) }
        }
    }

    /// Steps from table to table, over the rows of those that are known.
    private mutating func checkOrphans() throws(StorageError) {
        let cursor = try rows.cursor(over: .all, .forward)
        while let (key, _) = try cursor.next() {
            guard let space = key.first.flatMap(KeySpace.init(rawValue:)) else {
                report(.unknownRow, key: key)
                continue
            }
            var passed = [space.rawValue]
            switch space {
            case .catalog, .transactionToken, .stream, .transfer: break
            case .vectorJournal where key == VectorJournal.nextSequenceKey: continue
            case .streamRecord where key == StreamKey.nextSequence: continue
            case .tally, .item, .expiry, .indexRow, .vectorJournal, .vectorWalk, .streamRecord,
                .backup, .history, .copy, .change:
                guard key.count >= 5 else {
                    report(.unknownRow, key: key)
                    continue
                }
                let id = key[1..<5].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                let isKnown =
                    switch space {
                    case .indexRow: indexIDs.contains(id)
                    case .vectorJournal, .vectorWalk: vectorIndexIDs.contains(id)
                    case .streamRecord: streamTableIDs.contains(id)
                    case .tally:
                        tableIDs.contains(id) || indexIDs.contains(id)
                            || vectorIndexIDs.contains(id) || backupRowIDs.contains(id)
                    case .change: backupRowIDs.contains(id)
                    case .item: tableIDs.contains(id) || backupRowIDs.contains(id)
                    case .copy: copies[id] != nil
                    // Walked before, where it could not be read.
                    case .backup: true
                    case .history: keepsHistory(id)
                    default: tableIDs.contains(id)
                    }
                guard isKnown else {
                    report(.orphanedRow, key: key)
                    continue
                }
                passed = OrderedKey.tablePrefix(space, id)
            }
            guard let next = passed.successorOfPrefix else { return }
            cursor.seek(to: next)
        }
    }
}
