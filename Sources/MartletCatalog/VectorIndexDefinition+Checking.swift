// Vector indexes as CreateTable and UpdateTable ask for them. What needs no table comes first:
//
//    1  the search schema: HASH elements, filters, names given twice
//    2  dimensions
//    3  definitions: every element of the search schema has one, the vector attribute none
//    4  projection
//
// and then what depends on the table's other indexes: names, dimensions of a shared attribute.

internal import MartletModel
internal import MartletVectors

extension VectorIndexRequest {
    /// Checks what can be said without the table and takes the index; its id is given later.
    func definition(_ definitions: [KeyAttribute]) throws(ValidationError) -> VectorIndexDefinition
    {
        let schema = searchSchema ?? []
        let filters = schema.filter { $0.role == .inlineFilter }
        try Self.require(schema.count - filters.count, "HASH", atMost: Limits.searchSchemaHashes)
        try Self.require(filters.count, "INLINE_FILTER", atMost: Limits.searchSchemaFilters)
        guard Set(schema.map(\.name)).count == schema.count else {
            throw .invalid("SearchSchema contains a duplicate AttributeName")
        }
        let dimensionsRange = Limits.vectorDimensions
        guard dimensionsRange.contains(dimensions) else {
            throw .invalid(
                "Number of dimensions must be between \(dimensionsRange.lowerBound) and "
                    + "\(dimensionsRange.upperBound) inclusive.")
        }
        func attribute(_ element: SearchSchemaElement) throws(ValidationError) -> KeyAttribute {
            guard let attribute = definitions.first(where: { $0.name == element.name }) else {
                throw .invalid(
                    "One element in SearchSchema is not defined in attribute definitions")
            }
            return attribute
        }
        var hash: KeyAttribute?
        var filterAttributes: [KeyAttribute] = []
        for element in schema {
            switch element.role {
            case .hash: hash = try attribute(element)
            case .inlineFilter: filterAttributes.append(try attribute(element))
            }
        }
        guard !definitions.contains(where: { $0.name == self.attribute }) else {
            throw VectorIndexDefinition.isDefined(self.attribute)
        }
        var parameters = VectorParameters(dimensions: dimensions, metric: distance)
        parameters.m = tuning.m
        parameters.efConstruction = tuning.efConstruction
        parameters.codes = tuning.codes
        parameters.residence = tuning.residence
        do throws(VectorError) {
            try parameters.check()
        } catch {
            // Only a program that embeds the database can say these.
            guard case .invalidParameter(let name, let allowed) = error else {
                preconditionFailure("parameters are too large or too small, nothing else")
            }
            throw ValidationError("\(name) of a vector index must be in \(allowed)")
        }
        return VectorIndexDefinition(
            name: name, id: 0, attribute: self.attribute, parameters: parameters, hash: hash,
            filters: filterAttributes, projection: try Projection(checking: projection),
            metadata: tuning.metadata, codeUse: tuning.codeUse)
    }

    private static func require(
        _ count: Int, _ role: String, atMost limit: Int
    ) throws(ValidationError) {
        guard count > limit else { return }
        throw .invalid(
            "Value '\(count)' at 'SearchSchema' failed to satisfy constraint: "
                + "Member must have \(role) count less than or equal to \(limit)")
    }
}

extension VectorIndexDefinition {
    static let needsRequestBilling = ValidationError.invalid(
        "Vector indexes are only supported for PAY_PER_REQUEST tables")

    /// The attribute has a definition, as those of keys have, so it cannot hold vectors.
    static func isDefined(_ attribute: Text) -> ValidationError {
        .invalid(
            "Conflicting attribute definition for '\(attribute)'. An attribute cannot be defined in "
                + "AttributeDefinitions when used as a VectorAttribute.")
    }

    /// Indexes on one attribute agree on its dimensions.
    func requireAgreement(with others: [VectorIndexDefinition]) throws(ValidationError) {
        guard others.allSatisfy({ $0.attribute != attribute || $0.dimensions == dimensions }) else {
            throw .invalid(
                "Conflicting attribute definition for '\(attribute)'. All VectorIndexes on the same "
                    + "vector attribute must use the same dimensions.")
        }
    }
}

extension [VectorIndexRequest] {
    /// The vector indexes of a new table; ids are given later.
    func definitions(
        _ attributes: [KeyAttribute], billing: BillingMode, names: inout Set<Text>
    ) throws(ValidationError) -> [VectorIndexDefinition] {
        guard billing == .payPerRequest else { throw VectorIndexDefinition.needsRequestBilling }
        guard count <= Limits.vectorIndexes else {
            throw .invalid(
                "VectorIndex count exceeds the per-table limit of \(Limits.vectorIndexes)")
        }
        var indexes: [VectorIndexDefinition] = []
        for request in self {
            let index = try request.definition(attributes)
            try index.requireAgreement(with: indexes)
            guard names.insert(index.name).inserted else {
                throw .invalid("Duplicate index name: \(index.name)")
            }
            indexes.append(index)
        }
        return indexes
    }
}
