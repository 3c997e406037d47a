// The catalogue in memory: every table by name, as of one commit. A directory never changes; the
// commit thread makes a new one, stores what differs, and publishes it once that is durable.

package import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue

/// A table as operations use it. Its identity tells whether the definition is still the current
/// one: a change of any setting makes a new `Table`.
package final class Table: Sendable {
    package let definition: TableDefinition
    /// What every request needs of the definition, at hand without copying the whole.
    let id: UInt32
    let key: KeySchema
    /// Whether more than its own row follows from an item: rows of indexes, views of vector
    /// indexes, an expiry row.
    let hasDerivedRows: Bool
    /// What the table's stream is told of changes; nil when there is none.
    let streamView: StreamSettings.ViewType?
    /// Whether each change of an item leaves a line in the table's history: for point-in-time
    /// recovery, or as long as the table is being copied.
    let keepsHistory: Bool
    /// What the table goes through, where delays were asked for.
    let phases: StatusPhases?
    /// Whether all that belongs to the table is there.
    private let isComplete: Bool

    /// Whether items may be read and written: a table that is being restored, or imported,
    /// is not there yet.
    var isReady: Bool { isComplete && (phases == nil || !phases!.isCreating) }

    package convenience init(_ definition: TableDefinition, isCopied: Bool = false) {
        self.init(definition, isCopied: isCopied, phases: nil)
    }

    init(_ definition: TableDefinition, isCopied: Bool, phases: StatusPhases?) {
        self.definition = definition
        self.phases = phases
        keepsHistory = definition.recovery != nil || isCopied
        isComplete =
            definition.restored?.isInProgress != true && !definition.attached.isImporting
        id = definition.id
        key = definition.key
        hasDerivedRows =
            !definition.indexes.isEmpty || !definition.vectorIndexes.isEmpty
            || definition.timeToLiveAttribute != nil
        streamView = definition.stream?.viewType
    }
}

package final class TableDirectory: Sendable {
    package let tables: [TableName: Table]
    /// In order.
    package let names: [TableName]
    /// The next number for a table or an index. Numbers are never used again, so that rows of
    /// what is gone can be cleared away later without harm.
    package let nextID: UInt32
    /// By id.
    package let backups: [UInt32: BackupDefinition]
    /// Items that are on their way to a backup or a restored table, by the id of where they go.
    package let copies: [UInt32: TableCopy]
    /// Deleted tables that are still shown, where delays were asked for; some no longer.
    let departed: [TableName: DepartedTable]

    init(
        tables: [TableName: Table], nextID: UInt32, backups: [UInt32: BackupDefinition] = [:],
        copies: [UInt32: TableCopy] = [:], departed: [TableName: DepartedTable] = [:]
    ) {
        self.tables = tables
        self.backups = backups
        self.copies = copies
        self.departed = departed
        names = tables.keys.sorted()
        self.nextID = nextID
    }

    /// Reads the stored catalogue.
    convenience init(reading store: any KeyValueReadable) throws(StorageError) {
        var tables: [TableName: Table] = [:]
        var nextID: UInt32 = 1
        let cursor = try store.cursor(over: .prefix(CatalogKey.tables), .forward)
        while let (key, value) = try cursor.next() {
            do throws(CorruptRecord) {
                if key == CatalogKey.nextID {
                    nextID = try CatalogKey.decodeNextID(value)
                } else {
                    let definition = try TableDefinition(record: ItemRecord(verifying: value))
                    tables[definition.name] = Table(definition)
                }
            } catch {
                throw StorageError(error, in: "catalogue")
            }
        }
        let copies = try Self.readCopies(store)
        for copy in copies.values where copy.until != nil {
            for (name, table) in tables where table.id == copy.source {
                tables[name] = Table(table.definition, isCopied: true)
            }
        }
        self.init(
            tables: tables, nextID: nextID, backups: try Self.readBackups(store), copies: copies)
    }

    /// The directory with one table added, replaced or (nil) removed.
    func replacing(_ name: TableName, with table: Table?, nextID: UInt32) -> TableDirectory {
        var tables = tables
        tables[name] = table
        return TableDirectory(
            tables: tables, nextID: nextID, backups: backups, copies: copies, departed: departed)
    }

    /// The table that an item operation names.
    func table(_ name: TableName) throws(OperationError) -> Table {
        guard let table = tables[name], table.isReady else { throw .tableNotFound }
        return table
    }

    /// The table whose settings an operation changes: it must be there and not on its way out.
    func changeableTable(_ name: TableName) throws(OperationError) -> Table {
        try requireNotDeparting(name)
        let table = try namedTable(name)
        try table.requireReady()
        return table
    }

    /// The table that a control operation names.
    func namedTable(_ name: TableName) throws(OperationError) -> Table {
        guard let table = tables[name] else { throw .tableNotFound(name) }
        return table
    }
}
