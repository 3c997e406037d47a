package import MartletCatalog
internal import MartletEncoding
package import MartletIndexes
internal import MartletKeyValue
package import MartletModel

/// Reads items of a collection by their ids, as of one moment.
package struct ReadVectors: ReadOperation {
    package var table: TableName
    package var ids: [Text]
    package var includesContents: Bool

    package init(table: TableName, ids: [Text], includesContents: Bool = false) {
        self.table = table
        self.ids = ids
        self.includesContents = includesContents
    }

    /// - Returns: in the order of `ids`; nil for those that are not there.
    package func run(in context: ReadContext) throws(OperationError) -> [VectorRowContent?] {
        let schema = try context.directory.collection(table)
        let records = try context.records(forKeys: ids.map { schema.preparedKey($0).rowKey })
        return records.map { record in
            guard let record, var row = schema.row(of: record) else { return nil }
            if includesContents { row.contents = schema.contents(of: record) }
            return row
        }
    }
}

extension Engine {
    /// Gives every item of a collection to `body`, as of one moment, in the order of the table,
    /// until it returns false.
    package func forEachVector(
        in table: TableName, _ body: (VectorRowContent) -> Bool
    ) throws(OperationError) {
        let schema = try directory.collection(table)
        try forEachRecord(in: schema) { record in schema.row(of: record).map(body) ?? true }
    }

    /// The ids of a collection's items, in the order of the table.
    package func vectorIDs(in table: TableName) throws(OperationError) -> [Text] {
        let schema = try directory.collection(table)
        var ids: [Text] = []
        try forEachRecord(in: schema) { record in
            if record.hasAttribute(named: schema.index.attribute), let id = schema.id(of: record) {
                ids.append(id)
            }
            return true
        }
        return ids
    }

    /// How many items a collection has.
    package func vectorCount(in table: TableName) throws(OperationError) -> Int {
        let schema = try directory.collection(table)
        return try readContext.tally(schema.index.id).itemCount
    }

    /// How many items match: from the index, without looking at the items, where it can say.
    package func vectorCount(
        in table: TableName, matching filter: MetadataFilter
    ) throws(OperationError) -> Int {
        let schema = try directory.collection(table)
        do throws(StorageError) {
            if let index = vectorIndexes[schema.index.id], index.filters,
                let count = try index.count(matching: filter)
            {
                return count
            }
        } catch {
            throw .storage(error)
        }
        var count = 0
        try forEachRecord(in: schema) { record in
            if filter.matches(schema.metadata(of: record)),
                record.hasAttribute(named: schema.index.attribute)
            {
                count += 1
            }
            return true
        }
        return count
    }

    private func forEachRecord(
        in schema: CollectionSchema, _ body: (ItemRecord) -> Bool
    ) throws(OperationError) {
        do throws(StorageError) {
            let range = KeyRange.prefix(OrderedKey.tablePrefix(.item, schema.tableID))
            let cursor = try store.cursor(over: range, .forward)
            while let (_, bytes) = try cursor.next() {
                if !body(try ItemRecord(stored: bytes)) { return }
            }
        } catch {
            throw .storage(error)
        }
    }
}
