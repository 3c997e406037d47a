internal import MartletCatalog

/// GetResourcePolicy: the policy of a table or a stream.
public struct GetResourcePolicy: Sendable {
    public typealias Output = KeptPolicy

    public var resourceARN: String

    public init(resourceARN: String) { self.resourceARN = resourceARN }
}

extension GetResourcePolicy: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> KeptPolicy {
        let resource = try PolicyResource(
            arn: resourceARN, in: context.directory, of: context.options.owner)
        guard let policy = resource.policy else { throw resource.notFound }
        return policy
    }
}
