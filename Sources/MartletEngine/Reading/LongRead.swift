// Reads that may turn out long, and how that is noticed: such a read gets a budget, and gives up
// when it has read that much and is not done. Whoever asked then runs it again without a budget,
// on a thread that has the time. What was read in vain is a few percent of a long read, and less
// work than to carry half a page from one thread to another.

/// What a read may do before it counts as long. Counts work, not time, so that the same read takes
/// the same way each time.
package struct ReadBudget: Sendable {
    /// Rows of a page, each fetch of an item for an index row as `rowsPerFetch` of them.
    var rows: Int
    /// Bytes of a page's rows, as DynamoDB counts them.
    var rowBytes: Int
    /// Keys that are asked for by name.
    var keys: Int

    static let rowsPerFetch = 4

    /// About 100 µs, with the answer's JSON: what others can wait for.
    package static let short = ReadBudget(rows: 128, rowBytes: 32 << 10, keys: 32)

    static let unlimited = ReadBudget(rows: .max, rowBytes: .max, keys: .max)
}

/// A read whose length nobody knows beforehand.
package protocol LongReadOperation: ReadOperation {
    /// The answer; nil when it takes more than `budget`.
    func run(
        in context: ReadContext, within budget: ReadBudget
    ) throws(OperationError) -> Output?
}

extension Engine {
    /// Answers a read on this thread, unless it takes more than `budget`: then the answer is nil.
    package func run<Operation: LongReadOperation>(
        _ operation: Operation, within budget: ReadBudget
    ) throws(OperationError) -> Operation.Output? {
        try operation.run(in: readContext, within: budget)
    }
}

extension BatchGetItem: LongReadOperation {
    package func run(
        in context: ReadContext, within budget: ReadBudget
    ) throws(OperationError) -> Output? {
        let count = requests.reduce(0) { $0 + $1.keys.count }
        return count > budget.keys ? nil : try run(in: context)
    }
}

extension TransactGetItems: LongReadOperation {
    package func run(
        in context: ReadContext, within budget: ReadBudget
    ) throws(OperationError) -> Output? {
        gets.count > budget.keys ? nil : try run(in: context)
    }
}
