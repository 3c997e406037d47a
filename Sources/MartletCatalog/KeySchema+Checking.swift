// Key schemas as requests give them. Which of two faults is reported is the service's choice:
// definitions first, then the form.

internal import MartletModel

extension KeySchema {
    /// Checks and takes the key of a table or of a local index.
    init(
        single elements: [KeySchemaElement], definedBy definitions: [KeyAttribute]
    ) throws(ValidationError) {
        try Self.requireDefinitions(of: elements, in: definitions)
        try Self.requirePair(elements)
        self.init(elements, definitions)
    }

    /// Checks and takes the key of a global index: one to four HASH, then up to four RANGE.
    init(
        multiple elements: [KeySchemaElement], definedBy definitions: [KeyAttribute]
    ) throws(ValidationError) {
        try Self.requireDefinitions(of: elements, in: definitions)
        let roles = elements.map(\.role)
        if elements.count == 2, roles != [.hash, .hash] {
            try Self.requirePair(elements)
        } else {
            guard roles.first == .hash else { throw Self.firstIsNotHash }
            let hashCount = roles.prefix { $0 == .hash }.count
            guard !roles[hashCount...].contains(.hash) else {
                throw .invalid(
                    "All HASH key attributes must precede RANGE key attributes in the KeySchema")
            }
            for (role, count) in [("HASH", hashCount), ("RANGE", roles.count - hashCount)]
            where count > Limits.globalIndexKeyAttributes {
                throw .invalid(
                    "The KeySchema exceeds the maximum allowed number of \(role) key attributes")
            }
            guard Set(elements.map(\.name)).count == elements.count else {
                throw ValidationError(
                    "The KeySchema contains multiple key attributes with the same name")
            }
        }
        self.init(elements, definitions)
    }

    private static let firstIsNotHash = ValidationError(
        "Invalid KeySchema: The first KeySchemaElement is not a HASH key type")

    private static func requireDefinitions(
        of elements: [KeySchemaElement], in definitions: [KeyAttribute]
    ) throws(ValidationError) {
        for element in elements where !definitions.contains(where: { $0.name == element.name }) {
            let (keys, defined) = (elements.map(\.name).listed, definitions.map(\.name).listed)
            throw .invalid(
                "Some index key attributes are not defined in AttributeDefinitions. "
                    + "Keys: \(keys), AttributeDefinitions: \(defined)")
        }
    }

    private static func requirePair(_ elements: [KeySchemaElement]) throws(ValidationError) {
        if elements.count == 2, elements[0].name == elements[1].name {
            throw ValidationError(
                "Both the Hash Key and the Range Key element in the KeySchema have the same name")
        }
        guard elements.first?.role == .hash else { throw firstIsNotHash }
        guard elements.count < 2 || elements[1].role == .range else {
            throw ValidationError(
                "Invalid KeySchema: The second KeySchemaElement is not a RANGE key type")
        }
    }

    private init(_ elements: [KeySchemaElement], _ definitions: [KeyAttribute]) {
        func attributes(_ role: KeySchemaElement.Role) -> [KeyAttribute] {
            elements.filter { $0.role == role }.map { element in
                definitions.first { $0.name == element.name }!
            }
        }
        self.init(hash: attributes(.hash), range: attributes(.range))
    }
}

extension Projection {
    /// Checks and takes a projection.
    init(checking request: ProjectionRequest) throws(ValidationError) {
        guard let kind = request.kind else { throw .invalid("Unknown ProjectionType: null") }
        guard kind == .include else {
            guard request.nonKeyAttributes == nil else {
                throw .invalid(
                    "ProjectionType is \(kind.rawValue), but NonKeyAttributes is specified")
            }
            self = kind == .all ? .all : .keysOnly
            return
        }
        guard let names = request.nonKeyAttributes, !names.isEmpty else {
            throw .invalid("ProjectionType is INCLUDE, but NonKeyAttributes is not specified")
        }
        var seen: Set<Text> = []
        for name in names where !seen.insert(name).inserted {
            throw .invalid("Duplicate element in NonKeyAttributes: \(name)")
        }
        self = .include(names)
    }

    var includedCount: Int {
        if case .include(let names) = self { names.count } else { 0 }
    }
}

extension [KeyAttribute] {
    /// No attribute is defined twice.
    func requireDistinctNames() throws(ValidationError) {
        var seen: Set<Text> = []
        for attribute in self where !seen.insert(attribute.name).inserted {
            throw ValidationError("Attribute Name is duplicated: \(attribute.name)")
        }
    }
}
