import Martlet
import MartletTestBasics
import MartletTestSupport
import Testing

@Suite struct VectorSearchingTests {
    @Test("nearest first, at most k; fewer only when there are fewer")
    func order() throws {
        let database = try VectorDatabase.inMemory(
            dimensions: 2, options: VectorOptions(metric: .euclidean))
        #expect(try database.search([0, 0]).isEmpty)
        for i in 1...20 { try database.add("v\(i)", [Float(i), 0]) }
        #expect(try database.search([0, 0], k: 3).map(\.id) == ["v1", "v2", "v3"])
        #expect(try database.search([0, 0]).count == 10)
        #expect(try database.search([0, 0], k: 0).isEmpty)
        #expect(try database.search([0, 0], k: 1_000).count == 20)
        #expect(try database.search([0, 0], k: 1_000_000_000).count == 20)
        #expect(try database.search([0, 0], k: 3, ef: 0).count == 3)
        #expect(try database.search([0, 0], k: 3, ef: 1).count == 3)
        #expect(throws: VectorDatabaseError.self) { _ = try database.search([0, 0], k: -1) }
        #expect(throws: VectorDatabaseError.self) { _ = try database.search([0, 0], ef: -1) }
    }

    @Test("distances: 1 - cos, the squared length, the negated product")
    func distances() throws {
        let rows: [[Float]] = [[1, 0], [3, 4], [-2, 0], [0, 0]]
        let expected: [(Metric, [Double])] = [
            (.cosine, [0, 0.4, 2, 1]), (.euclidean, [4, 16, 25, 9]), (.dotProduct, [-3, -9, 6, 0]),
        ]
        for (metric, distances) in expected {
            let database = try VectorDatabase.inMemory(
                dimensions: 2, options: VectorOptions(metric: metric))
            for (position, row) in rows.enumerated() { try database.add("\(position)", row) }
            for result in try database.search([3, 0]) {
                let position = Int(result.id)!
                #expect(abs(result.distance - distances[position]) < 1e-12, "\(metric) \(position)")
            }
        }
    }

    @Test("a zero query is at distance 1 from everything under cosine")
    func zeroQuery() throws {
        let database = try VectorDatabase.inMemory(dimensions: 2)
        try database.add("a", [1, 0])
        try database.add("zero", [0, 0])
        #expect(try database.search([0, 0]).map(\.distance) == [1, 1])
    }

    @Test("small differences between large vectors are kept")
    func cancellation() throws {
        let database = try VectorDatabase.inMemory(
            dimensions: 4, options: VectorOptions(metric: .euclidean))
        for i in 0..<10 { try database.add("\(i)", [Float(4000 + i), 1, 2, 3]) }
        let found = try database.search([4005, 1, 2, 3], k: 3)
        #expect(found.map(\.id) == ["5", "4", "6"])
        #expect(found.map(\.distance) == [0, 1, 1])
    }

    @Test("of equal distances the smaller id comes first, also where k cuts them off")
    func ties() throws {
        let database = try VectorDatabase.inMemory(dimensions: 2)
        for id in ["d", "b", "e", "a", "c", "ä"] { try database.add(id, [1, 1]) }
        for k in 1...6 {
            #expect(
                try database.search([1, 0], k: k).map(\.id)
                    == Array(["a", "b", "c", "d", "e", "ä"].prefix(k)))
        }
    }

    @Test("a maximum distance leaves out what is further, not what is at it")
    func maximumDistance() throws {
        let database = try VectorDatabase.inMemory(
            dimensions: 1, options: VectorOptions(metric: .euclidean))
        for i in 0..<5 { try database.add("\(i)", [Float(i)]) }
        #expect(try database.search([0], maximumDistance: 4).map(\.id) == ["0", "1", "2"])
        #expect(try database.search([0], maximumDistance: -1).isEmpty)
        #expect(throws: VectorDatabaseError.self) {
            _ = try database.search([0], maximumDistance: .nan)
        }
    }

    @Test("searchMany finds for each query what search finds")
    func many() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        let database = try VectorDatabase.inMemory(dimensions: 8)
        let rows = (0..<500).map { _ in
            (0..<8).map { _ in Float.random(in: -1...1, using: &random) }
        }
        try database.addMany((0..<500).map { "\($0)" }, rows)
        let queries = Array(rows.prefix(40))
        let many = try database.searchMany(queries, k: 7)
        for (query, found) in zip(queries, many) {
            #expect(try database.search(query, k: 7) == found, "seed \(seed)")
        }
    }

    @Test("a search sees every write that returned before it, deleted ones never")
    func freshness() throws {
        let database = try VectorDatabase.inMemory(
            dimensions: 2, options: VectorOptions(metric: .euclidean))
        for i in 0..<2_000 { try database.add("\(i)", [Float(i), 0]) }
        for i in 0..<900 { try database.delete("\(i)") }
        #expect(try database.search([0, 0], k: 3).map(\.id) == ["900", "901", "902"])
        try database.upsert("900", [10_000, 0])
        #expect(try database.search([0, 0], k: 2).map(\.id) == ["901", "902"])
        #expect(try database.search([10_000, 0], k: 1).map(\.id) == ["900"])
    }

    @Test("what matches a filter is counted once, also on its way into the graph")
    func counts() throws {
        var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? 77)
        let database = try VectorDatabase.inMemory(dimensions: 2)
        let filter = MetadataField("even") == true
        var even: [String: Bool] = [:]
        for _ in 0..<4000 {
            let (id, isEven) = ("\(random.below(300))", random.chance(1, in: 2))
            if random.chance(1, in: 4), even[id] != nil {
                try database.delete(id)
                even[id] = nil
            } else {
                try database.upsert(
                    id, [1, Float(random.below(9))], metadata: ["even": .bool(isEven)])
                even[id] = isEven
            }
            let counted = try database.count(matching: filter)
            #expect(counted == even.values.count { $0 }, "\(random)")
        }
    }

    @Test("a filter never makes fewer results than match")
    func filtered() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        let database = try VectorDatabase.inMemory(
            dimensions: 8, options: VectorOptions(metric: .euclidean))
        let count = 4_000
        let rows = (0..<count).map { _ in
            (0..<8).map { _ in Float.random(in: -1...1, using: &random) }
        }
        let shares = [2, 10, 100, 1000, 4000]
        try database.addMany(
            (0..<count).map { "\($0)" }, rows,
            metadata: (0..<count).map { i in
                var every: Metadata = [:]
                for share in shares { every[Text("\(share)")] = .bool(i % share == 0) }
                return ["n": .integer(i), "every": .map(every)]
            })
        for share in shares {
            let filter = MetadataField(Text("every.\(share)")) == true
            for _ in 0..<5 {
                let query = (0..<8).map { _ in Float.random(in: -1...1, using: &random) }
                let truth = (0..<count).filter { $0 % share == 0 }
                    .map { i in
                        (
                            i,
                            zip(rows[i], query).reduce(0.0) {
                                $0 + Double($1.0 - $1.1) * Double($1.0 - $1.1)
                            }
                        )
                    }
                    .sorted { $0.1 < $1.1 }.prefix(10).map { "\($0.0)" }
                let found = try database.search(query, filter: filter).map(\.id)
                #expect(found.count == truth.count, "seed \(seed) share \(share)")
                #expect(
                    Set(found).intersection(truth).count >= truth.count - 1,
                    "seed \(seed) share \(share)")
            }
        }
        let few = try database.search(
            rows[0], filter: MetadataField("n") >= 3_990 && MetadataField("n") < 3_995)
        #expect(Set(few.map(\.id)) == ["3990", "3991", "3992", "3993", "3994"])
    }
}
