public import MartletModel
public import MartletVectors

/// A vector index as the catalogue keeps it.
public struct VectorIndexDefinition: Hashable, Sendable {
    public var name: Text
    /// Names the index's rows and files; drawn from the tables' sequence and never used again.
    public var id: UInt32
    /// The attribute that holds the vectors: a list of numbers.
    public var attribute: Text
    public var parameters: VectorParameters
    /// The HASH element of the search schema: every search names a value of it.
    public var hash: KeyAttribute?
    /// The INLINE_FILTER elements of the search schema, in their order.
    public var filters: [KeyAttribute]
    public var projection: Projection
    public var status: IndexDefinition.Status
    /// An attribute whose map's fields searches may be filtered by; nil for none. Only a program
    /// that embeds the database can ask for it.
    public var metadata: Text?
    /// When searches walk on codes. Only a program that embeds the database can change it.
    public var codeUse: CodeUse
    /// Items that were there before the index are being added.
    public var isBackfilling: Bool

    package init(
        name: Text, id: UInt32, attribute: Text, parameters: VectorParameters,
        hash: KeyAttribute? = nil, filters: [KeyAttribute] = [], projection: Projection = .all,
        metadata: Text? = nil, codeUse: CodeUse = .large,
        status: IndexDefinition.Status = .active, isBackfilling: Bool = false
    ) {
        self.name = name
        self.id = id
        self.attribute = attribute
        self.parameters = parameters
        self.hash = hash
        self.filters = filters
        self.projection = projection
        self.metadata = metadata
        self.codeUse = codeUse
        self.status = status
        self.isBackfilling = isBackfilling
    }

    public var dimensions: Int { parameters.dimensions }
    public var distance: Metric { parameters.metric }

    /// The search schema's attributes, HASH first.
    public var schema: [KeyAttribute] { (hash.map { [$0] } ?? []) + filters }

    /// Whether searches of the index may name the attribute.
    package func searches(_ name: Text) -> Bool {
        hash?.name == name || filters.contains { $0.name == name }
    }
}

extension Metric {
    /// As `DistanceFunction` names it.
    package var protocolName: String {
        switch self {
        case .cosine: "COSINE"
        case .euclidean: "EUCLIDEAN"
        case .dotProduct: "DOT_PRODUCT"
        }
    }

    package init?(protocolName name: String) {
        guard let metric = Self.allCases.first(where: { $0.protocolName == name }) else {
            return nil
        }
        self = metric
    }
}
