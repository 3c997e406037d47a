// The part of a write that needs no old item, done before the write queues.

internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
internal import MartletModel

/// A table and the key of one of its rows.
package struct PreparedKey: Sendable {
    let table: Table
    let primary: PrimaryKey
    let rowKey: [UInt8]
    /// The item under the key as it was when the write was prepared; nil when nobody looked.
    var seen: SeenItem?

    /// Checks a key as GetItem, UpdateItem and DeleteItem give it.
    init(_ key: Item, of table: Table) throws(OperationError) {
        self.table = table
        do throws(ValidationError) {
            primary = try table.key.primaryKey(ofKey: key)
        } catch {
            throw OperationError(error)
        }
        rowKey = primary.rowKey(inTable: table.id)
    }

    /// Checks the key attributes of a whole item.
    init(inItem item: some AttributeSource, of table: Table) throws(OperationError) {
        self.table = table
        do throws(ValidationError) {
            primary = try table.key.primaryKey(ofItem: item)
        } catch {
            throw OperationError(error)
        }
        rowKey = primary.rowKey(inTable: table.id)
    }
}

/// A whole item on its way into a table: checked, encoded, with its index rows.
package struct PreparedItem: Sendable {
    var key: PreparedKey
    let record: ItemRecord
    /// One for each index of the table, in its order; nil where the item is not in the index.
    let indexRows: [IndexRow?]
    /// One for each vector index.
    let vectorViews: [VectorView]
    let expiryKey: [UInt8]?

    /// An item from which nothing follows but views of vector indexes.
    init(_ record: ItemRecord, key: PreparedKey, vectorViews: [VectorView]) {
        self.key = key
        self.record = record
        self.vectorViews = vectorViews
        indexRows = []
        expiryKey = nil
    }

    init(_ item: Item, of table: Table) throws(OperationError) {
        try self.init(item, key: PreparedKey(inItem: item, of: table))
    }

    init(
        _ item: Item, key: PreparedKey, from origin: AttributeOrigin = .item
    ) throws(OperationError) {
        self.key = key
        if key.table.hasDerivedRows {
            do throws(IndexKeyFault) {
                try key.table.definition.checkIndexKeys(of: item, from: origin)
            } catch {
                throw OperationError(error.error)
            }
            do throws(ValidationError) {
                try key.table.definition.checkVectors(of: item, from: origin)
            } catch {
                throw OperationError(error)
            }
        }
        let size = item.sizeBytes
        if size > Limits.itemBytes {
            throw .itemTooLarge
        }
        let record = ItemRecord(item, sizeBytes: size)
        self.record = record
        guard key.table.hasDerivedRows else {
            indexRows = []
            vectorViews = []
            expiryKey = nil
            return
        }
        let definition = key.table.definition
        indexRows = definition.indexes.map { IndexRow(of: record, in: $0, of: definition) }
        vectorViews = definition.vectorViews(of: record)
        expiryKey = ExpiryKey(of: record, under: key.rowKey, in: definition)?.bytes
    }
}

extension TableDefinition {
    /// The views of the table's vector indexes of an item, in their order.
    func vectorViews(of record: ItemRecord) -> [VectorView] {
        vectorIndexes.isEmpty
            ? [] : vectorIndexes.map { VectorView(of: record, in: $0, of: self) }
    }
}

extension ReadContext {
    /// Reads what a write will find, ahead of the commit thread.
    func look(at key: inout PreparedKey) throws(OperationError) {
        key.seen = SeenItem(
            try record(forKey: key.rowKey), of: key.table, group: committedGroup)
    }

    /// Reads what several writes will find, at once.
    func look<Write: PreparedWrite>(at writes: inout [Write]) throws(OperationError) {
        let records = try records(forKeys: writes.map(\.key.rowKey))
        for (position, record) in records.enumerated() {
            writes[position].key.seen = SeenItem(
                record, of: writes[position].key.table, group: committedGroup)
        }
    }
}

/// One of several writes that an operation has prepared.
protocol PreparedWrite: Sendable {
    var key: PreparedKey { get set }
}
