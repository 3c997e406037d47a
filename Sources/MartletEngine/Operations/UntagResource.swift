internal import MartletCatalog

/// UntagResource: takes tags from a table; keys that it does not have are no error.
public struct UntagResource: Sendable {
    public typealias Output = Void

    public var resourceARN: String
    public var keys: [String]

    public init(resourceARN: String, keys: [String]) {
        self.resourceARN = resourceARN
        self.keys = keys
    }
}

extension UntagResource: WriteOperation {
    package func prepare(in context: ReadContext) throws(OperationError) {}

    package func run(
        _ prepared: Void, in transaction: WriteTransaction
    ) throws(OperationError) {
        let table = try transaction.directory.table(
            arn: resourceARN, for: "UntagResource", of: transaction.options.owner)
        try table.requireReady()
        var definition = table.definition
        definition.tags.removeAll { keys.contains($0.key) }
        transaction.save(definition)
    }
}
