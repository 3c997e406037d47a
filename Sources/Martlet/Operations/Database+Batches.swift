// Several items in a call: batches, of which each write is its own, and transactions, which are all
// or none.

public import MartletCatalog
public import MartletEngine
public import MartletModel

extension Database {
    /// The items under several keys, without those that are not there, in no order.
    ///
    /// - Parameter keys: any number, no key twice among 100 that follow each other.
    /// - Throws: as `get`.
    /// - Complexity: O(keys); reads them in pieces of 100.
    public func getMany(
        _ keys: [Item], from table: TableName
    ) throws(OperationError) -> [Item] {
        var items: [Item] = []
        for start in stride(from: 0, to: keys.count, by: Limits.batchGetKeys) {
            var piece = Array(keys[start..<min(start + Limits.batchGetKeys, keys.count)])
            // What exceeds 16 MB is left for another round.
            while !piece.isEmpty {
                let output = try run(
                    BatchGetItem(requests: [.init(table: table, keys: piece)]))
                items += output.responses[0].map(\.item)
                piece = output.unprocessed[0].map { piece[$0] }
            }
        }
        return items
    }

    /// Puts and deletes many items, each by itself: when this throws, some may be written.
    ///
    /// - Parameter requests: any number; no key may be twice among them, because they are written
    ///   in no order.
    /// - Throws: `resourceNotFound`, `validation`, `storage`.
    /// - Complexity: O(requests); pieces of 25, of which up to 64 share a sync.
    public func writeMany(
        _ requests: [BatchWriteItem.Request], in table: TableName
    ) async throws(OperationError) {
        let piece = Limits.batchWriteRequests
        let round = 64 * piece
        for start in stride(from: 0, to: requests.count, by: round) {
            let end = min(start + round, requests.count)
            let outcome = await withTaskGroup { group in
                for first in stride(from: start, to: end, by: piece) {
                    let batch = BatchWriteItem.TableRequests(
                        table: table, requests: Array(requests[first..<min(first + piece, end)]))
                    group.addTask { await self.outcome(of: batch) }
                }
                var outcome: Result<Void, OperationError> = .success(())
                for await each in group {
                    if case .failure = each { outcome = each }
                }
                return outcome
            }
            try outcome.get()
        }
    }

    private func outcome(of batch: BatchWriteItem.TableRequests) async -> Result<
        Void, OperationError
    > {
        do throws(OperationError) {
            let output = try await run(BatchWriteItem(tables: [batch]))
            precondition(output.unprocessed.isEmpty, "only enforced throughput leaves anything")
            return .success(())
        } catch {
            return .failure(error)
        }
    }

    /// Carries out up to 100 writes and checks of different items, all or none.
    ///
    ///     try await database.transact([
    ///         .update(["id": "a"], in: "Accounts", "SET sum = sum - :x", if: "sum >= :x",
    ///                 values: [":x": 5]),
    ///         .update(["id": "b"], in: "Accounts", "SET sum = sum + :x", values: [":x": 5]),
    ///     ])
    ///
    /// - Throws: `transactionCancelled`, with a reason for each action, having changed nothing;
    ///   `resourceNotFound`, `validation`, `storage`.
    /// - Complexity: one sync, shared with all who write at the same time.
    public func transact(
        _ actions: [TransactWriteItems.Action]
    ) async throws(OperationError) {
        try await run(TransactWriteItems(actions: actions))
    }

    /// Up to 100 items of any tables as they are at one moment, in the order of the keys; nil for
    /// those that are not there.
    ///
    /// - Throws: `transactionCancelled` when one of the keys is none of its table's;
    ///   `resourceNotFound`, `validation`, `storage`.
    public func transactGet(
        _ gets: [TransactGetItems.Get]
    ) throws(OperationError) -> [Item?] {
        try run(TransactGetItems(gets: gets)).items.map { $0?.item }
    }
}
