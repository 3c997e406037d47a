// Vector indexes without an engine: a test writes items and journal lines as the write path does,
// publishes changes as the commit thread does, and compares searches with a dictionary.

import Glibc
import MartletCatalog
import MartletEncoding
import MartletIndexes
import MartletKeyValue
import MartletModel
import MartletTestBasics
import MartletTestSupport
import MartletThreads
import MartletVectors
import Testing

@testable import MartletEngine

/// What the test knows of an item.
struct KnownItem: Equatable {
    var vector: [Float]
    var tenant: String
    var color: Int?

    /// For an index that keeps metadata.
    var metadata: AttributeMap {
        var map: AttributeMap = ["tenant": .text(tenant), "long": .text(long)]
        map["color"] = color.map { .integer($0) }
        return map
    }

    /// Too long to be kept in columns.
    private var long: String { String(repeating: tenant, count: 60) }

    static func random(_ random: inout SeededRandom, dimensions: Int) -> KnownItem {
        KnownItem(
            vector: (0..<dimensions).map { _ in Float(random.number(-20...20)) / 4 },
            tenant: "t\(random.below(4))",
            color: random.chance(1, in: 4) ? nil : random.below(random.chance(1, in: 3) ? 40 : 3))
    }
}

/// One process's time with the database: one thread writes, any may search.
final class VectorFixture {
    static let dimensions = 6

    let store: any KeyValueStore
    let folder: String?
    let table: TableDefinition
    let indexes: VectorIndexes
    let committer: Committer
    let directory: TableDirectory
    let logged = Collected<String>()
    var items: [String: KnownItem] = [:]
    private var nextSequence: UInt64

    var index: VectorIndexDefinition { table.vectorIndexes[0] }
    var live: LiveVectorIndex { indexes[index.id]! }

    static func table(_ metric: Metric, metadata: Text? = nil) -> TableDefinition {
        let hash = KeyAttribute(name: "tenant", type: .string)
        let color = KeyAttribute(name: "color", type: .number)
        let index = VectorIndexDefinition(
            name: "near", id: 2, attribute: "v",
            parameters: VectorParameters(dimensions: dimensions, metric: metric, m: 4),
            hash: hash, filters: [color], metadata: metadata)
        return TableDefinition(
            name: "Tab", id: 1, uuid: "u", created: Timestamp(secondsSince1970: 1),
            attributeDefinitions: [KeyAttribute(name: "pk", type: .string), hash, color],
            key: KeySchema(hash: [KeyAttribute(name: "pk", type: .string)]),
            vectorIndexes: [index])
    }

    init(
        _ store: any KeyValueStore, folder: String? = nil, metric: Metric = .euclidean,
        items: [String: KnownItem] = [:], journalLimit: Int = 10_000, metadata: Text? = nil
    ) throws {
        self.store = store
        self.folder = folder
        self.items = items
        table = Self.table(metric, metadata: metadata)
        var batch = WriteBatch()
        batch.put(CatalogKey.table(table.name), table.record.bytes)
        try store.commit(batch, .sync)
        nextSequence =
            try store.value(forKey: VectorJournal.nextSequenceKey).map {
                try VectorJournal.decodeNextSequence($0)
            } ?? VectorJournal.firstSequence
        directory = TableDirectory(tables: [table.name: Table(table)], nextID: 3)
        var options = EngineOptions()
        let logged = logged
        options.log = { logged.append($0) }
        options.vectorJournalLimit = journalLimit
        indexes = try VectorIndexes(
            store: store, directory: directory, options: options, folder: folder)
        committer = Committer(
            store: store, directory: directory, options: options,
            catalogueChanged: ThreadSemaphore())
        indexes.start(with: committer)
    }

    func close() {
        committer.stop()
        indexes.close()
    }

    func rowKey(_ name: String) -> [UInt8] {
        table.rowKey(PrimaryKey(hash: .string(Text(name))))
    }

    /// Changes items as one group.
    func write(_ changes: [(name: String, item: KnownItem?)]) throws {
        var batch = WriteBatch()
        var published: [VectorChange] = []
        for (name, item) in changes {
            let key = rowKey(name)
            items[name] = item
            if let item {
                var attributes: Item = ["pk": .string(Text(name)), "tenant": .text(item.tenant)]
                attributes["v"] = .list(
                    try item.vector.map { .number(try DecimalNumber(parsing: "\($0)")) })
                if let color = item.color { attributes["color"] = .integer(color) }
                if let name = index.metadata { attributes[name] = .map(item.metadata) }
                batch.put(key, ItemRecord(attributes).bytes)
            } else {
                batch.delete(key)
            }
            batch.put(VectorJournal.key(index.id, nextSequence), key)
            published.append(
                VectorChange(
                    indexID: index.id, sequence: nextSequence, rowKey: key,
                    entry: item.map { item in
                        var entry = VectorEntry(
                            vector: item.vector, hash: .text(item.tenant),
                            filters: [item.color.map { .integer($0) }])
                        if index.metadata != nil { entry.metadata = item.metadata }
                        return entry
                    }))
            nextSequence += 1
        }
        batch.put(
            VectorJournal.nextSequenceKey, VectorJournal.encode(nextSequence: nextSequence))
        try store.commit(batch, .sync)
        indexes.publish(published, directory)
    }

    func search(
        _ vector: [Float], k: Int, tenant: String? = nil, color: Int? = nil
    ) throws -> [VectorMatch] {
        let search = VectorSearch(
            vector: vector, k: k, values: [tenant.map { .text($0) }, color.map { .integer($0) }],
            isExact: true)
        return try indexes.search(search, in: index)!
    }

    /// Exact matches of a filter on metadata, as names.
    func names(_ vector: [Float], k: Int, _ filter: MetadataFilter) throws -> Set<String> {
        let search = VectorSearch(
            vector: vector, k: k, values: [nil, nil], filter: filter, isExact: true)
        let keys = Set(try indexes.search(search, in: index)!.map(\.rowKey))
        return Set(items.keys.filter { keys.contains(rowKey($0)) })
    }

    /// What is wrong with the answer to a search; nil when it is right.
    func fault(
        _ vector: [Float], k: Int, tenant: String? = nil, color: Int? = nil
    ) throws -> String? {
        let found = try search(vector, k: k, tenant: tenant, color: color)
        let fitting = items.filter { _, item in
            (tenant == nil || item.tenant == tenant) && (color == nil || item.color == color)
        }
        let metric = index.distance
        let expected = fitting.values.map { metric.plainDistance(vector, $0.vector) }.sorted()
            .prefix(k)
        guard found.count == expected.count else {
            return "\(found.count) matches of \(expected.count)"
        }
        if Set(found.map(\.rowKey)).count != found.count { return "a match appears twice" }
        let byKey = Dictionary(uniqueKeysWithValues: fitting.map { (rowKey($0.key), $0.value) })
        for (match, distance) in zip(found, expected) {
            guard let item = byKey[match.rowKey] else { return "an item that does not fit" }
            let own = metric.plainDistance(vector, item.vector)
            if abs(match.distance - own) > 1e-4 { return "distance \(match.distance), not \(own)" }
            if abs(match.distance - distance) > 1e-4 { return "a closer item is missing" }
        }
        return nil
    }

    /// Waits until nothing is pending.
    func settle() {
        for _ in 0..<10_000 where live.hasWork { usleep(1000) }
    }
}

extension Metric {
    func plainDistance(_ a: [Float], _ b: [Float]) -> Float {
        let pairs = zip(a, b).map { (Double($0), Double($1)) }
        let dot = pairs.reduce(0) { $0 + $1.0 * $1.1 }
        switch self {
        case .cosine:
            let norms = pairs.reduce((0, 0)) { ($0.0 + $1.0 * $1.0, $0.1 + $1.1 * $1.1) }
            return norms.0 == 0 || norms.1 == 0
                ? 1 : Float(1 - dot / (norms.0 * norms.1).squareRoot())
        case .euclidean:
            let sum = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
            return Float(sum.squareRoot())
        case .dotProduct: return Float(-dot)
        }
    }
}
