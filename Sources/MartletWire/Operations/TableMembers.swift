// The parts of CreateTable and UpdateTable as they were sent, the checks on their single members,
// and what becomes of them once nothing is missing.

internal import MartletCatalog
internal import MartletModel

struct UnitsMembers {
    var read: Int?
    var write: Int?

    /// Reads a pair of units, whose names differ by what they are for.
    static func read(
        _ structure: StaticString, _ readName: StaticString, _ writeName: StaticString,
        from reader: inout JSONReader
    ) throws(WireError) -> UnitsMembers? {
        guard var progress = try reader.beginStructure(structure) else { return nil }
        var units = UnitsMembers()
        while let name = try reader.nextMember(&progress) {
            switch name {
            case readName: units.read = try reader.readOptionalInteger(.long)
            case writeName: units.write = try reader.readOptionalInteger(.long)
            default: try reader.skipValue()
            }
        }
        return units
    }

    static func readProvisioned(
        from reader: inout JSONReader
    ) throws(WireError) -> UnitsMembers? {
        try read(
            "ProvisionedThroughput", "ReadCapacityUnits", "WriteCapacityUnits", from: &reader)
    }

    static func readOnDemand(from reader: inout JSONReader) throws(WireError) -> UnitsMembers? {
        try read(
            "OnDemandThroughput", "MaxReadRequestUnits", "MaxWriteRequestUnits", from: &reader)
    }

    static func readWarm(from reader: inout JSONReader) throws(WireError) -> UnitsMembers? {
        try read(
            "WarmThroughput", "ReadUnitsPerSecond", "WriteUnitsPerSecond", from: &reader)
    }

    /// Checks provisioned units, of which both are needed.
    func check(_ checks: inout MemberChecks, at path: String) {
        for (units, name) in [(write, "writeCapacityUnits"), (read, "readCapacityUnits")] {
            checks.require(units != nil, at: "\(path).\(name)")
            checks.range(of: units, from: 1, at: "\(path).\(name)")
        }
    }

    var provisioned: CapacityUnits { CapacityUnits(read: read!, write: write!) }
    var partial: PartialUnits { PartialUnits(read: read, write: write) }
}

struct KeySchemaMembers {
    var elements: [(name: String?, role: String?)] = []

    static func read(from reader: inout JSONReader) throws(WireError) -> KeySchemaMembers? {
        guard var list = try reader.beginList() else { return nil }
        var schema = KeySchemaMembers()
        while try reader.nextElement(&list) {
            var element: (name: String?, role: String?) = (nil, nil)
            if var progress = try reader.beginStructure("KeySchemaElement", isEntry: true) {
                while let name = try reader.nextMember(&progress) {
                    switch name {
                    case "AttributeName": element.name = try reader.readOptionalString()
                    case "KeyType": element.role = try reader.readOptionalString()
                    default: try reader.skipValue()
                    }
                }
            }
            schema.elements.append(element)
        }
        return schema
    }

    /// - Parameter limit: how many elements it may have.
    func check(
        _ checks: inout MemberChecks, at path: String, limit: Int
    ) -> [KeySchemaElement] {
        checks.length(elements.count, of: echo, in: 1...limit, at: path)
        var checked: [KeySchemaElement] = []
        for (position, element) in elements.enumerated() {
            let path = "\(path).\(position + 1).member"
            checks.attributeName(element.name, at: path + ".attributeName")
            checks.require(element.role != nil, at: path + ".keyType")
            let role = checks.choice(element.role, of: .keyType, at: path + ".keyType")
            checked.append(
                KeySchemaElement(name: Text(element.name ?? ""), role: role ?? .hash))
        }
        return checked
    }

    private var echo: String {
        let elements = self.elements.map { element in
            "KeySchemaElement(attributeName=\(element.name ?? "null"), "
                + "keyType=\(element.role ?? "null"))"
        }
        return "[" + elements.joined(separator: ", ") + "]"
    }
}

struct DefinitionMembers {
    var elements: [(name: String?, type: String?)] = []

    static func read(from reader: inout JSONReader) throws(WireError) -> DefinitionMembers? {
        guard var list = try reader.beginList() else { return nil }
        var definitions = DefinitionMembers()
        while try reader.nextElement(&list) {
            var element: (name: String?, type: String?) = (nil, nil)
            if var progress = try reader.beginStructure("AttributeDefinition", isEntry: true) {
                while let name = try reader.nextMember(&progress) {
                    switch name {
                    case "AttributeName": element.name = try reader.readOptionalString()
                    case "AttributeType": element.type = try reader.readOptionalString()
                    default: try reader.skipValue()
                    }
                }
            }
            definitions.elements.append(element)
        }
        return definitions
    }

    func check(_ checks: inout MemberChecks) -> [KeyAttribute] {
        var checked: [KeyAttribute] = []
        for (position, element) in elements.enumerated() {
            let path = "attributeDefinitions.\(position + 1).member"
            checks.attributeName(element.name, at: path + ".attributeName")
            checks.require(element.type != nil, at: path + ".attributeType")
            let type = checks.choice(
                element.type, of: .attributeType, at: path + ".attributeType")
            checked.append(KeyAttribute(name: Text(element.name ?? ""), type: type ?? .string))
        }
        return checked
    }
}

struct ProjectionMembers {
    var type: String?
    var nonKeyAttributes: [Text]?

    static func read(from reader: inout JSONReader) throws(WireError) -> ProjectionMembers? {
        guard var progress = try reader.beginStructure("Projection") else { return nil }
        var projection = ProjectionMembers()
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "ProjectionType": projection.type = try reader.readOptionalString()
            case "NonKeyAttributes": projection.nonKeyAttributes = try reader.readOptionalTexts()
            default: try reader.skipValue()
            }
        }
        return projection
    }

    func check(_ checks: inout MemberChecks, at path: String) -> ProjectionRequest {
        let kind = checks.choice(type, of: .projectionType, at: path + ".projectionType")
        if let nonKeyAttributes {
            checks.length(
                nonKeyAttributes.count,
                of: "[" + nonKeyAttributes.map(\.string).joined(separator: ", ") + "]",
                in: 1...Limits.projectedAttributesPerIndex, at: path + ".nonKeyAttributes")
        }
        return ProjectionRequest(kind: kind, nonKeyAttributes: nonKeyAttributes)
    }
}

struct IndexMembers {
    enum Kind {
        case local, global
        /// A global index that UpdateTable creates.
        case action

        var structure: StaticString {
            switch self {
            case .local: "LocalSecondaryIndex"
            case .global: "GlobalSecondaryIndex"
            case .action: "CreateGlobalSecondaryIndexAction"
            }
        }
    }

    var name: String?
    var keySchema: KeySchemaMembers?
    var projection: ProjectionMembers?
    var provisioned: UnitsMembers?
    var onDemand: UnitsMembers?
    var warm: UnitsMembers?

    /// Reads an index; null counts as one without members.
    static func read(
        _ kind: Kind, from reader: inout JSONReader
    ) throws(WireError) -> IndexMembers? {
        let opened = try reader.beginStructure(kind.structure, isEntry: kind != .action)
        guard var progress = opened else { return kind == .action ? nil : IndexMembers() }
        var index = IndexMembers()
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "IndexName": index.name = try reader.readOptionalString()
            case "KeySchema": index.keySchema = try KeySchemaMembers.read(from: &reader)
            case "Projection": index.projection = try ProjectionMembers.read(from: &reader)
            case "ProvisionedThroughput" where kind != .local:
                index.provisioned = try UnitsMembers.readProvisioned(from: &reader)
            case "OnDemandThroughput" where kind != .local:
                index.onDemand = try UnitsMembers.readOnDemand(from: &reader)
            case "WarmThroughput" where kind != .local:
                index.warm = try UnitsMembers.readWarm(from: &reader)
            default: try reader.skipValue()
            }
        }
        return index
    }

    static func readList(
        _ kind: Kind, from reader: inout JSONReader
    ) throws(WireError) -> [IndexMembers]? {
        guard var list = try reader.beginList() else { return nil }
        var indexes: [IndexMembers] = []
        while try reader.nextElement(&list) {
            indexes.append(try read(kind, from: &reader)!)
        }
        return indexes
    }

    func check(_ checks: inout MemberChecks, at path: String, keyLimit: Int) -> IndexRequest {
        checks.require(name != nil, at: path + ".indexName")
        checks.name(name, at: path + ".indexName")
        checks.require(keySchema != nil, at: path + ".keySchema")
        let schema = keySchema?.check(&checks, at: path + ".keySchema", limit: keyLimit)
        checks.require(projection != nil, at: path + ".projection")
        let projection = self.projection?.check(&checks, at: path + ".projection")
        provisioned?.check(&checks, at: path + ".provisionedThroughput")
        guard checks.isEmpty else {
            return IndexRequest(name: "", keySchema: [], projection: ProjectionRequest(kind: nil))
        }
        return IndexRequest(
            name: Text(name!), keySchema: schema!, projection: projection!,
            provisioned: provisioned?.provisioned, onDemand: onDemand?.partial,
            warm: warm?.partial)
    }
}

extension MemberChecks {
    /// Checks the name of a key attribute.
    mutating func attributeName(_ name: String?, at path: String) {
        require(name != nil, at: path)
        length(of: name, in: 1...Limits.keyAttributeNameBytes, at: path)
    }

    /// Checks a list of indexes and takes what passed; nil when there is no list.
    mutating func indexes(
        _ indexes: [IndexMembers]?, at path: String, keyLimit: Int
    ) -> [IndexRequest]? {
        guard let indexes else { return nil }
        var checked: [IndexRequest] = []
        for (position, index) in indexes.enumerated() {
            checked.append(
                index.check(
                    &self, at: "\(path).\(position + 1).member", keyLimit: keyLimit))
        }
        return checked
    }
}
