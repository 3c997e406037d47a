package import MartletCatalog

/// TagResource: adds tags to a table, or replaces the values of those it has.
package struct TagResource: Sendable {
    package typealias Output = Void

    package var resourceARN: String
    package var tags: [Tag]

    package init(resourceARN: String, tags: [Tag]) {
        self.resourceARN = resourceARN
        self.tags = tags
    }
}
