internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
internal import MartletKeyValue

/// Fills an index that was added to a table with items, then makes it active.
///
/// From its creation on, every write maintains the index; the walk adds the rows of items that
/// were there before. It runs on the commit thread, so that no write comes between looking at an
/// item and adding its row. Items that a write would refuse, because a key attribute of the index
/// has the wrong type, are left out, as AWS does.
struct IndexBackfill {
    let work: BackgroundWork
    let table: TableDefinition
    let index: IndexDefinition

    func run() throws(StorageError) {
        let (table, index) = (table, index)
        let isComplete = try work.walk(table) { (item, _, transaction) throws(OperationError) in
            guard transaction.holds(index, of: table),
                let row = IndexRow(of: item, in: index, of: table),
                try transaction.value(forKey: row.key) == nil
            else { return }
            try transaction.prepareTally(index.id)
            transaction.put(row.key, row.record.bytes)
            transaction.adjustTally(index.id, items: 1, bytes: row.record.sizeBytes)
        }
        guard isComplete else { return }
        try work.commit { (transaction) throws(OperationError) in
            guard transaction.holds(index, of: table),
                var definition = transaction.directory.tables[table.name]?.definition,
                let position = definition.indexes.firstIndex(where: { $0.id == index.id })
            else { return }
            definition.indexes[position].status = .active
            transaction.save(definition)
        }
    }
}

extension WriteTransaction {
    /// Whether the table and its index are still there: neither was deleted meanwhile.
    fileprivate func holds(_ index: IndexDefinition, of table: TableDefinition) -> Bool {
        guard let current = directory.tables[table.name]?.definition, current.id == table.id else {
            return false
        }
        return current.indexes.contains { $0.id == index.id }
    }
}
