internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
internal import MartletKeyValue

/// Fills a vector index that was added to a table with items, then makes it active.
///
/// Up to its position in the order of row keys the index is maintained by every write; the walk
/// moves that on. Each step looks up the next items here and adds them on the commit thread as they
/// are by then, together with those that were written between the two; the position is in the same
/// batch, so a walk that was broken off goes on where it was. Items that a write would refuse are
/// left out, as AWS does.
struct VectorIndexBackfill {
    /// Reading a vector of a thousand dimensions takes about ten microseconds.
    private static let stepCount = 128

    let work: BackgroundWork
    let table: TableDefinition
    let index: VectorIndexDefinition

    func run() throws(StorageError) {
        let (table, index) = (table, index)
        try work.commit { (transaction) throws(OperationError) in
            guard transaction.holds(index, of: table) else { return }
            try transaction.beginWalk(for: index)
        }
        var range = KeyRange.prefix(OrderedKey.tablePrefix(.item, table.id))
        if let position = try work.store.value(forKey: VectorJournal.walkKey(index.id)) {
            range.lower = position + [0]
        }
        while !work.shouldStop {
            let cursor = try work.store.cursor(over: range, .forward)
            var found: [[UInt8]] = []
            while found.count < Self.stepCount, let (key, _) = try cursor.next() {
                found.append(key)
            }
            let keys = found
            guard let last = keys.last else { return try end() }
            try work.commit { (transaction) throws(OperationError) in
                guard transaction.holds(index, of: table) else { return }
                try transaction.advanceWalk(for: index, of: table, adding: keys, through: last)
            }
            let current = work.committer.directory.tables[table.name]?.definition
            guard current?.vectorIndexes.contains(where: { $0.id == index.id }) == true else {
                return
            }
            range.lower = last + [0]
        }
    }

    private func end() throws(StorageError) {
        let (table, index) = (table, index)
        try work.commit { (transaction) throws(OperationError) in
            guard transaction.holds(index, of: table),
                var definition = transaction.directory.tables[table.name]?.definition,
                let place = definition.vectorIndexes.firstIndex(where: { $0.id == index.id })
            else { return }
            try transaction.advanceWalk(for: index, of: table, adding: [], through: nil)
            transaction.endWalk(for: index)
            definition.vectorIndexes[place].status = .active
            definition.vectorIndexes[place].isBackfilling = false
            transaction.save(definition)
        }
    }
}

extension WriteTransaction {
    /// Whether the table and its index are still there: neither was deleted meanwhile.
    fileprivate func holds(
        _ index: VectorIndexDefinition, of table: TableDefinition
    ) -> Bool {
        guard let current = directory.tables[table.name]?.definition, current.id == table.id else {
            return false
        }
        return current.vectorIndexes.contains { $0.id == index.id }
    }
}
