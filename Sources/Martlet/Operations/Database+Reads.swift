// Every operation that reads, by its request: `run` gives the answer. It is made on the caller's
// thread, from what is stored at that moment: a read sees every write that was answered before it.
// What is not in memory is read from the disk meanwhile.
//
// What asks about exports, imports and bulk puts is with what begins them, in Database+Transfers.

public import MartletEngine

extension Database {
    /// Reads up to 100 items of several tables, as far as 16 MB allow.
    public func run(_ request: BatchGetItem) throws(OperationError) -> BatchGetItem.Output {
        try request.check()
        return try engine.run(request)
    }

    /// Global tables of 2017, which AWS itself has stopped to make.
    public func run(
        _ request: CreateGlobalTable
    ) throws(OperationError) -> CreateGlobalTable.Output {
        try engine.run(request)
    }

    /// A backup and the table as it was.
    public func run(_ request: DescribeBackup) throws(OperationError) -> DescribeBackup.Output {
        try engine.run(request)
    }

    /// Whether a table can be restored to a moment of its past, and to which.
    public func run(
        _ request: DescribeContinuousBackups
    ) throws(OperationError) -> DescribeContinuousBackups.Output {
        try engine.run(request)
    }

    /// The setting of a table or a global index.
    public func run(
        _ request: DescribeContributorInsights
    ) throws(OperationError) -> DescribeContributorInsights.Output {
        try engine.run(request)
    }

    /// There are no global tables of 2017, and AWS makes none any more.
    public func run(
        _ request: DescribeGlobalTable
    ) throws(OperationError) -> DescribeGlobalTable.Output {
        try engine.run(request)
    }

    /// There are no global tables of 2017, and AWS makes none any more.
    public func run(
        _ request: DescribeGlobalTableSettings
    ) throws(OperationError) -> DescribeGlobalTableSettings.Output {
        try engine.run(request)
    }

    /// The destination that a table has, and those that it had.
    public func run(
        _ request: DescribeKinesisStreamingDestination
    ) throws(OperationError) -> DescribeKinesisStreamingDestination.Output {
        try engine.run(request)
    }

    /// The quotas of an account, as AWS sets them for a new one.
    public func run(_ request: DescribeLimits) throws(OperationError) -> DescribeLimits.Output {
        try engine.run(request)
    }

    /// A stream and its shards, a page of them at a time.
    public func run(_ request: DescribeStream) throws(OperationError) -> DescribeStream.Output {
        try engine.run(request)
    }

    /// A table's definition, state and exact counts.
    public func run(_ request: DescribeTable) throws(OperationError) -> DescribeTable.Output {
        try engine.run(request)
    }

    /// No table here is a global one, and only those have it.
    public func run(
        _ request: DescribeTableReplicaAutoScaling
    ) throws(OperationError) -> DescribeTableReplicaAutoScaling.Output {
        try engine.run(request)
    }

    /// By which attribute items expire.
    public func run(
        _ request: DescribeTimeToLive
    ) throws(OperationError) -> DescribeTimeToLive.Output {
        try engine.run(request)
    }

    /// Reads one item by its key.
    public func run(_ request: GetItem) throws(OperationError) -> GetItem.Output {
        try engine.run(request)
    }

    /// Reads a shard from the place that an iterator names.
    public func run(_ request: GetRecords) throws(OperationError) -> GetRecords.Output {
        try engine.run(request)
    }

    /// The policy of a table or a stream.
    public func run(
        _ request: GetResourcePolicy
    ) throws(OperationError) -> GetResourcePolicy.Output {
        try engine.run(request)
    }

    /// Names a place in a shard from which to read for the next 15 minutes.
    public func run(_ request: GetShardIterator) throws(OperationError) -> String {
        try engine.run(request)
    }

    /// In the order in which they were made, a page at a time.
    public func run(_ request: ListBackups) throws(OperationError) -> ListBackups.Output {
        try request.check()
        return try engine.run(request)
    }

    /// The settings that are on, of one table or of all: a table before its indexes, tables by
    /// name.
    public func run(
        _ request: ListContributorInsights
    ) throws(OperationError) -> ListContributorInsights.Output {
        try request.check()
        return try engine.run(request)
    }

    /// There are no global tables of 2017, and AWS makes none any more.
    public func run(_ request: ListGlobalTables) throws(OperationError) {
        try engine.run(request)
    }

    /// Streams by table, then by age, a page at a time; with those that were switched off, or whose
    /// table was deleted, in the last day.
    public func run(_ request: ListStreams) throws(OperationError) -> ListStreams.Output {
        try engine.run(request)
    }

    /// Names in order, a page at a time.
    public func run(_ request: ListTables) throws(OperationError) -> ListTables.Output {
        try request.check()
        return try engine.run(request)
    }

    /// A table's tags.
    public func run(
        _ request: ListTagsOfResource
    ) throws(OperationError) -> ListTagsOfResource.Output {
        try engine.run(request)
    }

    /// Reads one partition of a table or an index in the order of its sort key.
    public func run(_ request: Query) throws(OperationError) -> Query.Output {
        try engine.run(request)
    }

    /// Reads a whole table or index, or one segment of it, in the order of its hashed keys.
    public func run(_ request: Scan) throws(OperationError) -> Scan.Output {
        try engine.run(request)
    }

    /// Finds the items of a vector index that are nearest to a vector.
    public func run(_ request: SearchVectors) throws(OperationError) -> SearchVectors.Output {
        try request.check()
        return try engine.run(request)
    }

    /// Up to 100 items as they are at one moment.
    public func run(_ request: TransactGetItems) throws(OperationError) -> TransactGetItems.Output {
        try request.check()
        return try engine.run(request)
    }

    /// There are no global tables of 2017, and AWS makes none any more.
    public func run(
        _ request: UpdateGlobalTable
    ) throws(OperationError) -> UpdateGlobalTable.Output {
        try engine.run(request)
    }

    /// There are no global tables of 2017, and AWS makes none any more.
    public func run(
        _ request: UpdateGlobalTableSettings
    ) throws(OperationError) -> UpdateGlobalTableSettings.Output {
        try engine.run(request)
    }

    /// No table here is a global one, and only those have it.
    public func run(
        _ request: UpdateTableReplicaAutoScaling
    ) throws(OperationError) -> UpdateTableReplicaAutoScaling.Output {
        try engine.run(request)
    }
}
