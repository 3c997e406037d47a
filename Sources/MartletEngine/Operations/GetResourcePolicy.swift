internal import MartletCatalog

/// GetResourcePolicy: the policy of a table or a stream.
package struct GetResourcePolicy: Sendable {
    package typealias Output = KeptPolicy

    package var resourceARN: String

    package init(resourceARN: String) { self.resourceARN = resourceARN }
}

extension GetResourcePolicy: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> KeptPolicy {
        let resource = try PolicyResource(
            arn: resourceARN, in: context.directory, of: context.options.owner)
        guard let policy = resource.policy else { throw resource.notFound }
        return policy
    }
}
