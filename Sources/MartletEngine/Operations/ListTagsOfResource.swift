public import MartletCatalog

/// ListTagsOfResource: a table's tags. All fit into one page.
public struct ListTagsOfResource: Sendable {
    public var resourceARN: String
    public var nextToken: String?

    public init(resourceARN: String, nextToken: String? = nil) {
        self.resourceARN = resourceARN
        self.nextToken = nextToken
    }

    public struct Output: Sendable {
        public var tags: [ResourceTag]
    }
}

extension ListTagsOfResource: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        let table = try context.directory.table(
            arn: resourceARN, for: "ListTagsOfResource", of: context.options.owner)
        return Output(tags: table.definition.tags)
    }
}
