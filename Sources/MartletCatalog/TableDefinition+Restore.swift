// The definition of a restored table: that of its source, without what a restore leaves out (tags,
// policies, streams, time to live, point-in-time recovery, deletion protection), and with what the
// request says otherwise. It is checked as if it were asked of CreateTable.
//
// Order of the checks, which clients can see when two faults meet:
//
//    1  each index of an override, local, global, vector: the source has it as it is given
//    2  as for CreateTable

package import MartletModel
internal import MartletVectors

/// What a caller asks of a restore beside source and moment. nil: as the source has it; an empty
/// list: none.
public struct RestoreRequest: Hashable, Sendable {
    public var target: TableName
    public var localIndexes: [IndexRequest]?
    public var globalIndexes: [IndexRequest]?
    public var vectorIndexes: [VectorIndexRequest]?
    public var billing: BillingMode?
    public var provisioned: CapacityUnits?
    public var onDemand: PartialUnits?
    public var encryption: EncryptionRequest?

    public init(
        target: TableName, localIndexes: [IndexRequest]? = nil,
        globalIndexes: [IndexRequest]? = nil, vectorIndexes: [VectorIndexRequest]? = nil,
        billing: BillingMode? = nil, provisioned: CapacityUnits? = nil,
        onDemand: PartialUnits? = nil, encryption: EncryptionRequest? = nil
    ) {
        self.target = target
        self.localIndexes = localIndexes
        self.globalIndexes = globalIndexes
        self.vectorIndexes = vectorIndexes
        self.billing = billing
        self.provisioned = provisioned
        self.onDemand = onDemand
        self.encryption = encryption
    }
}

extension TableDefinition {
    /// The table that a restore of this one makes, not yet stored: without items, its indexes to be
    /// filled.
    ///
    /// - Parameters:
    ///   - id: names the new table's rows; never used before.
    ///   - makeIndexID: called once for each index, local ones first.
    package func restored(
        _ request: RestoreRequest, from origin: RestoreOrigin, id: UInt32, uuid: String,
        now: Timestamp, owner: ResourceOwner, makeIndexID: () -> UInt32
    ) throws(ValidationError) -> TableDefinition {
        var table = try TableDefinition(
            creating: try creationRequest(request), id: id, uuid: uuid, now: now, owner: owner,
            makeIndexID: makeIndexID)
        for position in table.indexes.indices { table.indexes[position].status = .creating }
        for position in table.vectorIndexes.indices {
            table.vectorIndexes[position].status = .creating
            table.vectorIndexes[position].isBackfilling = true
        }
        if request.encryption == nil { table.encryption = encryption }
        table.restored = origin
        return table
    }

    /// What CreateTable would have to be asked for.
    private func creationRequest(
        _ request: RestoreRequest
    ) throws(ValidationError) -> TableRequest {
        let billing = request.billing ?? self.billing
        let local = try chosen(
            localIndexes, request.localIndexes, "LocalSecondaryIndexOverride", billing)
        let global = try chosen(
            globalIndexes, request.globalIndexes, "GlobalSecondaryIndexOverride", billing)
        let vector = try chosenVectorIndexes(request.vectorIndexes)
        let names =
            key.attributes.map(\.name) + (local + global).flatMap { $0.keySchema.map(\.name) }
            + vector.flatMap { ($0.searchSchema ?? []).map(\.name) }
        return TableRequest(
            name: request.target,
            attributeDefinitions: attributeDefinitions.filter { names.contains($0.name) },
            keySchema: key.elements, localIndexes: local.isEmpty ? nil : local,
            globalIndexes: global.isEmpty ? nil : global,
            vectorIndexes: vector.isEmpty ? nil : vector, billing: billing,
            provisioned: request.provisioned ?? kept(throughput, under: billing),
            onDemand: request.onDemand ?? keptMaxima(throughput, under: billing),
            tableClass: tableClass, encryption: request.encryption)
    }

    /// Units go over only where both tables are billed by them.
    private func kept(_ settings: ThroughputSettings?, under billing: BillingMode) -> CapacityUnits?
    {
        billing == .provisioned && self.billing == .provisioned ? settings?.provisioned : nil
    }

    private func keptMaxima(
        _ settings: ThroughputSettings?, under billing: BillingMode
    ) -> PartialUnits? {
        guard billing == .payPerRequest, let maxima = settings?.onDemand else { return nil }
        return PartialUnits(
            read: maxima.read > 0 ? maxima.read : nil,
            write: maxima.write > 0 ? maxima.write : nil)
    }

    private func chosen(
        _ indexes: [IndexDefinition], _ override: [IndexRequest]?, _ member: StaticString,
        _ billing: BillingMode
    ) throws(ValidationError) -> [IndexRequest] {
        guard let override else { return indexes.map { request(for: $0, billing) } }
        var requests: [IndexRequest] = []
        for asked in override {
            guard let index = indexes.first(where: { $0.name == asked.name }),
                asked.keySchema == index.key.elements, asked.projection.means(index.projection)
            else { throw Self.mismatch(asked.name, member) }
            guard asked.warm == nil else {
                throw .invalid("WarmThroughput is not supported for index: \(asked.name)")
            }
            var request = request(for: index, billing)
            if let provisioned = asked.provisioned { request.provisioned = provisioned }
            if let onDemand = asked.onDemand { request.onDemand = onDemand }
            requests.append(request)
        }
        return requests
    }

    private func request(for index: IndexDefinition, _ billing: BillingMode) -> IndexRequest {
        IndexRequest(
            name: index.name, keySchema: index.key.elements,
            projection: ProjectionRequest(index.projection),
            provisioned: index.kind == .global ? kept(index.throughput, under: billing) : nil,
            onDemand: index.kind == .global ? keptMaxima(index.throughput, under: billing) : nil)
    }

    private func chosenVectorIndexes(
        _ override: [VectorIndexRequest]?
    ) throws(ValidationError) -> [VectorIndexRequest] {
        guard let override else { return vectorIndexes.map(VectorIndexRequest.init) }
        var requests: [VectorIndexRequest] = []
        for asked in override {
            guard let index = vectorIndex(named: asked.name) else {
                throw Self.mismatch(asked.name, "VectorIndexOverride")
            }
            let request = VectorIndexRequest(index)
            guard asked.attribute == request.attribute, asked.dimensions == request.dimensions,
                asked.distance == request.distance,
                (asked.searchSchema ?? []) == (request.searchSchema ?? []),
                asked.projection.means(index.projection)
            else { throw Self.mismatch(asked.name, "VectorIndexOverride") }
            requests.append(request)
        }
        return requests
    }

    private static func mismatch(_ name: Text, _ member: StaticString) -> ValidationError {
        .invalid("\(member) does not match an index of the source table for index: \(name)")
    }
}

extension KeySchema {
    fileprivate var elements: [KeySchemaElement] {
        hash.map { KeySchemaElement(name: $0.name, role: .hash) }
            + range.map { KeySchemaElement(name: $0.name, role: .range) }
    }
}

extension ProjectionRequest {
    fileprivate init(_ projection: Projection) {
        switch projection {
        case .all: self.init(kind: .all)
        case .keysOnly: self.init(kind: .keysOnly)
        case .include(let names): self.init(kind: .include, nonKeyAttributes: names)
        }
    }

    /// Whether this asks for what an index has; names may come in another order.
    fileprivate func means(_ projection: Projection) -> Bool {
        switch (kind, projection) {
        case (.all, .all), (.keysOnly, .keysOnly): nonKeyAttributes == nil
        case (.include, .include(let names)): Set(nonKeyAttributes ?? []) == Set(names)
        default: false
        }
    }
}

extension VectorIndexRequest {
    fileprivate init(_ index: VectorIndexDefinition) {
        var tuning = VectorTuning()
        tuning.m = index.parameters.m
        tuning.efConstruction = index.parameters.efConstruction
        tuning.codes = index.parameters.codes
        tuning.residence = index.parameters.residence
        tuning.metadata = index.metadata
        tuning.codeUse = index.codeUse
        let schema =
            (index.hash.map { [SearchSchemaElement(name: $0.name, role: .hash)] } ?? [])
            + index.filters.map { SearchSchemaElement(name: $0.name, role: .inlineFilter) }
        self.init(
            name: index.name, attribute: index.attribute, dimensions: index.dimensions,
            distance: index.distance, searchSchema: schema.isEmpty ? nil : schema,
            projection: ProjectionRequest(index.projection), tuning: tuning)
    }
}
