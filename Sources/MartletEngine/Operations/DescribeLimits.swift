/// DescribeLimits: the quotas of an account, as AWS sets them for a new one.
public struct DescribeLimits: Sendable {
    public init() {}

    public struct Output: Sendable {
        public var accountReadUnits: Int
        public var accountWriteUnits: Int
        public var tableReadUnits: Int
        public var tableWriteUnits: Int
    }
}

extension DescribeLimits: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        Output(
            accountReadUnits: 80_000, accountWriteUnits: 80_000, tableReadUnits: 40_000,
            tableWriteUnits: 40_000)
    }
}
