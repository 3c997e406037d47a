// Vector indexes of CreateTable and UpdateTable as they were sent, the checks on their single
// members, and what becomes of them once nothing is missing.

internal import MartletCatalog
internal import MartletModel
internal import MartletVectors

struct SearchSchemaMembers {
    var elements: [(name: String?, role: String?)] = []

    static func read(from reader: inout JSONReader) throws(WireError) -> SearchSchemaMembers? {
        guard var list = try reader.beginList() else { return nil }
        var schema = SearchSchemaMembers()
        while try reader.nextElement(&list) {
            var element: (name: String?, role: String?) = (nil, nil)
            if var progress = try reader.beginStructure("SearchSchemaElement", isEntry: true) {
                while let name = try reader.nextMember(&progress) {
                    switch name {
                    case "AttributeName": element.name = try reader.readOptionalString()
                    case "SearchSchemaElementType":
                        element.role = try reader.readOptionalString()
                    default: try reader.skipValue()
                    }
                }
            }
            schema.elements.append(element)
        }
        return schema
    }

    func check(_ checks: inout MemberChecks, at path: String) -> [SearchSchemaElement] {
        checks.length(elements.count, of: echo, in: 1...Int.max, at: path)
        var checked: [SearchSchemaElement] = []
        for (position, element) in elements.enumerated() {
            let path = "\(path).\(position + 1).member"
            checks.attributeName(element.name, at: path + ".attributeName")
            checks.require(element.role != nil, at: path + ".searchSchemaElementType")
            let role = checks.choice(
                element.role, of: .searchSchemaElementType, at: path + ".searchSchemaElementType")
            checked.append(
                SearchSchemaElement(name: Text(element.name ?? ""), role: role ?? .hash))
        }
        return checked
    }

    private var echo: String {
        let elements = self.elements.map { element in
            "SearchSchemaElement(attributeName=\(element.name ?? "null"), "
                + "searchSchemaElementType=\(element.role ?? "null"))"
        }
        return "[" + elements.joined(separator: ", ") + "]"
    }
}

struct VectorIndexMembers {
    var name: String?
    /// The name in `VectorAttribute`; nil inside when that has none.
    var attribute: String??
    var dimensions: Int?
    var distance: String?
    var searchSchema: SearchSchemaMembers?
    var projection: ProjectionMembers?

    /// Reads the members of an index.
    private init(
        from reader: inout JSONReader, _ progress: JSONReader.Progress
    ) throws(WireError) {
        var progress = progress
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "IndexName": self.name = try reader.readOptionalString()
            case "VectorAttribute": attribute = try Self.readAttribute(from: &reader)
            case "Dimensions": dimensions = try reader.readOptionalInteger()
            case "DistanceFunction": distance = try reader.readOptionalString()
            case "SearchSchema": searchSchema = try SearchSchemaMembers.read(from: &reader)
            case "Projection": projection = try ProjectionMembers.read(from: &reader)
            default: try reader.skipValue()
            }
        }
    }

    private init() {}

    private static func readAttribute(
        from reader: inout JSONReader
    ) throws(WireError) -> String?? {
        guard var progress = try reader.beginStructure("VectorAttribute") else { return nil }
        var attribute: String?
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "AttributeName": attribute = try reader.readOptionalString()
            default: try reader.skipValue()
            }
        }
        return .some(attribute)
    }

    /// The indexes of CreateTable; null counts as one without members.
    static func readList(
        from reader: inout JSONReader
    ) throws(WireError) -> [VectorIndexMembers]? {
        guard var list = try reader.beginList() else { return nil }
        var indexes: [VectorIndexMembers] = []
        while try reader.nextElement(&list) {
            let opened = try reader.beginStructure("VectorIndex", isEntry: true)
            indexes.append(
                try opened.map { progress throws(WireError) in
                    try VectorIndexMembers(from: &reader, progress)
                } ?? VectorIndexMembers())
        }
        return indexes
    }

    /// The index that UpdateTable creates.
    static func readAction(
        from reader: inout JSONReader
    ) throws(WireError) -> VectorIndexMembers? {
        guard let progress = try reader.beginStructure("CreateVectorIndexAction") else {
            return nil
        }
        return try VectorIndexMembers(from: &reader, progress)
    }

    /// Checks the members; the result counts only when all checks passed.
    func check(_ checks: inout MemberChecks, at path: String) -> VectorIndexRequest {
        checks.require(name != nil, at: path + ".indexName")
        checks.name(name, at: path + ".indexName")
        checks.require(attribute != nil, at: path + ".vectorAttribute")
        if let attribute {
            checks.attributeName(attribute, at: path + ".vectorAttribute.attributeName")
        }
        let schema = searchSchema?.check(&checks, at: path + ".searchSchema")
        checks.require(dimensions != nil, at: path + ".dimensions")
        checks.require(distance != nil, at: path + ".distanceFunction")
        let distance = checks.choice(
            distance, of: .distanceFunction, at: path + ".distanceFunction")
        checks.require(projection != nil, at: path + ".projection")
        let projection = self.projection?.check(&checks, at: path + ".projection")
        return VectorIndexRequest(
            name: Text(name ?? ""), attribute: Text((attribute ?? nil) ?? ""),
            dimensions: dimensions ?? 0, distance: distance ?? .cosine, searchSchema: schema,
            projection: projection ?? ProjectionRequest(kind: nil))
    }
}

/// An entry of `VectorIndexUpdates`.
struct VectorIndexUpdateMembers {
    var create: VectorIndexMembers?
    /// The name in `Delete`.
    var delete: String??

    static func readList(
        from reader: inout JSONReader
    ) throws(WireError) -> [VectorIndexUpdateMembers]? {
        guard var list = try reader.beginList() else { return nil }
        var updates: [VectorIndexUpdateMembers] = []
        while try reader.nextElement(&list) {
            var update = VectorIndexUpdateMembers()
            let opened = try reader.beginStructure("VectorIndexUpdate", isEntry: true)
            if var progress = opened {
                while let name = try reader.nextMember(&progress) {
                    switch name {
                    case "Create": update.create = try VectorIndexMembers.readAction(from: &reader)
                    case "Delete": update.delete = try readDelete(from: &reader)
                    default: try reader.skipValue()
                    }
                }
            }
            updates.append(update)
        }
        return updates
    }

    private static func readDelete(from reader: inout JSONReader) throws(WireError) -> String?? {
        guard var progress = try reader.beginStructure("DeleteVectorIndexAction") else {
            return nil
        }
        var index: String?
        while let name = try reader.nextMember(&progress) {
            switch name {
            case "IndexName": index = try reader.readOptionalString()
            default: try reader.skipValue()
            }
        }
        return .some(index)
    }

    /// Checks the members of an entry; nil when it says nothing.
    func check(_ checks: inout MemberChecks, at path: String) -> [VectorIndexChange] {
        var changes: [VectorIndexChange] = []
        if let create { changes.append(.create(create.check(&checks, at: path + ".create"))) }
        if let delete {
            checks.require(delete != nil, at: path + ".delete.indexName")
            checks.name(delete, at: path + ".delete.indexName")
            changes.append(.delete(name: Text(delete ?? "")))
        }
        return changes
    }

    /// An entry does one thing. Said after the checks on single members.
    func requireOneAction() throws(WireError) {
        let list = "VectorIndexUpdate.Create, VectorIndexUpdate.Delete"
        let text: String
        switch (create != nil, delete != nil) {
        case (false, false): text = "One of \(list) must not be null"
        case (true, true): text = "Only one of \(list) can be set"
        default: return
        }
        throw .validation("One or more parameter values were invalid: " + text)
    }
}

extension MemberChecks {
    /// Checks a list of vector indexes and takes what passed; nil when there is no list.
    mutating func vectorIndexes(
        _ indexes: [VectorIndexMembers]?, at path: String
    ) -> [VectorIndexRequest]? {
        guard let indexes else { return nil }
        var checked: [VectorIndexRequest] = []
        for (position, index) in indexes.enumerated() {
            checked.append(index.check(&self, at: "\(path).\(position + 1).member"))
        }
        return checked
    }
}

extension Choices where Value == Metric {
    static let distanceFunction = Choices([
        "COSINE": .cosine, "DOT_PRODUCT": .dotProduct, "EUCLIDEAN": .euclidean,
    ])
}

extension Choices where Value == SearchSchemaElement.Role {
    static let searchSchemaElementType = Choices([SearchSchemaElement.Role.hash, .inlineFilter])
}
