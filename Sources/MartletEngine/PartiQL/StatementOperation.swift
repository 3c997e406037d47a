/// An operation whose statements decide whether it reads or writes.
package protocol StatementOperation: LongReadOperation, WriteOperation {
    /// Whether it is to be run as a read; else it must be run as a write.
    var isRead: Bool { get }
}

extension Engine {
    /// Carries out a statement, or several, on this thread.
    package func run<Operation: StatementOperation>(
        _ operation: Operation
    ) throws(OperationError) -> Operation.Output {
        if operation.isRead { return try operation.run(in: readContext) }
        return try runWrite(operation)
    }
}
