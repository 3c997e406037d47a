public import MartletCatalog
internal import MartletEncoding
public import MartletExpressions
internal import MartletIndexes
internal import MartletKeyValue
public import MartletModel
internal import MartletVectors

/// SearchVectors: finds the items of a vector index that are nearest to a vector.
public struct SearchVectors: Sendable {
    public var table: TableName
    public var index: Text
    public var vector: [Float]
    /// How many items to find, in `SearchOptions.kRange`. Requests over the wire may ask for
    /// `Limits.searchResults`.
    public var topK: Int
    /// Equalities on attributes of the index's search schema.
    public var condition: SearchCondition?
    public var projection: ProjectionExpression?
    public var capacityReport: CapacityReport

    public init(
        table: TableName, index: Text, vector: [Float], topK: Int,
        condition: SearchCondition? = nil,
        projection: ProjectionExpression? = nil, capacityReport: CapacityReport = .none
    ) {
        self.table = table
        self.index = index
        self.vector = vector
        self.topK = topK
        self.condition = condition
        self.projection = projection
        self.capacityReport = capacityReport
    }

    public struct Match: Sendable {
        public var item: ReturnedItem
        /// A distance, or for DOT_PRODUCT the product itself; finite.
        public var score: Float

        public init(item: ReturnedItem, score: Float) {
            self.item = item
            self.score = score
        }
    }

    public struct Output: Sendable {
        /// Best first.
        public var matches: [Match]
        /// What the search counts as having read; nil when it was not asked for.
        public var requestBytes: Double?

        public init(matches: [Match], requestBytes: Double? = nil) {
            self.matches = matches
            self.requestBytes = requestBytes
        }
    }
}

extension SearchVectors: LongReadOperation {
    package func run(in context: ReadContext) throws(OperationError) -> Output {
        try run(in: context, within: .unlimited)!
    }

    package func run(
        in context: ReadContext, within budget: ReadBudget
    ) throws(OperationError) -> Output? {
        let allowed = SearchOptions.kRange
        guard allowed.contains(topK) else {
            throw .validation(
                "Provided TopK value '\(topK)' is out of valid range. The value must be between "
                    + "\(allowed.lowerBound) and \(allowed.upperBound) inclusive")
        }
        let table = try context.directory.table(table).definition
        let index = try table.searchableIndex(named: self.index)
        guard vector.count == index.dimensions else {
            throw .validation(
                "Input search vector dimension \(vector.count) does not match vector index "
                    + "dimension \(index.dimensions)")
        }
        let values = try index.searchedValues(of: condition)
        try table.checkPaths(of: projection)
        if topK > budget.keys { return nil }

        // Keys and distances are in the index; for more, the items are read.
        let isCovered =
            index.projection == .keysOnly && index.schema.isEmpty && projection == nil
            && capacityReport == .none
        let scorer = SearchScore(vector, index.distance)
        let search = VectorSearch(
            vector: vector, k: topK, values: values, scorer: isCovered ? scorer : nil)
        let found: [VectorMatch]
        do throws(StorageError) {
            found = try context.vectorIndexes.search(search, in: index) ?? []
        } catch {
            throw .storage(error)
        }
        if isCovered, let answer = coveredAnswer(found, table, scorer) { return answer }
        let records = try context.records(forKeys: found.map(\.rowKey))
        let views = records.compactMap { record in
            record.flatMap { VectorIndexView(of: $0, in: index, of: table, having: values) }
        }
        return answer(views, index, scorer)
    }

    /// An answer from what the index has. nil when a match's key is none of the table's.
    private func coveredAnswer(
        _ found: [VectorMatch], _ table: TableDefinition, _ scorer: SearchScore
    ) -> Output? {
        var output = Output(matches: [])
        output.matches.reserveCapacity(found.count)
        for match in found {
            guard let score = match.score, let item = table.keyAttributes(ofRow: match.rowKey)
            else { return nil }
            output.matches.append(Match(item: .item(item), score: score))
        }
        output.matches.sort { scorer.isBetter($0.score, than: $1.score) }
        var bytesLeft = Limits.searchBytes
        let end = output.matches.firstIndex {
            bytesLeft -= $0.item.sizeBytes
            return bytesLeft < 0
        }
        if let end { output.matches.removeSubrange(end...) }
        return output
    }

    /// Scores the items as they are now, which may have changed since they were found.
    private func answer(
        _ views: [VectorIndexView], _ index: VectorIndexDefinition, _ scorer: SearchScore
    ) -> Output {
        let scored = views.map { ($0, score: scorer.score(of: $0.vector)) }
            .sorted { scorer.isBetter($0.score, than: $1.score) }
        var output = Output(matches: [])
        output.matches.reserveCapacity(scored.count)
        var bytesLeft = Limits.searchBytes
        var capacity = SearchCapacity(dimensions: index.dimensions)
        for (view, score) in scored {
            let item = view.returned(through: projection)
            bytesLeft -= item.sizeBytes
            if bytesLeft < 0 { break }
            output.matches.append(Match(item: item, score: score))
            if capacityReport != .none {
                capacity.add(view, returnsVector: item.hasAttribute(named: index.attribute))
            }
        }
        if capacityReport != .none { output.requestBytes = capacity.requestBytes }
        return output
    }
}

/// How the service counts a search, as far as others have found out by measuring: it gives no rule,
/// and repeats not even its own figures. A search counts a share of the index that depends on the
/// dimensions alone, and what it returns, before any projection.
private struct SearchCapacity {
    private static let minimumBytes = 1024.0
    private static let bytesPerDimension = 30.6875
    private static let bytesPerMatch = 65

    private let dimensions: Int
    private var returnedBytes = 0

    init(dimensions: Int) { self.dimensions = dimensions }

    mutating func add(_ view: VectorIndexView, returnsVector: Bool) {
        returnedBytes += Self.bytesPerMatch + view.attributes.sizeBytes
        if returnsVector { returnedBytes += VectorView.bytesPerDimension * dimensions }
    }

    var requestBytes: Double {
        max(
            Self.minimumBytes,
            Self.bytesPerDimension * Double(dimensions) + Double(returnedBytes))
    }
}
