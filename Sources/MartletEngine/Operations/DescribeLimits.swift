/// DescribeLimits: the quotas of an account, as AWS sets them for a new one.
package struct DescribeLimits: Sendable {
    package init() {}

    package struct Output: Sendable {
        package var accountReadUnits: Int
        package var accountWriteUnits: Int
        package var tableReadUnits: Int
        package var tableWriteUnits: Int
    }
}

extension DescribeLimits: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        Output(
            accountReadUnits: 80_000, accountWriteUnits: 80_000, tableReadUnits: 40_000,
            tableWriteUnits: 40_000)
    }
}
