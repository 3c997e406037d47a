internal import MartletCatalog

/// DeleteResourcePolicy: takes the policy off a table or a stream. Without one there is nothing to
/// do, unless the caller expects one.
public struct DeleteResourcePolicy: Sendable {
    public var resourceARN: String
    public var expectedRevision: String?

    public init(resourceARN: String, expectedRevision: String? = nil) {
        self.resourceARN = resourceARN
        self.expectedRevision = expectedRevision
    }

    public struct Output: Sendable {
        /// Of the policy that is gone; nil when there was none.
        public var revision: Int?
    }
}

extension DeleteResourcePolicy: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        var resource = try PolicyResource(
            arn: resourceARN, in: transaction.directory, of: transaction.options.owner)
        try resource.table.requireReady()
        try resource.require(expectedRevision)
        guard let old = resource.policy else { return Output(revision: nil) }
        resource.setPolicy(nil)
        transaction.save(resource.definition)
        return Output(revision: old.revision)
    }
}
