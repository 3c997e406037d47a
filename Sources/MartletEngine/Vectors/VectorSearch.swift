internal import MartletIndexes
internal import MartletModel
internal import MartletVectors

/// What is asked of a vector index.
struct VectorSearch: Sendable {
    /// As many elements as the index has dimensions, all finite.
    var vector: [Float]
    /// How many matches at most: in `SearchOptions.kRange`.
    var k: Int
    /// What an item must have, in the order of the index's `schema` (HASH first); nil where anything
    /// will do. Empty when anything will do everywhere.
    var values: [AttributeValue?] = []
    /// What metadata must be like. Only for an index that keeps them.
    var filter: MetadataFilter?
    /// Candidates of the walk; nil for what gives good recall.
    var ef: Int?
    /// Compares with every vector instead of walking the graph.
    var isExact = false
    /// What scores matches, when they are to bring their scores along.
    var scorer: SearchScore?

    /// Whether anything is asked of the schema's attributes.
    var isFiltered: Bool { values.contains { $0 != nil } }
}

/// How a search was carried out.
package struct VectorSearchReport: Sendable, Equatable {
    /// The graph was walked; otherwise all that may match was compared.
    package var usedGraph = false
    /// The query was compared with codes before it was with vectors.
    package var readCodes = false
    /// How many times the query was compared with a vector or its code.
    package var comparedCount = 0

    package init() {}

    mutating func add(_ report: SearchReport) {
        usedGraph = usedGraph || report.method == .graph
        readCodes = readCodes || report.readCodes
        comparedCount += report.scoredCount
    }
}

/// An item that a search found.
struct VectorMatch: Sendable, Equatable {
    /// Of the item in its table.
    let rowKey: [UInt8]
    /// As the index's metric says: smaller is closer.
    let distance: Float
    /// Of the vector as the index keeps it; nil when the search did not want scores.
    var score: Float?
}

/// The best matches so far. Of equal distances the smaller key is better, so that the same question
/// has the same answer.
struct BestMatches {
    private let limit: Int
    /// Best first.
    private(set) var matches: [VectorMatch] = []

    init(limit: Int) {
        self.limit = limit
        matches.reserveCapacity(min(limit, 128))
    }

    /// Whether a match at this distance may be among the best: ties are decided by `insert`.
    func admits(_ distance: Float) -> Bool {
        matches.count < limit || (limit > 0 && distance <= matches[matches.count - 1].distance)
    }

    /// Whether nothing that is at this distance or further can come to be among the best.
    func isSettled(upTo distance: Float) -> Bool {
        matches.count == limit && matches[limit - 1].distance <= distance
    }

    mutating func insert(_ match: VectorMatch) {
        guard admits(match.distance) else { return }
        // Nearly always behind most of them, and there are a hundred at most.
        var place = matches.count
        while place > 0, match.isBetter(than: matches[place - 1]) { place -= 1 }
        if place == limit { return }
        if matches.count == limit { matches.removeLast() }
        matches.insert(match, at: place)
    }
}

extension VectorMatch {
    func isBetter(than other: VectorMatch) -> Bool {
        if distance != other.distance { return distance < other.distance }
        return rowKey.lexicographicallyPrecedes(other.rowKey)
    }
}
