import MartletCatalog
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletTestBasics
import MartletTestSupport
import MartletVectors
import Testing

/// The whole way: operations, the commit thread, expiry, indexes that come and go, restarts.
@Suite struct VectorEngineHistoryTests {
    private static let shape = VectorShape(dimensions: 4, hash: "t:S", filters: "c:N")

    private struct Known {
        var vector: [Float]
        var tenant: String
        var color: Int
        var expiry: Int?
    }

    private static func item(_ name: String, _ known: Known) -> Item {
        var item: Item = [
            "pk": .text(name), "t": .text(known.tenant), "c": .integer(known.color),
            "v": .list(known.vector.map { .decimal("\($0)") }), "w": .filler(10),
        ]
        if let expiry = known.expiry { item["e"] = .integer(expiry) }
        return item
    }

    private static func random(_ random: inout SeededRandom, _ clock: ManualClock) -> Known {
        Known(
            vector: (0..<4).map { _ in Float(random.number(-30...30)) / 8 },
            tenant: "t\(random.below(3))", color: random.below(4),
            expiry: random.chance(1, in: 5) ? Int(clock.now) + random.number(1...50) : nil)
    }

    private static func fault(
        _ database: TestDatabase, _ items: [String: Known], _ query: Known, _ color: Int?, k: Int
    ) throws -> String? {
        var values: AttributeMap = [":t": .text(query.tenant)]
        if let color { values[":c"] = .integer(color) }
        let found = try database.search(
            query.vector, k, where: color == nil ? "t = :t" : "t = :t AND c = :c", values,
            showing: "pk, v")
        func distance(_ known: Known) -> Double {
            zip(known.vector, query.vector)
                .reduce(0) { $0 + Double(($1.0 - $1.1) * ($1.0 - $1.1)) }.squareRoot()
        }
        let expected = items.values
            .filter { $0.tenant == query.tenant && (color == nil || $0.color == color) }
            .map(distance).sorted().prefix(k)
        guard found.matches.count == expected.count else {
            return "\(found.matches.count) matches of \(expected.count)"
        }
        var names: Set<String> = []
        for (match, distance) in zip(found.matches, expected) {
            guard case .string(let name)? = match.item.item["pk"],
                items["\(name)"] != nil, names.insert("\(name)").inserted
            else { return "a match that should not be there" }
            if abs(Double(match.score) - distance) > 1e-4 { return "a closer item is missing" }
        }
        return nil
    }

    @Test(
        "searches agree with a dictionary over all kinds of writes, expiry, new indexes, restarts")
    func history() throws {
        for seed in UInt64(1)...4 {
            var random = SeededRandom(seed: seed)
            var request = TableRequest(vectors: [Self.shape])
            request.vectorIndexes![0].distance = .euclidean
            var database = try TestDatabase(request, expiryInterval: .milliseconds(5))
            _ = try database.engine.run(
                UpdateTimeToLive(table: "Tab", attribute: "e", isEnabled: true))
            var items: [String: Known] = [:]
            for step in 0..<400 {
                let name = "i\(random.below(60))"
                switch random.below(14) {
                case 0..<4:
                    let known = Self.random(&random, database.clock)
                    try database.put(Self.item(name, known))
                    items[name] = known
                case 4:
                    try database.delete(["pk": .text(name)])
                    items[name] = nil
                case 5 where items[name] != nil:
                    let known = Self.random(&random, database.clock)
                    items[name]!.vector = known.vector
                    items[name]!.color = known.color
                    try database.update(
                        ["pk": .text(name)], "SET v = :v, c = :c",
                        [
                            ":v": .list(known.vector.map { .decimal("\($0)") }),
                            ":c": .integer(known.color),
                        ])
                case 6 where items[name] != nil && items[name]!.expiry == nil:
                    // Without its vector an item is not in the index.
                    try database.update(["pk": .text(name)], "REMOVE v")
                    items[name] = nil
                case 7 where step % 5 == 0:
                    database = try database.reopened()
                case 8 where step % 7 == 0:
                    try database.change(TableChange(of: "Tab", deletingVector: "byV"))
                    var change = TableChange(of: "Tab", creating: Self.shape)
                    change.vectorIndexChanges = [.create(request.vectorIndexes![0])]
                    try database.change(change)
                    #expect(try database.waitForIndexes())
                case 9 where step % 4 == 0:
                    database.clock.advance(seconds: 20)
                    let now = Int(database.clock.now)
                    for (name, item) in items where item.expiry.map({ $0 < now }) ?? false {
                        #expect(
                            try database.wait { () throws(OperationError) in
                                try database.get(["pk": .text(name)]) == nil
                            })
                        items[name] = nil
                    }
                default:
                    let query = Self.random(&random, database.clock)
                    let fault = try Self.fault(
                        database, items, query, random.chance(1, in: 2) ? query.color : nil,
                        k: random.number(1...12))
                    #expect(fault == nil, "step \(step), \(random)")
                }
            }
            #expect(try database.findings() == [])
        }
    }
}
