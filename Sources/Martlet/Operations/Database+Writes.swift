// Every operation that writes, by its request, and statements, which say themselves whether they do.
// A write is answered when it is durable (`DatabaseOptions.durability`). No thread waits with it, and
// all that wait at the same time share one sync. Once begun it is carried out, whether or not its
// task is cancelled.

public import MartletEngine

extension Database {
    /// Up to 25 statements, each by itself: all reads of one item, or all writes.
    public func run(
        _ request: BatchExecuteStatement
    ) async throws(OperationError) -> BatchExecuteStatement.Output {
        try request.check()
        return try await perform(request)
    }

    /// Up to 25 puts and deletes, each on its own all or nothing.
    public func run(
        _ request: BatchWriteItem
    ) async throws(OperationError) -> BatchWriteItem.Output {
        try request.check()
        return try await write(request)
    }

    /// The items of a table as of this moment, kept under a name.
    @discardableResult
    public func run(_ request: CreateBackup) async throws(OperationError) -> CreateBackup.Output {
        try await write(request)
    }

    /// A table with its indexes, at once usable unless delays were asked for.
    @discardableResult
    public func run(_ request: CreateTable) async throws(OperationError) -> CreateTable.Output {
        try await write(request)
    }

    /// Removes a backup that a client made.
    @discardableResult
    public func run(_ request: DeleteBackup) async throws(OperationError) -> DeleteBackup.Output {
        try await write(request)
    }

    /// Removes one item, if its condition holds.
    @discardableResult
    public func run(_ request: DeleteItem) async throws(OperationError) -> DeleteItem.Output {
        try await write(request)
    }

    /// Takes the policy off a table or a stream.
    @discardableResult
    public func run(
        _ request: DeleteResourcePolicy
    ) async throws(OperationError) -> DeleteResourcePolicy.Output {
        try await write(request)
    }

    /// Removes a table with its indexes, unless it is protected.
    @discardableResult
    public func run(_ request: DeleteTable) async throws(OperationError) -> DeleteTable.Output {
        try await write(request)
    }

    /// The table has no destination any more; the one that it had stays in the list as disabled.
    @discardableResult
    public func run(
        _ request: DisableKinesisStreamingDestination
    ) async throws(OperationError) -> DisableKinesisStreamingDestination.Output {
        try await write(request)
    }

    /// Keeps a stream as the table's destination.
    @discardableResult
    public func run(
        _ request: EnableKinesisStreamingDestination
    ) async throws(OperationError) -> EnableKinesisStreamingDestination.Output {
        try await write(request)
    }

    /// One statement of PartiQL.
    public func run(
        _ request: ExecuteStatement
    ) async throws(OperationError) -> ExecuteStatement.Output {
        try request.check()
        return try await perform(request)
    }

    /// Up to 100 statements, all or none: all reads of one item, as TransactGetItems, or all writes
    /// and EXISTS conditions, as TransactWriteItems.
    public func run(
        _ request: ExecuteTransaction
    ) async throws(OperationError) -> ExecuteTransaction.Output {
        try request.check()
        return try await perform(request)
    }

    /// Creates or replaces one item, if its condition holds.
    @discardableResult
    public func run(_ request: PutItem) async throws(OperationError) -> PutItem.Output {
        try request.check()
        return try await write(request)
    }

    /// Keeps a policy for a table or a stream.
    @discardableResult
    public func run(
        _ request: PutResourcePolicy
    ) async throws(OperationError) -> PutResourcePolicy.Output {
        try await write(request)
    }

    /// A new table with the items of a backup.
    @discardableResult
    public func run(
        _ request: RestoreTableFromBackup
    ) async throws(OperationError) -> RestoreTableFromBackup.Output {
        try request.check()
        return try await write(request)
    }

    /// A new table with the items that a table had at a moment of its recovery period, after every
    /// write up to that moment and no other.
    @discardableResult
    public func run(
        _ request: RestoreTableToPointInTime
    ) async throws(OperationError) -> RestoreTableToPointInTime.Output {
        try request.check()
        return try await write(request)
    }

    /// Adds tags to a table, or replaces the values of those it has.
    public func run(_ request: TagResource) async throws(OperationError) {
        try await write(request)
    }

    /// Up to 100 writes and checks, all or none.
    @discardableResult
    public func run(
        _ request: TransactWriteItems
    ) async throws(OperationError) -> TransactWriteItems.Output {
        try request.check()
        return try await write(request)
    }

    /// Takes tags from a table; keys that it does not have are no error.
    public func run(_ request: UntagResource) async throws(OperationError) {
        try await write(request)
    }

    /// Switches point-in-time recovery, or changes how far back it goes.
    @discardableResult
    public func run(
        _ request: UpdateContinuousBackups
    ) async throws(OperationError) -> UpdateContinuousBackups.Output {
        try await write(request)
    }

    /// Switches the setting of a table or a global index.
    @discardableResult
    public func run(
        _ request: UpdateContributorInsights
    ) async throws(OperationError) -> UpdateContributorInsights.Output {
        try await write(request)
    }

    /// Changes one item, if its condition holds; creates it where the update allows.
    @discardableResult
    public func run(_ request: UpdateItem) async throws(OperationError) -> UpdateItem.Output {
        try await write(request)
    }

    /// Changes the precision of a destination's times.
    @discardableResult
    public func run(
        _ request: UpdateKinesisStreamingDestination
    ) async throws(OperationError) -> UpdateKinesisStreamingDestination.Output {
        try await write(request)
    }

    /// Changes a table's settings, or creates or deletes one global or vector index.
    @discardableResult
    public func run(_ request: UpdateTable) async throws(OperationError) -> UpdateTable.Output {
        try await write(request)
    }

    /// Names the attribute by which items expire, or stops expiry.
    @discardableResult
    public func run(
        _ request: UpdateTimeToLive
    ) async throws(OperationError) -> UpdateTimeToLive.Output {
        try await write(request)
    }

    func write<Operation: WriteOperation>(
        _ request: Operation
    ) async throws(OperationError) -> Operation.Output {
        let engine = engine
        return try await withCheckedContinuation { continuation in
            engine.submit(request) { continuation.resume(returning: $0) }
        }.get()
    }

    private func perform<Operation: StatementOperation>(
        _ request: Operation
    ) async throws(OperationError) -> Operation.Output {
        if request.isRead { return try engine.run(request) }
        return try await write(request)
    }
}
