public import MartletCatalog
internal import MartletModel

/// TagResource: adds tags to a table, or replaces the values of those it has.
public struct TagResource: Sendable {
    public typealias Output = Void

    public var resourceARN: String
    public var tags: [ResourceTag]

    public init(resourceARN: String, tags: [ResourceTag]) {
        self.resourceARN = resourceARN
        self.tags = tags
    }
}

extension TagResource: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) {
        let table = try transaction.directory.table(
            arn: resourceARN, for: "TagResource", of: transaction.options.owner)
        try table.requireReady()
        var definition = table.definition
        do throws(ValidationError) {
            definition.tags = try ResourceTag.merge(tags, into: definition.tags)
        } catch {
            throw OperationError(error)
        }
        transaction.save(definition)
    }
}
