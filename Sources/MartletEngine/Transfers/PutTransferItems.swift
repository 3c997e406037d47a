// A piece of an import or of a bulk put: some items, and how far the job is with them, in one batch.
// So each record of the job's objects counts once, whatever happens between two pieces.

package import MartletCatalog
internal import MartletEncoding
package import MartletExpressions
internal import MartletIndexes
package import MartletModel

/// What became of a record.
package enum TransferOutcome: Sendable {
    /// Put, with the bytes that went into the table and into its indexes, by their positions:
    /// secondary ones, then vector indexes.
    case put(tableBytes: Int, indexBytes: [Int], vectorBytes: [Int])
    /// The text says why the table cannot take it.
    case refused(String)
    case conditionFailed
}

package struct PutTransferItems<Job: TransferJob>: Sendable {
    package struct Put: Sendable {
        package var item: Item
        package var condition: ConditionExpression?

        package init(item: Item, condition: ConditionExpression? = nil) {
            self.item = item
            self.condition = condition
        }
    }

    package typealias Advance = @Sendable (inout Job, [TransferOutcome]) -> Void

    package var id: TransferID
    package var tableID: UInt32
    package var puts: [Put]
    /// Notes in the job, as it is when the piece is put, what became of the piece.
    package var advance: Advance

    package init(id: TransferID, tableID: UInt32, puts: [Put], advance: @escaping Advance) {
        self.id = id
        self.tableID = tableID
        self.puts = puts
        self.advance = advance
    }

    /// The job after the piece, and what became of each record.
    package struct Output: Sendable {
        package var job: Job
        package var outcomes: [TransferOutcome]
    }
}

extension PutTransferItems: WriteOperation {
    package enum PreparedPut: Sendable {
        case item(PreparedItem)
        case refused(String)
    }

    package func prepare(in context: ReadContext) throws(OperationError) -> [PreparedPut] {
        var prepared: [PreparedPut] = []
        let table = try context.directory.transferredTable(tableID)
        for put in puts {
            var result = try Self.prepare(put, for: table)
            if case .item(var item) = result {
                try context.look(at: &item.key)
                result = .item(item)
            }
            prepared.append(result)
        }
        return prepared
    }

    private static func prepare(_ put: Put, for table: Table) throws(OperationError) -> PreparedPut
    {
        do throws(OperationError) {
            let item = try PreparedItem(put.item, of: table)
            try table.definition.checkPaths(of: put.condition)
            return .item(item)
        } catch {
            guard case .validation(let text) = error else { throw error }
            return .refused(text)
        }
    }

    package func run(
        _ prepared: [PreparedPut], in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        guard var job = try transaction.job(Job.self, id) else {
            throw .resourceNotFound("Requested resource not found: Job: \(id) not found")
        }
        let table = try transaction.directory.transferredTable(tableID)
        var prepared = prepared
        for position in prepared.indices {
            guard case .item(let item) = prepared[position],
                !item.key.table.isCurrent(in: transaction)
            else { continue }
            prepared[position] = try Self.prepare(puts[position], for: table)
        }
        // Read before the first change, so that a failing disk changes nothing. A row that
        // is read again below, because an item comes twice, is one that this group has written.
        var changes: [ItemChange] = []
        for case .item(let item) in prepared {
            changes.append(
                ItemChange(key: item.key, old: try transaction.oldItem(item.key), new: item))
        }
        var seen: Set<[UInt8]> = []
        var outcomes: [TransferOutcome] = []
        var place = 0
        for (position, put) in prepared.enumerated() {
            switch put {
            case .refused(let text): outcomes.append(.refused(text))
            case .item(let item):
                var change = changes[place]
                place += 1
                if !seen.insert(item.key.rowKey).inserted {
                    change = ItemChange(
                        key: item.key, old: try transaction.oldItem(item.key), new: item)
                }
                guard puts[position].condition.holds(for: change.old.record) else {
                    outcomes.append(.conditionFailed)
                    continue
                }
                let units = transaction.apply(change)
                outcomes.append(item.outcome(units))
            }
        }
        advance(&job, outcomes)
        transaction.save(job)
        return Output(job: job, outcomes: outcomes)
    }
}

extension PreparedItem {
    fileprivate func outcome(_ units: WriteUnits) -> TransferOutcome {
        .put(
            tableBytes: record.sizeBytes,
            indexBytes: indexRows.map { $0?.record.sizeBytes ?? 0 },
            vectorBytes: units.vectorBytes)
    }
}

extension TableDirectory {
    /// The table of a job, also while it is being imported.
    fileprivate func transferredTable(_ id: UInt32) throws(OperationError) -> Table {
        guard let table = table(withID: id) else { throw .tableNotFound }
        return table
    }
}

extension WriteTransaction {
    /// Refuses a new table whose name is taken, or that is one too many.
    func requireRoom(forTable name: TableName) throws(OperationError) {
        if directory.tables[name] != nil {
            throw .resourceInUse("Table already exists: \(name)")
        }
        try directory.requireNotDeparting(name)
        let importCount = directory.tables.values.count { $0.definition.attached.isImporting }
        if importCount >= Limits.imports {
            throw .limitExceeded(
                "Subscriber limit exceeded: There is a limit of \(Limits.imports) concurrent "
                    + "imports per subscriber")
        }
        if directory.tables.count >= Limits.tables {
            throw .limitExceeded(
                "Subscriber limit exceeded: There is a limit of \(Limits.tables) tables per "
                    + "subscriber")
        }
    }
}
