internal import MartletCatalog
internal import MartletEncoding
internal import MartletKeyValue

/// Forgets tokens that no longer count.
///
/// Rows are under the tokens' own texts, so finding the old ones means reading them all. That is
/// done once in a token's lifetime: so every row is read twice at most, however many transactions
/// there are, and is gone after twice its lifetime.
struct TransactionTokenSweep {
    private var last: Timestamp?

    /// Runs when it is due. A clock that went back does not put it off.
    mutating func runIfDue(for work: BackgroundWork) throws(StorageError) {
        let now = work.options.clock.now
        if let last {
            let elapsed = now.secondsSince1970 - last.secondsSince1970
            guard elapsed < 0 || elapsed >= TransactionTokenRow.lifetimeSeconds else { return }
        }
        try Self.run(for: work, now)
        last = now
    }

    private static func run(for work: BackgroundWork, _ now: Timestamp) throws(StorageError) {
        var range = KeyRange.prefix([KeySpace.transactionToken.rawValue])
        while !work.shouldStop {
            let cursor = try work.store.cursor(over: range, .forward)
            var dead: [[UInt8]] = []
            while dead.count < 256, let (key, value) = try cursor.next() {
                if !TransactionTokenRow.isAlive(value, at: now) { dead.append(key) }
            }
            guard let last = dead.last else { return }
            let keys = dead
            try work.commit { (transaction) throws(OperationError) in
                for key in keys {
                    // The token may have come into use again meanwhile.
                    guard let row = try transaction.value(forKey: key) else { continue }
                    if !TransactionTokenRow.isAlive(row, at: now) { transaction.delete(key) }
                }
            }
            range.lower = last + [0]
        }
    }
}
