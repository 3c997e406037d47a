internal import MartletCatalog
internal import MartletKeyValue

/// Opens a restored table to everybody once its items and all index rows are there.
struct RestoreEnd {
    let work: BackgroundWork
    let table: TableDefinition

    func run() throws(StorageError) {
        let table = table
        try work.commit { (transaction) throws(OperationError) in
            guard var definition = transaction.directory.tables[table.name]?.definition,
                definition.id == table.id, transaction.directory.copies[table.id] == nil,
                definition.indexes.allSatisfy({ $0.status == .active }),
                definition.vectorIndexes.allSatisfy({ $0.status == .active })
            else { return }
            definition.restored?.isInProgress = false
            transaction.save(definition)
        }
    }
}
