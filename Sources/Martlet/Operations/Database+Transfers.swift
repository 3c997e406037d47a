// Exports, imports and bulk puts, by their requests. An operation that begins one is answered as a
// write, when the job is durable; a thread of the database does it (`DatabaseOptions.bucketRoot`), and
// the describing operations tell how far it is.
//
// A job whose database is closed, or whose process ends, goes on where it was when the directory is
// opened again with buckets, by a program or by `martlet serve --s3-root`.

internal import MartletCatalog
public import MartletEngine
internal import MartletTransfer

extension Database {
    /// Asks a bulk put to stop. What it has put stays.
    @discardableResult
    public func run(
        _ request: CancelBulkOperation
    ) async throws(OperationError) -> CancelBulkOperation.Output {
        try request.check()
        return try await write(request)
    }

    /// How far a bulk put is, or how it ended.
    public func run(
        _ request: DescribeBulkOperation
    ) throws(OperationError) -> DescribeBulkOperation.Output {
        try request.check()
        return try engine.run(request)
    }

    /// How far an export is, or how it ended.
    public func run(_ request: DescribeExport) throws(OperationError) -> DescribeExport.Output {
        try request.check()
        return try engine.run(request)
    }

    /// How far an import is, or how it ended.
    public func run(_ request: DescribeImport) throws(OperationError) -> DescribeImport.Output {
        try request.check()
        return try engine.run(request)
    }

    /// Begins to write the items that a table had at a moment, or what changed between two moments,
    /// into a bucket. The table needs point-in-time recovery.
    @discardableResult
    public func run(
        _ request: ExportTableToPointInTime
    ) async throws(OperationError) -> ExportTableToPointInTime.Output {
        try await begin(.export, try request.checked())
    }

    /// Makes a table and begins to fill it with the items of objects in a bucket.
    @discardableResult
    public func run(_ request: ImportTable) async throws(OperationError) -> ImportTable.Output {
        try request.check()
        return try await begin(.importing, request)
    }

    /// The bulk puts of the last 90 days, the latest first, a page at a time.
    public func run(
        _ request: ListBulkOperations
    ) throws(OperationError) -> ListBulkOperations.Output {
        try request.page.check()
        return try engine.run(request)
    }

    /// The exports of the last 90 days, the latest first, a page at a time.
    public func run(_ request: ListExports) throws(OperationError) -> ListExports.Output {
        try request.page.check()
        return try engine.run(request)
    }

    /// The imports of the last 90 days, the latest first, a page at a time.
    public func run(_ request: ListImports) throws(OperationError) -> ListImports.Output {
        try request.page.check(limitMember: "pageSize")
        return try engine.run(request)
    }

    /// Begins to put the items of objects in a bucket into a table.
    @discardableResult
    public func run(
        _ request: StartBulkPutItems
    ) async throws(OperationError) -> StartBulkPutItems.Output {
        try request.check()
        return try await begin(.bulkPut, request)
    }

    /// Writes the job's row, and has the job done.
    private func begin<Operation: WriteOperation>(
        _ kind: TransferKind, _ request: Operation
    ) async throws(OperationError) -> Operation.Output {
        guard let transfers else {
            // The service always has buckets, so this text is ours.
            throw .validation(
                "There are no buckets: DatabaseOptions.bucketRoot names no folder")
        }
        let answer = try await write(request)
        transfers.wake(kind)
        return answer
    }
}
