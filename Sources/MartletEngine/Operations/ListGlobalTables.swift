/// ListGlobalTables: there are no global tables of 2017, and AWS makes none any more.
public struct ListGlobalTables: Sendable {
    public init() {}
}

extension ListGlobalTables: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) {}
}
