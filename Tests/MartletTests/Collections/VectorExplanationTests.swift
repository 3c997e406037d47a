import Martlet
import MartletTestBasics
import MartletTestSupport
import Testing

@Suite struct VectorExplanationTests {
    private func filled(_ count: Int, codes: CodeKind = .int4) throws -> VectorDatabase {
        var random = SeededRandom(seed: 51)
        let database = try VectorDatabase.inMemory(
            dimensions: 8,
            options: VectorOptions(metric: .euclidean, codes: codes))
        try database.addMany(
            (0..<count).map { "\($0)" },
            (0..<count).map { _ in (0..<8).map { _ in Float(random.number(-1000...1000)) } },
            metadata: (0..<count).map { ["n": .integer($0), "even": .bool($0 % 2 == 0)] })
        // Links of each vector take 128 bytes.
        for _ in 0..<100 where try database.stats().graphBytes < count * 128 {}
        return database
    }

    @Test("few vectors are all compared, in full")
    func few() throws {
        let found = try filled(40).explain([Float](repeating: 0, count: 8), k: 3)
        #expect(found.method == .exact && !found.readCodes)
        #expect(found.comparedCount == 40 && found.matchingCount == 40)
        #expect(found.results.count == 3)
    }

    @Test("many are found by the graph, of which little is looked at; on codes where there are any")
    func many() throws {
        for codes in [CodeKind.none, .int4] {
            let database = try filled(5000, codes: codes)
            let query = [Float](repeating: 1, count: 8)
            let found = try database.explain(query)
            #expect(found.method == .graph && found.readCodes == (codes != .none))
            #expect(found.comparedCount > 10 && found.comparedCount < 5000)
            #expect(found.matchingCount == 5000)
            #expect(found.results == (try database.search(query)))
            let exact = try database.explain(query, isExact: true)
            #expect(exact.method == .exact && !exact.readCodes)
            #expect(exact.comparedCount == 5000)
        }
    }

    @Test("a filter that few match compares those, and says how many they are")
    func filtered() throws {
        let database = try filled(5000)
        let query = [Float](repeating: 1, count: 8)
        let few = try database.explain(query, filter: MetadataField("n") < 30)
        #expect(few.method == .exact)
        #expect(few.matchingCount == 30 && few.comparedCount == 30)
        #expect(few.results.count == 10)
        let most = try database.explain(query, filter: MetadataField("n") >= 30)
        #expect(most.method == .graph && most.matchingCount == 4970)
        let none = try database.explain(query, filter: MetadataField("n") < 0)
        #expect(none.results.isEmpty && none.matchingCount == 0 && none.comparedCount == 0)
    }
}
