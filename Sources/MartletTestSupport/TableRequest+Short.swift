// Tables in few words: `TableRequest(short: "Tab", hash: "pk:S", range: "sk:N")`. Key attributes are
// written `name:type`, several of them separated by spaces.

package import MartletCatalog
package import MartletModel

/// A secondary index in few words.
package struct IndexShape: Sendable {
    package var name: Text
    package var hash: String
    package var range: String
    package var projection: ProjectionRequest

    package init(
        _ name: Text, hash: String, range: String = "",
        projecting projection: ProjectionRequest = .all
    ) {
        self.name = name
        self.hash = hash
        self.range = range
        self.projection = projection
    }

    package var request: IndexRequest {
        IndexRequest(
            name: name,
            keySchema: attributes(hash).map { KeySchemaElement(name: $0.name, role: .hash) }
                + attributes(range).map { KeySchemaElement(name: $0.name, role: .range) },
            projection: projection)
    }

    package var attributeDefinitions: [KeyAttribute] { attributes(hash) + attributes(range) }
}

extension ProjectionRequest {
    package static let all = ProjectionRequest(kind: .all)
    package static let keysOnly = ProjectionRequest(kind: .keysOnly)

    package static func include(_ names: Text...) -> ProjectionRequest {
        ProjectionRequest(kind: .include, nonKeyAttributes: names)
    }
}

extension TableRequest {
    /// A table that is billed by request.
    package init(
        short name: TableName = "Tab", hash: String = "pk:S", range: String = "",
        local: [IndexShape] = [], global: [IndexShape] = [], vectors: [VectorShape] = []
    ) {
        var definitions = attributes(hash) + attributes(range)
        let used =
            (local + global).flatMap(\.attributeDefinitions)
            + vectors.flatMap(\.attributeDefinitions)
        for attribute in used where !definitions.contains(attribute) {
            definitions.append(attribute)
        }
        self.init(
            name: name, attributeDefinitions: definitions,
            keySchema: attributes(hash).map { KeySchemaElement(name: $0.name, role: .hash) }
                + attributes(range).map { KeySchemaElement(name: $0.name, role: .range) },
            localIndexes: local.isEmpty ? nil : local.map(\.request),
            globalIndexes: global.isEmpty ? nil : global.map(\.request),
            vectorIndexes: vectors.isEmpty ? nil : vectors.map(\.request),
            billing: .payPerRequest)
    }
}

extension TableChange {
    /// Adds one global index.
    package init(of table: TableName, creating index: IndexShape) {
        self.init(
            name: table, attributeDefinitions: index.attributeDefinitions,
            indexChanges: [.create(index.request)])
    }

    /// Drops one global index.
    package init(of table: TableName, deleting index: Text) {
        self.init(name: table, indexChanges: [.delete(name: index)])
    }
}

func attributes(_ notation: String) -> [KeyAttribute] {
    notation.split(separator: " ").map { attribute in
        let parts = attribute.split(separator: ":")
        return KeyAttribute(
            name: Text(String(parts[0])), type: KeyType(rawValue: String(parts[1]))!)
    }
}
