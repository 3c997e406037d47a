// Vector indexes in few words: `VectorShape("byV", dimensions: 3, hash: "t:S", filters: "c:S n:N")`.

package import MartletCatalog
package import MartletModel

package struct VectorShape: Sendable {
    package var name: Text
    package var attribute: Text
    package var dimensions: Int
    package var hash: String
    package var filters: String
    package var projection: ProjectionRequest

    package init(
        _ name: Text = "byV", on attribute: Text = "v", dimensions: Int = 3, hash: String = "",
        filters: String = "", projecting projection: ProjectionRequest = .all
    ) {
        self.name = name
        self.attribute = attribute
        self.dimensions = dimensions
        self.hash = hash
        self.filters = filters
        self.projection = projection
    }

    package var request: VectorIndexRequest {
        let schema =
            attributes(hash).map { SearchSchemaElement(name: $0.name, role: .hash) }
            + attributes(filters).map { SearchSchemaElement(name: $0.name, role: .inlineFilter) }
        return VectorIndexRequest(
            name: name, attribute: attribute, dimensions: dimensions,
            searchSchema: schema.isEmpty ? nil : schema, projection: projection)
    }

    package var attributeDefinitions: [KeyAttribute] { attributes(hash) + attributes(filters) }
}

extension TableChange {
    /// Adds one vector index.
    package init(of table: TableName, creating index: VectorShape) {
        self.init(
            name: table, attributeDefinitions: index.attributeDefinitions,
            vectorIndexChanges: [.create(index.request)])
    }

    /// Drops one vector index.
    package init(of table: TableName, deletingVector index: Text) {
        self.init(name: table, vectorIndexChanges: [.delete(name: index)])
    }
}

extension AttributeValue {
    /// A list of numbers from their numerals: `.vector("1", "-0.5")`.
    package static func vector(_ numerals: String...) -> AttributeValue {
        .list(numerals.map { .decimal($0) })
    }
}
