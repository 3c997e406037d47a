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

    let rows: any KeyValueReadable
    private var counts: [Place: Int] = [:]
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

    /// - Parameter rows: a snapshot, or a store that nobody writes to.
    static func findings(in rows: any KeyValueReadable) throws(StorageError) -> [InvariantFinding] {
        var checker = InvariantChecker(rows: rows)
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
        return checker.findings
    }

    private init(rows: any KeyValueReadable) { self.rows = rows }

    private var findings: [InvariantFinding] {
        counts.map { place, count in
            InvariantFinding(
                problem: place.problem, table: place.table, index: place.index, rowCount: count)
        }.sorted {
            ($0.table?.description ?? "", $0.index ?? "", $0.problem)
                < ($1.table?.description ?? "", $1.index ?? "", $1.problem)
        }
    }

    private mutating func report(
        _ problem: InvariantFinding.Problem, _ table: TableDefinition? = nil,
        _ index: IndexDefinition? = nil
    ) {
        report(problem, table, indexName: index?.name)
    }

    mutating func report(
        _ problem: InvariantFinding.Problem, _ table: TableDefinition?, indexName: Text?
    ) {
        counts[Place(problem: problem, table: table?.name, index: indexName), default: 0] += 1
    }

    mutating func report(_ problem: InvariantFinding.Problem, tableName: TableName) {
        counts[Place(problem: problem, table: tableName, index: nil), default: 0] += 1
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
                    report(.unreadableSequence)
                    continue
                }
                nextID = id
                continue
            }
            guard let record = try? ItemRecord(verifying: value),
                let table = try? TableDefinition(record: record)
            else {
                report(.unreadableDefinition)
                continue
            }
            if CatalogKey.table(table.name) != key { report(.misplacedDefinition, table) }
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
        var stored = Tally()
        if let bytes = try rows.value(forKey: CatalogKey.tally(id)) {
            guard let tally = try? Tally(stored: bytes) else {
                return report(.unreadableTally, table, indexName: index)
            }
            stored = tally
        }
        if stored.itemCount != counted.itemCount {
            report(.wrongItemCount, table, indexName: index)
        }
        if stored.sizeBytes != counted.sizeBytes || stored.savedBytes != counted.savedBytes {
            report(.wrongSize, table, indexName: index)
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
                report(.unreadableItem, table)
                continue
            }
            tally.sizeBytes += record.sizeBytes
            if record.sizeBytes != record.item.sizeBytes { report(.wrongItemSize, table) }
            guard let primary = try? table.key.primaryKey(ofItem: record),
                table.rowKey(primary) == key
            else {
                report(.misplacedItem, table)
                continue
            }
            for index in table.indexes where index.status == .active {
                guard let row = IndexRow(of: record, in: index, of: table) else { continue }
                // What the row says is compared when the index is walked.
                if try rows.value(forKey: row.key) == nil { report(.missingIndexRow, table, index) }
            }
            if !isGatheringExpiry, let expiry = ExpiryKey(of: record, under: key, in: table),
                try rows.value(forKey: expiry.bytes) == nil
            {
                report(.missingExpiryRow, table)
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
                report(.unreadableIndexRow, table, index)
                continue
            }
            tally.sizeBytes += row.sizeBytes
            guard let primary = try? table.key.primaryKey(ofItem: row),
                let bytes = try rows.value(forKey: table.rowKey(primary))
            else {
                report(.strayIndexRow, table, index)
                continue
            }
            // A damaged item is reported where items are walked.
            guard let item = try? ItemRecord(verifying: bytes) else { continue }
            guard let expected = IndexRow(of: item, in: index, of: table), expected.key == key
            else {
                report(.misplacedIndexRow, table, index)
                continue
            }
            if expected.record != row { report(.outdatedIndexRow, table, index) }
        }
        try compare(tally, id: index.id, table, indexName: index.name)
    }

    private mutating func checkExpiryRows(of table: TableDefinition) throws(StorageError) {
        let marker = ExpiryBackfill.markerKey(table.id)
        let cursor = try rows.cursor(over: .prefix(marker), .forward)
        while let (key, _) = try cursor.next() {
            if key == marker {
                if table.timeToLiveAttribute == nil { report(.strayExpiryRow, table) }
                continue
            }
            guard key.count > OrderedKey.prefixBytes else {
                report(.strayExpiryRow, table)
                continue
            }
            let rowKey = ExpiryKey.rowKey(fromExpiryKey: key, of: table.id)
            guard let bytes = try rows.value(forKey: rowKey) else {
                report(.strayExpiryRow, table)
                continue
            }
            guard let item = try? ItemRecord(verifying: bytes) else { continue }
            if ExpiryKey(of: item, under: rowKey, in: table)?.bytes != key {
                report(.strayExpiryRow, table)
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
            if key.count == 1 || value.count < 8 { report(.unreadableToken) }
        }
    }

    /// Steps from table to table, over the rows of those that are known.
    private mutating func checkOrphans() throws(StorageError) {
        let cursor = try rows.cursor(over: .all, .forward)
        while let (key, _) = try cursor.next() {
            guard let space = key.first.flatMap(KeySpace.init(rawValue:)) else {
                report(.unknownRow)
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
                    report(.unknownRow)
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
                    report(.orphanedRow)
                    continue
                }
                passed = OrderedKey.tablePrefix(space, id)
            }
            guard let next = passed.successorOfPrefix else { return }
            cursor.seek(to: next)
        }
    }
}
