// The constraints that the service's interface definition puts on single members of CreateTable and
// UpdateTable. They come before every other check and are reported together, ten at most.

package import MartletModel

extension MemberChecks {
    fileprivate mutating func units(_ units: CapacityUnits?, at path: String) {
        range(of: units?.write, from: 1, at: path + ".writeCapacityUnits")
        range(of: units?.read, from: 1, at: path + ".readCapacityUnits")
    }

    fileprivate mutating func keySchema(
        _ elements: [KeySchemaElement], atMost limit: Int, at path: String
    ) {
        length(
            elements.count, of: "[" + elements.map(\.description).joined(separator: ", ") + "]",
            in: 1...limit, at: path)
        for (position, element) in elements.enumerated() {
            keyAttribute(element.name, at: "\(path).\(position + 1).member.attributeName")
        }
    }

    fileprivate mutating func index(_ index: IndexRequest, keyElements: Int, at path: String) {
        name(index.name.string, at: path + ".indexName")
        keySchema(index.keySchema, atMost: keyElements, at: path + ".keySchema")
        nonKeyAttributes(of: index.projection, at: path)
        units(index.provisioned, at: path + ".provisionedThroughput")
    }

    fileprivate mutating func vectorIndex(_ index: VectorIndexRequest, at path: String) {
        name(index.name.string, at: path + ".indexName")
        keyAttribute(index.attribute, at: path + ".vectorAttribute.attributeName")
        if let schema = index.searchSchema {
            length(schema.count, of: "[]", in: 1...Int.max, at: path + ".searchSchema")
            for (position, element) in schema.enumerated() {
                keyAttribute(
                    element.name, at: "\(path).searchSchema.\(position + 1).member.attributeName")
            }
        }
        nonKeyAttributes(of: index.projection, at: path)
    }

    private mutating func nonKeyAttributes(of projection: ProjectionRequest, at path: String) {
        guard let names = projection.nonKeyAttributes else { return }
        length(
            names.count, of: names.listed, in: 1...Limits.projectedAttributesPerIndex,
            at: path + ".projection.nonKeyAttributes")
    }

    fileprivate mutating func definitions(_ definitions: [KeyAttribute]) {
        for (position, definition) in definitions.enumerated() {
            keyAttribute(
                definition.name, at: "attributeDefinitions.\(position + 1).member.attributeName")
        }
    }

    private mutating func keyAttribute(_ name: Text, at path: @autoclosure () -> String) {
        length(of: name.string, in: 1...Limits.keyAttributeNameBytes, at: path())
    }
}

extension KeySchemaElement: CustomStringConvertible {
    public var description: String {
        "KeySchemaElement(attributeName=\(name), keyType=\(role.rawValue))"
    }
}

extension TableRequest {
    /// Checks every member by itself.
    package func checkMembers() throws(ValidationError) {
        var checks = MemberChecks()
        checks.name(name.description, at: "tableName")
        checks.definitions(attributeDefinitions)
        checks.units(provisioned, at: "provisionedThroughput")
        checks.keySchema(keySchema, atMost: 2, at: "keySchema")
        for (position, index) in (localIndexes ?? []).enumerated() {
            checks.index(index, keyElements: 2, at: "localSecondaryIndexes.\(position + 1).member")
        }
        for (position, index) in (globalIndexes ?? []).enumerated() {
            checks.index(
                index, keyElements: Int.max, at: "globalSecondaryIndexes.\(position + 1).member")
        }
        for (position, index) in (vectorIndexes ?? []).enumerated() {
            checks.vectorIndex(index, at: "vectorIndexes.\(position + 1).member")
        }
        if let error = checks.error { throw error }
    }
}

extension TableChange {
    /// Checks every member by itself.
    package func checkMembers() throws(ValidationError) {
        var checks = MemberChecks()
        checks.definitions(attributeDefinitions ?? [])
        checks.units(provisioned, at: "provisionedThroughput")
        for (position, change) in (indexChanges ?? []).enumerated() {
            let path = "globalSecondaryIndexUpdates.\(position + 1).member"
            switch change {
            case .create(let index):
                checks.index(index, keyElements: Int.max, at: path + ".create")
            case .update(let name, let provisioned, _, _):
                checks.name(name.string, at: path + ".update.indexName")
                checks.units(provisioned, at: path + ".update.provisionedThroughput")
            case .delete(let name):
                checks.name(name.string, at: path + ".delete.indexName")
            }
        }
        for (position, change) in (vectorIndexChanges ?? []).enumerated() {
            let path = "vectorIndexUpdates.\(position + 1).member"
            switch change {
            case .create(let index): checks.vectorIndex(index, at: path + ".create")
            case .delete(let name): checks.name(name.string, at: path + ".delete.indexName")
            }
        }
        if let error = checks.error { throw error }
    }
}
