import Martlet
import MartletTestSupport
import Testing

@Suite struct VectorWritingTests {
    private func made(_ metric: Metric = .euclidean) throws -> VectorDatabase {
        try .inMemory(dimensions: 3, options: VectorOptions(metric: metric))
    }

    @Test("an added vector comes back as it was, with its metadata")
    func addAndGet() throws {
        let database = try made(.cosine)
        try database.add("a", [3, 0, -4], metadata: ["n": 1, "nested": ["x": [true, "y"]]])
        let record = try database.get("a")
        #expect(record.vector == [3, 0, -4])
        #expect(record.metadata == ["n": 1, "nested": ["x": [true, "y"]]])
    }

    @Test("no metadata and empty metadata are different")
    func emptyMetadata() throws {
        let database = try made()
        try database.add("none", [1, 2, 3])
        try database.add("empty", [1, 2, 3], metadata: [:])
        #expect(try database.get("none").metadata == nil)
        #expect(try database.get("empty").metadata == [:])
    }

    @Test(
        "any text is an id",
        arguments: [
            "", "\0", "a\0b", "🦜", String(repeating: "é", count: 1_000),
            String(repeating: "漢", count: 5_000), ".", "\u{1}", " ",
        ])
    func ids(id: String) throws {
        let database = try made()
        try database.add(id, [1, 2, 3])
        #expect(try database.get(id).id == id)
        #expect(try database.ids() == [id])
        #expect(try database.search([1, 2, 3], k: 1).map(\.id) == [id])
        #expect(try database.delete(id))
        #expect(try database.count() == 0)
    }

    @Test("ids are told apart by their code points")
    func codePoints() throws {
        let database = try made()
        try database.add("\u{e9}", [1, 0, 0])
        try database.add("e\u{301}", [0, 1, 0])
        #expect(try database.count() == 2)
        #expect(try database.get("\u{e9}").vector == [1, 0, 0])
    }

    @Test("adding an id that is there is refused and changes nothing")
    func alreadyPresent() throws {
        let database = try made()
        try database.add("a", [1, 0, 0], metadata: ["v": 1])
        #expect(throws: VectorDatabaseError.alreadyPresent(id: "a")) {
            try database.add("a", [0, 1, 0])
        }
        #expect(try database.get("a").vector == [1, 0, 0])
        #expect(try database.get("a").metadata == ["v": 1])
    }

    @Test("upsert replaces vector and metadata; without metadata there is none afterwards")
    func upsert() throws {
        let database = try made()
        try database.upsert("a", [1, 0, 0], metadata: ["v": 1])
        try database.upsert("a", [0, 1, 0])
        #expect(try database.get("a").vector == [0, 1, 0])
        #expect(try database.get("a").metadata == nil)
        #expect(try database.count() == 1)
    }

    @Test("update replaces what is given and keeps the rest")
    func update() throws {
        let database = try made()
        try database.add("a", [1, 0.1, 0], metadata: ["v": 1])
        try database.update("a", vector: [0, 1, 0])
        #expect(try database.get("a").metadata == ["v": 1])
        try database.update("a", metadata: ["w": 2])
        #expect(try database.get("a").vector == [0, 1, 0])
        #expect(try database.get("a").metadata == ["w": 2])
        try database.update("a", metadata: [:])
        #expect(try database.get("a").metadata == [:])
        #expect(throws: VectorDatabaseError.notFound(id: "b")) {
            try database.update("b", vector: [1, 2, 3])
        }
        #expect(throws: VectorDatabaseError.self) { try database.update("a") }
        #expect(throws: VectorDatabaseError.dimensionMismatch(expected: 3, actual: 2)) {
            try database.update("a", vector: [1, 2])
        }
        #expect(try database.search([0, 1, 0], k: 1).first?.distance == 0)
    }

    @Test("wrong lengths, infinities and NaN are refused everywhere and change nothing")
    func badVectors() throws {
        let database = try made()
        for bad: [Float] in [[1, 2], [1, 2, 3, 4], []] {
            let error = VectorDatabaseError.dimensionMismatch(expected: 3, actual: bad.count)
            #expect(throws: error) { try database.add("a", bad) }
            #expect(throws: error) { try database.upsert("a", bad) }
            #expect(throws: error) { try database.addMany(["b", "a"], [[1, 2, 3], bad]) }
            #expect(throws: error) { try database.upsertMany(["b", "a"], [[1, 2, 3], bad]) }
            #expect(throws: error) { _ = try database.search(bad) }
            #expect(throws: error) { _ = try database.searchMany([[1, 2, 3], bad]) }
        }
        for bad: Float in [.nan, .infinity, -.infinity] {
            let error = VectorDatabaseError.notFinite(id: "a")
            #expect(throws: error) { try database.add("a", [0, bad, 0]) }
            #expect(throws: error) { try database.upsert("a", [0, 0, bad]) }
            #expect(throws: error) {
                try database.addMany(["b", "a"], [[1, 2, 3], [bad, 0, 0]])
            }
            #expect(throws: error) {
                try database.upsertMany(["b", "a"], [[1, 2, 3], [bad, 0, 0]])
            }
            #expect(throws: VectorDatabaseError.notFinite(id: nil)) {
                _ = try database.search([bad, 0, 0])
            }
        }
        #expect(try database.count() == 0)
    }

    @Test("addMany writes all or none")
    func addMany() throws {
        let database = try made()
        try database.add("b", [1, 1, 1])
        #expect(throws: VectorDatabaseError.alreadyPresent(id: "b")) {
            try database.addMany(["a", "b", "c"], [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
        }
        #expect(try database.ids() == ["b"])
        #expect(throws: VectorDatabaseError.repeatedID("x")) {
            try database.addMany(["x", "y", "x"], [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
        }
        #expect(try database.ids() == ["b"])
        try database.addMany(["x", "y"], [[1, 0, 0], [0, 1, 0]], metadata: [["m": 1], nil])
        #expect(try Set(database.ids()) == ["b", "x", "y"])
        #expect(try database.get("x").metadata == ["m": 1])
        #expect(try database.get("y").metadata == nil)
    }

    @Test("of an id that upsertMany has twice, the last stays")
    func upsertManyRepeated() throws {
        let database = try made()
        try database.upsertMany(
            ["x", "y", "x"], [[1, 0, 0], [0, 1, 0], [0, 0, 1]], metadata: [["m": 1], nil, nil])
        #expect(try database.count() == 2)
        #expect(try database.get("x").vector == [0, 0, 1])
        #expect(try database.get("x").metadata == nil)
    }

    @Test("parts of a batch have one length; empty batches do nothing")
    func batchLengths() throws {
        let database = try made()
        #expect(throws: VectorDatabaseError.self) { try database.addMany(["a"], []) }
        #expect(throws: VectorDatabaseError.self) {
            try database.addMany(["a"], [[1, 2, 3]], metadata: [])
        }
        #expect(throws: VectorDatabaseError.self) { try database.upsertMany([], [[1, 2, 3]]) }
        try database.addMany([], [])
        try database.upsertMany([], [])
        #expect(try database.deleteMany([]) == 0)
        #expect(try database.searchMany([]).isEmpty)
        #expect(try database.count() == 0)
    }

    @Test("rows that lie one behind the other are as arrays are")
    func rows() throws {
        let database = try made()
        try [Float]([1, 2, 3, 4, 5, 6]).withUnsafeBufferPointer {
            try database.addMany(["a", "b"], rows: $0)
        }
        #expect(try database.get("b").vector == [4, 5, 6])
        #expect(throws: VectorDatabaseError.self) {
            try [Float]([1, 2, 3, 4]).withUnsafeBufferPointer {
                try database.addMany(["c"], rows: $0)
            }
        }
    }

    @Test("a deleted id is gone and can be added again; a repeated one counts once")
    func deletion() throws {
        let database = try made()
        try database.addMany(["a", "b", "c"], [[1, 0, 0], [0, 1, 0], [0, 0, 1]])
        #expect(try database.delete("a"))
        #expect(try !database.delete("a"))
        #expect(try !database.contains("a"))
        #expect(throws: VectorDatabaseError.notFound(id: "a")) { _ = try database.get("a") }
        #expect(try database.deleteMany(["b", "b", "nowhere"]) == 1)
        #expect(try database.search([1, 0, 0]).map(\.id) == ["c"])
        #expect(database.deletedCount == 2)
        #expect(try database.totalSlots() == 3)
        try database.add("a", [1, 1, 1])
        #expect(try database.totalSlots() == 4)
        #expect(try database.get("a").vector == [1, 1, 1])
    }

    @Test("a batch that is written in pieces is all there, and searchable")
    func pieces() throws {
        // Rows of 1,000 dimensions: 6,000 of them are more than is written at once.
        let database = try VectorDatabase.inMemory(
            dimensions: 1_000, options: VectorOptions(metric: .euclidean))
        let count = 6_000
        var rows = [Float](repeating: 0, count: count * 1_000)
        for row in 0..<count { rows[row * 1_000 + row % 1_000] = Float(row + 1) }
        let ids = (0..<count).map { "row \($0)" }
        var told = 0
        try rows.withUnsafeBufferPointer { rows in
            try database.addMany(ids, rows: rows) { told = $0 }
        }
        #expect(told == count)
        #expect(try database.count() == count)
        let query = Array(rows[4_321_000..<4_322_000])
        #expect(
            try database.search(query, k: 1) == [
                VectorSearchResult(id: "row 4321", distance: 0, metadata: nil)
            ])
        #expect(throws: VectorDatabaseError.alreadyPresent(id: "row 5000")) {
            try rows.withUnsafeBufferPointer { rows in
                try database.addMany(
                    ids.map { $0 == "row 5000" ? $0 : "new " + $0 }, rows: rows)
            }
        }
        #expect(try database.count() == count)
    }

    @Test("metadata that no item can hold is refused")
    func unholdable() throws {
        let database = try made()
        var deep: AttributeValue = true
        for _ in 0..<40 { deep = ["d": deep] }
        #expect(throws: VectorDatabaseError.self) {
            try database.add("a", [1, 2, 3], metadata: ["deep": deep])
        }
        #expect(throws: VectorDatabaseError.self) {
            try database.add("a", [1, 2, 3], metadata: ["long": .filler(500_000)])
        }
        #expect(try database.count() == 0)
    }
}
