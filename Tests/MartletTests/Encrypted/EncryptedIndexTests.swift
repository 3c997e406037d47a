import Martlet
import MartletTestBasics
import Synchronization
import Testing

@Suite("Encrypted indexes") struct EncryptedIndexTests {
    private let key = EncryptionKey.random()

    /// Distances in double precision.
    private func distance(_ left: [Float], _ right: [Float], _ metric: EncryptedMetric) -> Double {
        let pairs = zip(left.map(Double.init), right.map(Double.init))
        let squares = pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        let product = pairs.reduce(0) { $0 + $1.0 * $1.1 }
        func length(_ vector: [Float]) -> Double {
            vector.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot()
        }
        return switch metric {
        case .euclidean: squares.squareRoot()
        case .squaredEuclidean: squares
        case .dotProduct: -product
        case .cosine:
            length(left) * length(right) == 0 ? 1 : 1 - product / (length(left) * length(right))
        }
    }

    @Test(
        "holds what a dictionary would, through random changes and reopenings",
        arguments: EncryptedMetric.allCases)
    func asDictionary(_ metric: EncryptedMetric) throws {
        var random = SeededRandom(
            seed: testSetting("MARTLET_TEST_SEED") ?? 40 + UInt64(metric.rawValue))
        let folder = try EncryptedFolder()
        var client = try EncryptedClient(path: folder.path)
        var index = try client.createIndex("model", key: key, metric: metric)
        #expect(try index.dimension() == nil && index.query([1, 2], topK: 5).isEmpty)
        var model: [EncryptedID: EncryptedRow] = [:]
        var version: UInt64 = 0
        for round in 0..<60 {
            var rows: [EncryptedRow] = []
            for _ in 0..<random.number(1...12) {
                let number = random.below(60)
                let id: EncryptedID =
                    random.chance(1, in: 2) ? .int(Int64(number)) : .string("\(number)")
                var row = EncryptedRow(id: id, vector: randomVector(6, &random))
                if random.chance(1, in: 2) {
                    row.contents = [UInt8](repeating: UInt8(number), count: random.below(3000))
                }
                if random.chance(2, in: 3) {
                    row.metadata = ["group": .number(.init(random.below(3)))]
                }
                rows.append(row)
                model[id] = row
            }
            try index.upsert(rows)
            if random.chance(1, in: 3) {
                let gone = (0..<5).map { _ in EncryptedID.int(Int64(random.below(60))) }
                try index.delete(gone)
                for id in gone { model[id] = nil }
            }
            if random.chance(1, in: 8) {
                version = try index.version()
                if random.chance(1, in: 2) {
                    try client.close()
                    client = try EncryptedClient(path: folder.path)
                } else {
                    try index.close()
                }
                index = try client.loadIndex("model", key: key, atLeastVersion: version)
            }
            #expect(try index.count() == model.count, "\(random)")
            #expect(try Set(index.ids()) == Set(model.keys), "\(random)")
            let ids = Array(Set(rows.map(\.id))) + [.string("never")]
            #expect(try index.get(ids) == ids.compactMap { model[$0] }, "\(random)")
            #expect(
                try index.contents(of: ids) == ids.map { model[$0]?.contents ?? [] }, "\(random)")

            let query = randomVector(6, &random)
            let group = random.below(3)
            let isFiltered = round % 2 == 0
            let matching = model.values.filter { row in
                !isFiltered || row.metadata?["group"] == .number(.init(group))
            }
            let expected = matching.map { distance($0.vector, query, metric) }.sorted().prefix(9)
            let found = try index.query(
                query, topK: 9,
                filter: isFiltered ? MetadataField("group") == .number(.init(group)) : nil)
            #expect(found.count == expected.count, "\(random)")
            for (match, distance) in zip(found, expected) {
                #expect(abs(match.distance - distance) < 1e-5, "\(random)")
                #expect(match.metadata == model[match.id]?.metadata, "\(random)")
            }
        }
        try client.close()
    }

    @Test("a number and its decimal text are different ids")
    func ids() throws {
        let index = try EncryptedClient.inMemory().createIndex("ids", key: key)
        try index.upsert([
            EncryptedRow(id: 7, vector: [1, 0]), EncryptedRow(id: "7", vector: [0, 1]),
            EncryptedRow(id: "", vector: [1, 1]), EncryptedRow(id: .int(.min), vector: [2, 2]),
        ])
        #expect(try Set(index.ids()) == [7, "7", "", .int(.min)])
        #expect(try index.get([7]).map(\.vector) == [[1, 0]])
        try index.delete(["7"])
        #expect(try Set(index.ids()) == [7, "", .int(.min)])
    }

    @Test("a batch is all or nothing, and of an id that is there twice the last row stays")
    func batches() throws {
        let index = try EncryptedClient.inMemory().createIndex("batch", key: key, dimension: 2)
        #expect(throws: EncryptedIndexError.dimensionMismatch(expected: 2, actual: 3)) {
            try index.upsert([
                EncryptedRow(id: 1, vector: [1, 2]), EncryptedRow(id: 2, vector: [1, 2, 3]),
            ])
        }
        for bad in [Float.nan, .infinity] {
            #expect(throws: EncryptedIndexError.notFinite) {
                try index.upsert([
                    EncryptedRow(id: 1, vector: [1, 2]), EncryptedRow(id: 2, vector: [1, bad]),
                ])
            }
            #expect(throws: EncryptedIndexError.notFinite) { try index.query([bad, 1]) }
        }
        #expect(try index.count() == 0)
        try index.upsert([])
        try index.upsert([
            EncryptedRow(id: 1, vector: [1, 2], contents: [1], metadata: ["a": 1]),
            EncryptedRow(id: 1, vector: [3, 4]),
        ])
        #expect(try index.get([1]) == [EncryptedRow(id: 1, vector: [3, 4])])
        #expect(try index.query([3, 4], topK: 0).isEmpty)
        #expect(throws: EncryptedIndexError.self) { try index.query([3, 4], topK: -1) }
    }

    @Test("rows that lie one behind the other are written as rows are")
    func flatRows() throws {
        let index = try EncryptedClient.inMemory().createIndex("flat", key: key)
        let numbers: [Float] = [1, 2, 3, 4, 5, 6]
        try numbers.withUnsafeBufferPointer {
            try index.upsert([1, 2, 3], rows: $0, contents: [[1], [], [3]])
        }
        #expect(
            try index.get([3, 1]) == [
                EncryptedRow(id: 3, vector: [5, 6], contents: [3]),
                EncryptedRow(id: 1, vector: [1, 2], contents: [1]),
            ])
        numbers.withUnsafeBufferPointer { numbers in
            #expect(throws: EncryptedIndexError.self) { try index.upsert([1, 2], rows: numbers) }
            #expect(throws: EncryptedIndexError.self) {
                try index.upsert([1, 2, 3], rows: numbers, contents: [[1]])
            }
        }
    }

    @Test("a graph that was stored sealed is searched as it was, and made again when damaged")
    func sealedGraph() throws {
        var random = SeededRandom(seed: 3)
        let folder = try EncryptedFolder()
        let written = Lines()
        var client = try EncryptedClient(path: folder.path) { written.append($0) }
        var index = try client.createIndex("graph", key: key, dimension: 16)
        let rows = (0..<4000).map {
            EncryptedRow(id: .int($0), vector: randomVector(16, &random))
        }
        try index.upsert(rows)
        try index.train()
        #expect(try index.isTrained())
        let queries = (0..<20).map { _ in randomVector(16, &random) }
        let expected = try index.queryMany(queries, topK: 10, isExact: true)
        try client.close()
        #expect(written.all.isEmpty, "\(written.all)")
        let graph = folder.graphFolder + "/graph"
        let sealed = try bytes(ofFile: graph)

        func check(isLogged: Bool) throws {
            let lines = Lines()
            client = try EncryptedClient(path: folder.path) { lines.append($0) }
            index = try client.loadIndex("graph", key: key)
            #expect(try index.queryMany(queries, topK: 10, isExact: true) == expected)
            let found = try index.queryMany(queries, topK: 10)
            let hits = zip(found, expected).reduce(0) { sum, pair in
                sum + Set(pair.0.map(\.id)).intersection(pair.1.map(\.id)).count
            }
            #expect(hits > 185)
            #expect(lines.all.isEmpty != isLogged, "\(lines.all)")
            try client.close()
        }
        try check(isLogged: false)
        for place in [0, 9, 13, 20, 50, 60, 80, 5000, sealed.count / 2, sealed.count - 1] {
            var altered = sealed
            altered[place] ^= 4
            try write(altered, toFile: graph)
            try check(isLogged: true)
        }
        try write(Array(sealed.dropLast(65536)), toFile: graph)
        try check(isLogged: true)
    }
}

/// Lines of a log. Thread-safe.
final class Lines: Sendable {
    private let lines = Mutex<[String]>([])

    func append(_ line: String) { lines.withLock { $0.append(line) } }
    var all: [String] { lines.withLock { $0 } }
}
