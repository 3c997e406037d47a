internal import MartletCatalog

/// PutResourcePolicy: keeps a policy for a table or a stream. Nobody is refused by it here.
public struct PutResourcePolicy: Sendable {
    public var resourceARN: String
    /// In its canonical form.
    public var document: String
    public var expectedRevision: String?

    public init(resourceARN: String, document: String, expectedRevision: String? = nil) {
        self.resourceARN = resourceARN
        self.document = document
        self.expectedRevision = expectedRevision
    }

    public struct Output: Sendable {
        public var revision: Int
    }
}

extension PutResourcePolicy: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) -> Output {
        var resource = try PolicyResource(
            arn: resourceARN, in: transaction.directory, of: transaction.options.owner)
        try resource.table.requireReady()
        try resource.require(expectedRevision)
        let old = resource.policy
        // The same document again is no change, and keeps its revision.
        if let old, old.document == document { return Output(revision: old.revision) }
        let revision = max(transaction.now.millisecondsSince1970, (old?.revision ?? 0) + 1)
        resource.setPolicy(KeptPolicy(document: document, revision: revision))
        transaction.save(resource.definition)
        return Output(revision: revision)
    }
}
