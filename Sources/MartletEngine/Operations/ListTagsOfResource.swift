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
