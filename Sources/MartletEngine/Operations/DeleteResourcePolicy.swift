internal import MartletCatalog

/// DeleteResourcePolicy: takes the policy off a table or a stream. Without one there is nothing to
/// do, unless the caller expects one.
package struct DeleteResourcePolicy: Sendable {
    package var resourceARN: String
    package var expectedRevision: String?

    package init(resourceARN: String, expectedRevision: String? = nil) {
        self.resourceARN = resourceARN
        self.expectedRevision = expectedRevision
    }

    package struct Output: Sendable {
        /// Of the policy that is gone; nil when there was none.
        package var revision: Int?
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
