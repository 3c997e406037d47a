public import MartletCatalog
internal import MartletEncoding
internal import MartletModel

/// UpdateTable: changes a table's settings, or creates or deletes one global or vector index.
public struct UpdateTable: Sendable {
    public typealias Output = TableDescription

    public var change: TableChange

    public init(_ change: TableChange) { self.change = change }
}

extension UpdateTable: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {
        _ = try apply(to: context.directory, now: context.options.clock.now, context.options)
    }

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> TableDescription {
        let directory = transaction.directory
        var (changed, nextID) = try apply(
            to: directory, now: transaction.now, transaction.options)
        let old = directory.tables[change.name]!.definition
        var (endedStream, begunStream): (StreamDefinition?, StreamDefinition?)
        if (old.stream == nil) != (changed.definition.stream == nil) {
            endedStream = try transaction.currentStream(of: old)
            begunStream = try transaction.newStream(of: &changed.definition)
        }
        // Counts of deleted indexes are answered once more.
        var tallies: [UInt32: Tally] = [:]
        for index in changed.deletedIndexes {
            tallies[index.id] = try transaction.tally(index.id)
        }
        for index in changed.deletedVectorIndexes {
            tallies[index.id] = try transaction.tally(index.id)
        }
        // Described before the change: that reads, which may fail.
        let phases = transaction.options.statusDelay.map { delay in
            StatusPhases(
                following: directory.tables[change.name]!.phases, by: transaction.options.clock
            )
            .updating(by: changed, tallies: tallies, for: delay)
        }
        var description = try TableDescription(
            changed.definition, owner: transaction.options.owner, tally: transaction.tally)
        if changed.changesTable { description.status = .updating }
        description.latestStreamLabel = endedStream?.label
        description.deletedIndexes = changed.deletedIndexes
        description.deletedVectorIndexes = changed.deletedVectorIndexes
        description.updatingIndexes = changed.updatedIndexes
        description.showAllocation(of: changed.createdVectorIndexes)
        description.indexTallies.merge(tallies) { current, _ in current }
        for index in changed.deletedIndexes {
            transaction.abandonRows(.indexRow, index.id)
            transaction.dropTally(index.id)
        }
        for index in changed.deletedVectorIndexes { transaction.abandonVectors(index.id) }
        if let endedStream { transaction.end(endedStream) }
        if let begunStream { transaction.begin(begunStream) }
        transaction.save(changed.definition, nextID: nextID, phases: phases)
        return description
    }

    private func apply(
        to directory: TableDirectory, now: Timestamp, _ options: EngineOptions
    ) throws(OperationError) -> (ChangedDefinition, nextID: UInt32) {
        var next = directory.nextID
        do throws(CatalogError) {
            if directory.departedTable(change.name) != nil {
                throw .resourceInUse(DepartedTable.inUseText(change.name))
            }
            // A table that is not there has nothing to be compared with; its request is checked
            // all the same, because that comes first.
            guard let table = directory.tables[change.name] else {
                do throws(ValidationError) {
                    try change.check()
                } catch {
                    throw CatalogError(error)
                }
                throw .resourceNotFound(
                    "Requested resource not found: Table: \(change.name) not found")
            }
            guard table.isReady else { throw .resourceInUse(table.notReadyText) }
            if let text = table.updatingText(for: change) { throw .resourceInUse(text) }
            let changed = try table.definition.applying(change, now: now, owner: options.owner) {
                defer { next += 1 }
                return next
            }
            return (changed, next)
        } catch {
            throw OperationError(error)
        }
    }
}

extension TableDescription {
    /// The answer that creates an index is the only one to show what comes before its filling:
    /// nothing has to be allocated here.
    fileprivate mutating func showAllocation(of created: [VectorIndexDefinition]) {
        for index in definition.vectorIndexes.indices
        where created.contains(where: { $0.id == definition.vectorIndexes[index].id }) {
            definition.vectorIndexes[index].isBackfilling = false
        }
    }
}
