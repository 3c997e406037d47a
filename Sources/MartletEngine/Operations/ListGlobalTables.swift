/// ListGlobalTables: there are no global tables of 2017, and AWS makes none any more.
package struct ListGlobalTables: Sendable {
    package init() {}
}

extension ListGlobalTables: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) {}
}
