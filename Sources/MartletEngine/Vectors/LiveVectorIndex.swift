internal import MartletCatalog
internal import MartletEncoding
internal import MartletIndexes
internal import MartletKeyValue
internal import MartletModel
internal import MartletVectors

final class LiveVectorIndex: Sendable {
    let definition: VectorIndexDefinition
    let tableID: UInt32
    let store: any KeyValueStore

    init(
        _ definition: VectorIndexDefinition, of table: TableDefinition, store: any KeyValueStore
    ) {
        self.definition = definition
        tableID = table.id
        self.store = store
    }

    func search(_ search: VectorSearch) throws(StorageError) -> [VectorMatch] {
        var best = BestMatches(limit: search.k)
        let scorer = ExactScorer(search.vector, definition.distance)
        let cursor = try store.cursor(
            over: .prefix(OrderedKey.tablePrefix(.item, tableID)), .forward)
        while let (key, value) = try cursor.next() {
            let record = try ItemRecord(stored: value)
            guard let entry = VectorEntry(read: record, for: definition), entry.has(search.values)
            else { continue }
            let distance = scorer.distance(to: entry.vector)
            if best.admits(distance) {
                best.insert(VectorMatch(rowKey: key, distance: distance))
            }
        }
        return best.matches
    }
}

extension VectorEntry {
    /// Whether it has what a search asks of the schema's attributes.
    func has(_ values: [AttributeValue?]) -> Bool {
        guard !values.isEmpty else { return true }
        var values = values[...]
        if values.count > filters.count, let asked = values.removeFirst(), asked != hash {
            return false
        }
        return zip(values, filters).allSatisfy { asked, value in asked == nil || asked == value }
    }
}

/// Distances between a query and one vector after another.
struct ExactScorer {
    private let query: [Float]
    private let metric: Metric
    private let queryNorm: Float

    init(_ query: [Float], _ metric: Metric) {
        self.query = query
        self.metric = metric
        queryNorm = query.reduce(0) { $0 + $1 * $1 }.squareRoot()
    }

    func distance(to vector: [Float]) -> Float {
        var (dot, norm, difference) = (Float(0), Float(0), Float(0))
        for (a, b) in zip(query, vector) {
            dot += a * b
            norm += b * b
            difference += (a - b) * (a - b)
        }
        switch metric {
        case .cosine:
            if queryNorm == 0 || norm == 0 { return 1 }
            return 1 - dot / (queryNorm * norm.squareRoot())
        case .euclidean: return difference.squareRoot()
        case .dotProduct: return -dot
        }
    }
}
extension VectorEntry {
    fileprivate init?(read item: ItemRecord, for index: VectorIndexDefinition) {
        guard case .list(let elements)? = item.value(named: index.attribute),
            elements.count == index.dimensions
        else { return nil }
        self.init(vector: [])
        for element in elements {
            guard case .number(let number) = element, let value = Float(number.description),
                value.isFinite
            else { return nil }
            vector.append(value)
        }
        if let attribute = index.hash {
            hash = item.value(named: attribute.name)
            guard let hash, attribute.type.matches(hash) else { return nil }
        }
        filters = index.filters.map { item.value(named: $0.name) }
    }
}
