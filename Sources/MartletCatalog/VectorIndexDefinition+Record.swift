// A vector index within its table's record (`TableDefinition+Record.swift`):
//
//   { name S, id N, attribute S, dimensions N, distance S, hash S?, filters L of S, projection S,
//     include L?, metadata S?, status S, backfilling BOOL, m N, efConstruction N, codes S,
//     residence S, codeUse S? }
//
// Spec: docs/format/catalog.md.

internal import MartletEncoding
internal import MartletModel
internal import MartletVectors

extension VectorIndexDefinition {
    var storedValue: AttributeValue {
        var members: AttributeMap = [
            "name": .string(name), "id": .count(Int(id)), "attribute": .string(attribute),
            "dimensions": .count(dimensions), "distance": .text(distance.protocolName),
            "filters": .names(filters), "status": .text(status.rawValue),
            "backfilling": .bool(isBackfilling), "m": .count(parameters.m),
            "efConstruction": .count(parameters.efConstruction),
            "codes": .text(parameters.codes.storedName),
            "residence": .text(parameters.residence.storedName),
        ]
        members["hash"] = hash.map { .string($0.name) }
        members["metadata"] = metadata.map { .string($0) }
        if codeUse != .large { members["codeUse"] = .text(codeUse.storedName) }
        projection.store(in: &members)
        return .map(members)
    }

    init(
        stored value: AttributeValue, _ definitions: [KeyAttribute]
    ) throws(CorruptRecord) {
        var reader = try DefinitionReader(value, "vector index")
        guard let distance = Metric(protocolName: try reader.text("distance")),
            let codes = CodeKind(storedName: try reader.text("codes")),
            let residence = VectorResidence(storedName: try reader.text("residence"))
        else { throw CorruptRecord("vector index: unknown choice") }
        let parameters = VectorParameters(
            dimensions: try reader.integer("dimensions"), metric: distance,
            m: try reader.integer("m"), efConstruction: try reader.integer("efConstruction"),
            codes: codes, residence: residence)
        do throws(VectorError) {
            try parameters.check()
        } catch {
            throw CorruptRecord("vector index: parameters")
        }
        var hash: KeyAttribute?
        if let name = try reader.optionalText("hash") {
            hash = try definitions.named([Text(name)])[0]
        }
        var codeUse = CodeUse.large
        if let name = try reader.optionalText("codeUse") {
            guard let use = CodeUse(storedName: name) else {
                throw CorruptRecord("vector index: unknown choice")
            }
            codeUse = use
        }
        self.init(
            name: Text(try reader.text("name")), id: try reader.id("id"),
            attribute: Text(try reader.text("attribute")), parameters: parameters, hash: hash,
            filters: try definitions.named(reader.texts("filters")),
            projection: try Projection(stored: &reader),
            metadata: try reader.optionalText("metadata").map { Text($0) }, codeUse: codeUse,
            status: try reader.choice("status"),
            isBackfilling: try reader.flag("backfilling"))
        try reader.finish()
    }
}

extension CodeKind {
    fileprivate var storedName: String {
        switch self {
        case .none: "none"
        case .int8: "int8"
        case .int4: "int4"
        }
    }

    fileprivate init?(storedName name: String) {
        guard let kind = Self.allCases.first(where: { $0.storedName == name }) else { return nil }
        self = kind
    }
}

extension CodeUse {
    fileprivate var storedName: String {
        switch self {
        case .never: "never"
        case .large: "large"
        case .always: "always"
        }
    }

    fileprivate init?(storedName name: String) {
        guard let use = Self.allCases.first(where: { $0.storedName == name }) else { return nil }
        self = use
    }
}

extension VectorResidence {
    fileprivate var storedName: String {
        switch self {
        case .memory: "memory"
        case .mappedVectors: "mappedVectors"
        case .mapped: "mapped"
        }
    }

    fileprivate init?(storedName name: String) {
        guard let residence = Self.allCases.first(where: { $0.storedName == name }) else {
            return nil
        }
        self = residence
    }
}
