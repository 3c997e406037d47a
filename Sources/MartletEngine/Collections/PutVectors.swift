package import MartletCatalog
package import MartletEncoding
package import MartletModel

/// Adds or replaces items of a collection: all of them in one batch, or none.
package struct PutVectors: Sendable {
    package struct Row: Sendable {
        package var id: Text
        package var vector: RecordPart
        package var metadata: AttributeMap?
        /// Kept beside the metadata, in collections that were made as such.
        package var contents: [UInt8]?
        /// Kept beside metadata for who wrote it; a table made for other purposes has no place for it.
        package var metadataText: Text?

        package init(
            id: Text, vector: RecordPart, metadata: AttributeMap?, contents: [UInt8]? = nil,
            metadataText: Text? = nil
        ) {
            self.id = id
            self.vector = vector
            self.metadata = metadata
            self.contents = contents
            self.metadataText = metadataText
        }
    }

    package var table: TableName
    /// No id is there twice; vectors were made by the collection's schema.
    package var rows: [Row]
    /// Whether items that are there are replaced.
    package var replaces: Bool

    package init(table: TableName, rows: [Row], replaces: Bool) {
        self.table = table
        self.rows = rows
        self.replaces = replaces
    }

    package enum Output: Sendable, Equatable {
        /// - Parameter replaced: how many were there before.
        case written(replaced: Int)
        /// Nothing was changed: the row at this position has an id that is there.
        case isPresent(position: Int)
    }
}

extension PutVectors: WriteOperation {
    package struct PreparedRow: PreparedWrite {
        var key: PreparedKey
        let item: PreparedItem
    }

    package func prepare(in context: ReadContext) throws(OperationError) -> [PreparedRow] {
        var prepared = try prepare(in: context.directory.collection(table))
        try context.look(at: &prepared)
        return prepared
    }

    private func prepare(in schema: CollectionSchema) throws(OperationError) -> [PreparedRow] {
        var prepared: [PreparedRow] = []
        prepared.reserveCapacity(rows.count)
        for row in rows {
            let record = schema.record(
                id: row.id, vector: row.vector, metadata: row.metadata, text: row.metadataText,
                contents: row.contents)
            let key = schema.preparedKey(row.id)
            prepared.append(
                PreparedRow(key: key, item: try PreparedItem(record, key: key, in: schema)))
        }
        return prepared
    }

    package func run(
        _ prepared: [PreparedRow], in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        var prepared = prepared
        if let first = prepared.first, !first.key.table.isCurrent(in: transaction) {
            prepared = try prepare(in: transaction.directory.collection(table))
        }
        var old: [OldItem] = []
        old.reserveCapacity(prepared.count)
        var replaced = 0
        for (position, row) in prepared.enumerated() {
            let item = try transaction.oldItem(row.key)
            if item.record != nil {
                if !replaces { return .isPresent(position: position) }
                replaced += 1
            }
            old.append(item)
        }
        for (row, old) in zip(prepared, old) {
            transaction.apply(ItemChange(key: row.key, old: old, new: row.item))
        }
        return .written(replaced: replaced)
    }
}
