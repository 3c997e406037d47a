package import MartletCatalog

/// ListTagsOfResource: a table's tags. All fit into one page.
package struct ListTagsOfResource: Sendable {
    package var resourceARN: String
    package var nextToken: String?

    package init(resourceARN: String, nextToken: String? = nil) {
        self.resourceARN = resourceARN
        self.nextToken = nextToken
    }

    package struct Output: Sendable {
        package var tags: [Tag]
    }
}

extension ListTagsOfResource: ReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        let table = try context.directory.table(
            arn: resourceARN, for: "ListTagsOfResource", of: context.options.owner)
        return Output(tags: table.definition.tags)
    }
}
