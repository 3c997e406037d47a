// The constraints that the service's interface definition puts on single members of CreateTable and
// UpdateTable. They come before every other check and are reported together, ten at most.

package import MartletModel

/// Collects broken constraints of members, in the order in which they are checked.
struct MemberChecks {
    private var faults: [String] = []

    mutating func require(
        _ holds: Bool, _ path: String, value: @autoclosure () -> String, _ constraint: String
    ) {
        guard !holds, faults.count < 10 else { return }
        faults.append(
            "Value '\(value())' at '\(path)' failed to satisfy constraint: Member must \(constraint)"
        )
    }

    mutating func units(_ units: CapacityUnits?, at path: String) {
        guard let units else { return }
        require(
            units.write >= 1, path + ".writeCapacityUnits", value: "\(units.write)",
            "have value greater than or equal to 1")
        require(
            units.read >= 1, path + ".readCapacityUnits", value: "\(units.read)",
            "have value greater than or equal to 1")
    }

    mutating func name(_ name: Text, at path: String) {
        require(
            TableName.hasOnlyNameCharacters(name.string), path, value: name.string,
            "satisfy regular expression pattern: [a-zA-Z0-9_.-]+")
        length(name.string.count, in: TableName.lengths, at: path, value: name.string)
    }

    mutating func length(
        _ length: Int, in range: ClosedRange<Int>, at path: String,
        value: @autoclosure () -> String
    ) {
        require(
            length >= range.lowerBound, path, value: value(),
            "have length greater than or equal to \(range.lowerBound)")
        require(
            length <= range.upperBound, path, value: value(),
            "have length less than or equal to \(range.upperBound)")
    }

    mutating func keySchema(_ elements: [KeySchemaElement], atMost limit: Int, at path: String) {
        length(
            elements.count, in: 1...limit, at: path,
            value: "[" + elements.map(\.description).joined(separator: ", ") + "]")
        for (position, element) in elements.enumerated() {
            length(
                element.name.string.count, in: 1...Limits.keyAttributeNameBytes,
                at: "\(path).\(position + 1).member.attributeName", value: element.name.string)
        }
    }

    mutating func index(_ index: IndexRequest, keyElements: Int, at path: String) {
        name(index.name, at: path + ".indexName")
        keySchema(index.keySchema, atMost: keyElements, at: path + ".keySchema")
        if let names = index.projection.nonKeyAttributes {
            length(
                names.count, in: 1...20, at: path + ".projection.nonKeyAttributes",
                value: names.listed)
        }
        units(index.provisioned, at: path + ".provisionedThroughput")
    }

    mutating func definitions(_ definitions: [KeyAttribute]) {
        for (position, definition) in definitions.enumerated() {
            length(
                definition.name.string.count, in: 1...Limits.keyAttributeNameBytes,
                at: "attributeDefinitions.\(position + 1).member.attributeName",
                value: definition.name.string)
        }
    }

    consuming func finish() throws(ValidationError) {
        guard !faults.isEmpty else { return }
        let plural = faults.count == 1 ? "" : "s"
        throw ValidationError(
            "\(faults.count) validation error\(plural) detected: "
                + faults.joined(separator: "; "))
    }
}

extension KeySchemaElement: CustomStringConvertible {
    package var description: String {
        "KeySchemaElement(attributeName=\(name), keyType=\(role.rawValue))"
    }
}

extension TableRequest {
    /// Checks every member by itself.
    package func checkMembers() throws(ValidationError) {
        var checks = MemberChecks()
        checks.name(Text(name.description), at: "tableName")
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
        try checks.finish()
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
                checks.name(name, at: path + ".update.indexName")
                checks.units(provisioned, at: path + ".update.provisionedThroughput")
            case .delete(let name):
                checks.name(name, at: path + ".delete.indexName")
            }
        }
        try checks.finish()
    }
}
