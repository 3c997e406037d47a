import Foundation
import Martlet
import MartletTestBasics
import MartletTestSupport
import Testing

@Suite struct VectorUpkeepTests {
    @Test("an exported collection is imported as it was: ids, floats to the last bit, metadata")
    func roundTrip() throws {
        let folder = TemporaryFolder()
        let first = try VectorDatabase.inMemory(dimensions: 4)
        let floats: [Float] = [
            0.1, -0, .leastNonzeroMagnitude, .greatestFiniteMagnitude, 16_777_216, 1 / 3, -2.5e-10,
            65_504,
        ]
        let metadata: Metadata = [
            "text": "quote \" back \\ slash / tab \t line \n nul \0 🦜 é", "n": 1, "f": 0.1,
            "deep": ["list": [1, [], [:], true, nil]], "": "empty name",
        ]
        try first.add("a \"b\"\n", Array(floats[..<4]), metadata: metadata)
        try first.add("", Array(floats[4...]))
        try first.add("empty", [0, 0, 0, 0], metadata: [:])
        for isPretty in [false, true] {
            try first.exportJSON(to: folder.path, isPretty: isPretty)
            let text = try String(contentsOfFile: folder.path, encoding: .utf8)
            #expect(text.contains("\n") == isPretty)
            let second = try VectorDatabase.inMemory(
                dimensions: 4, options: VectorOptions(metric: .euclidean))
            try second.importJSON(from: folder.path)
            #expect(try second.count() == 3)
            for id in try first.ids() { #expect(try second.get(id) == first.get(id)) }
        }
    }

    @Test("an exported file is what every JSON parser reads, without metadata where there are none")
    func exportedForm() throws {
        let folder = TemporaryFolder()
        let database = try VectorDatabase.inMemory(
            dimensions: 2, options: VectorOptions(metric: .dotProduct))
        try database.add("a", [1, 0.5])
        try database.exportJSON(to: folder.path)
        let object = try #require(
            try JSONSerialization.jsonObject(
                with: Data(contentsOf: URL(fileURLWithPath: folder.path))) as? [String: Any])
        #expect(object["version"] as? Int == 1)
        #expect(object["dim"] as? Int == 2)
        #expect(object["metric"] as? String == "dot_product")
        let rows = try #require(object["vectors"] as? [[String: Any]])
        #expect(rows.count == 1)
        #expect(rows[0]["vector"] as? [Double] == [1, 0.5])
        #expect(rows[0].keys.sorted() == ["id", "vector"])
    }

    @Test(
        "what is no such file is refused, and nothing changes",
        arguments: [
            "", "[]", "{}", "{\"version\":1,\"dim\":2,\"vectors\":[", "null",
            "{\"dim\":2,\"vectors\":[]}", "{\"version\":2,\"dim\":2,\"vectors\":[]}",
            "{\"version\":1,\"dim\":3,\"vectors\":[]}",
            "{\"version\":1,\"dim\":2,\"vectors\":[{\"id\":\"a\",\"vector\":[1,2,3]}]}",
            "{\"version\":1,\"dim\":2,\"vectors\":[{\"id\":\"a\",\"vector\":[1,2]},{}]}",
            "{\"version\":1,\"dim\":2,\"vectors\":[{\"id\":1,\"vector\":[1,2]}]}",
            "{\"version\":1,\"dim\":2,\"vectors\":[{\"id\":\"a\",\"vector\":[1,1e39]}]}",
            "{\"version\":1,\"dim\":2,\"vectors\":[{\"id\":\"a\",\"vector\":[1,NaN]}]}",
            "{\"version\":1,\"dim\":2,\"vectors\":[{\"id\":\"a\",\"vector\":[1,2],\"metadata\":3}]}",
            "{\"version\":1,\"dim\":2,\"vectors\":[]} x",
        ])
    func badImport(text: String) throws {
        let folder = TemporaryFolder()
        try Data(text.utf8).write(to: URL(fileURLWithPath: folder.path))
        let database = try VectorDatabase.inMemory(dimensions: 2)
        try database.add("b", [1, 2])
        #expect(throws: VectorDatabaseError.self) { try database.importJSON(from: folder.path) }
        #expect(try database.ids() == ["b"])
    }

    @Test("a file that is not there, and one that cannot be written, are named")
    func unreadable() throws {
        let folder = TemporaryFolder()
        let database = try VectorDatabase.inMemory(dimensions: 2)
        let importing: (String) throws -> Void = { try database.importJSON(from: $0) }
        for call in [importing, { try database.exportJSON(to: $0 + "/x") }] {
            let error = try #require(throws: VectorDatabaseError.self) { try call(folder.path) }
            #expect(error.description.contains(folder.path))
        }
    }

    @Test("compacting forgets what was deleted, and searches find the rest as before")
    func compacting() throws {
        let database = try VectorDatabase.inMemory(
            dimensions: 2, options: VectorOptions(metric: .euclidean))
        for i in 0..<100 { try database.add("\(i)", [Float(i), 0]) }
        try database.deleteMany((0..<50).map { "\($0)" })
        #expect(database.deletedCount == 50)
        #expect(try database.totalSlots() == 100)
        try database.compact()
        #expect(database.deletedCount == 0)
        #expect(try database.totalSlots() == 50)
        #expect(try database.search([0, 0], k: 2).map(\.id) == ["50", "51"])
        try database.compact()
    }

    @Test("quantized search is remembered, also of an empty collection")
    func quantized() throws {
        let folder = TemporaryFolder()
        let first = try VectorDatabase.open(at: folder.path, dimensions: 2)
        #expect(try !first.isQuantized)
        try first.enableQuantizedSearch()
        try first.enableQuantizedSearch()
        #expect(try first.isQuantized)
        try first.close()
        let second = try VectorDatabase.open(at: folder.path)
        #expect(try second.isQuantized)
        #expect(try second.stats().isQuantized)
        try second.disableQuantizedSearch()
        #expect(try !second.isQuantized)
        let made = try VectorDatabase.inMemory(
            dimensions: 2, options: VectorOptions(isQuantized: true))
        #expect(try made.isQuantized)
    }

    @Test(
        "saving writes the index's file, so that opening reads no journal; again only after changes"
    )
    func saving() throws {
        let folder = TemporaryFolder()
        let database = try VectorDatabase.open(at: folder.path, dimensions: 2)
        try database.save()
        try database.addMany((0..<40).map { "\($0)" }, (0..<40).map { [Float($0), 1] })
        try database.save()
        func graph() throws -> (path: String, inode: Int) {
            let vectors = folder.path + "/vectors"
            let index = try #require(
                try FileManager.default.contentsOfDirectory(atPath: vectors).first)
            let path = "\(vectors)/\(index)/graph"
            let attributes = try FileManager.default.attributesOfItem(atPath: path)
            return (path, try #require(attributes[.systemFileNumber] as? Int))
        }
        let first = try graph()
        try database.save()
        #expect(try graph().inode == first.inode)
        try database.add("more", [0, 1])
        try database.save()
        #expect(try graph().inode != first.inode)
        try database.close()
        #expect(throws: VectorDatabaseError.closed) { try database.save() }
    }

    @Test("saving and compacting beside writers ends, and loses nothing")
    func savingBesideWriters() throws {
        let folder = TemporaryFolder()
        let database = try VectorDatabase.open(at: folder.path, dimensions: 2)
        DispatchQueue.concurrentPerform(iterations: 4) { thread in
            for i in 0..<40 {
                switch thread {
                case 0: try! database.save()
                case 1 where i % 8 == 0: try! database.compact()
                case 1: try! database.delete("2-\(i - 1)")
                default: try! database.upsert("\(thread)-\(i)", [Float(i), Float(thread)])
                }
            }
        }
        try database.close()
        let again = try VectorDatabase.open(at: folder.path)
        for i in 0..<40 { #expect(try again.contains("3-\(i)")) }
        #expect(try again.search([0, 1], k: 100).count == again.count())
    }

    @Test(
        "large collections have codes, small ones while they are asked for; also after opening",
        arguments: [20, 1500])
    func codes(count: Int) throws {
        let folder = TemporaryFolder()
        var random = SeededRandom(seed: 41)
        func rows(_ count: Int) -> [[Float]] {
            (0..<count).map { _ in (0..<16).map { _ in Float(random.number(-100...100)) } }
        }
        var all: [String: [Float]] = [:]
        func add(_ prefix: String, to database: VectorDatabase) throws {
            let new = rows(count)
            let ids = new.indices.map { "\(prefix)\($0)" }
            try database.addMany(ids, new)
            for (id, row) in zip(ids, new) { all[id] = row }
        }
        /// Vectors of two bytes or more an element: codes take no more than one.
        func check(_ database: VectorDatabase, _ isQuantized: Bool, _ comment: String) throws {
            let stats = try database.stats()
            #expect(stats.isQuantized == isQuantized, "\(comment)")
            #expect(try database.isQuantized == isQuantized, "\(comment)")
            if isQuantized || all.count > 1024 {
                #expect(stats.codeBytes >= all.count * 8, "\(comment)")
                #expect(stats.codeBytes < stats.vectorBytes * 2, "\(comment)")
            } else {
                #expect(stats.codeBytes == 0, "\(comment)")
            }
            var found = 0
            for (id, row) in all.sorted(by: { $0.key < $1.key }).prefix(50) {
                found += try database.search(row, k: 1).first?.id == id ? 1 : 0
            }
            #expect(found >= min(50, all.count) - 1, "\(comment)")
        }
        var database = try VectorDatabase.open(
            at: folder.path, dimensions: 16, options: VectorOptions(metric: .euclidean))
        try add("a", to: database)
        try check(database, false, "new")
        try database.enableQuantizedSearch()
        try check(database, true, "enabled")
        try add("b", to: database)
        try check(database, true, "more")
        try database.save()
        try database.close()
        database = try VectorDatabase.open(at: folder.path)
        try check(database, true, "opened")
        try add("c", to: database)
        try check(database, true, "still more")
        try database.disableQuantizedSearch()
        try check(database, false, "disabled")
        try database.close()
        database = try VectorDatabase.open(at: folder.path)
        try add("d", to: database)
        try check(database, false, "opened again")
    }

    @Test("an empty collection has zeros in its statistics, and is scanned")
    func stats() throws {
        let database = try VectorDatabase.inMemory(dimensions: 2)
        let empty = try database.stats()
        #expect(empty.vectorCount == 0 && empty.layerCount == 0 && empty.maximumDegree == 0)
        #expect(empty.averageDegree == 0 && empty.isScanned && !empty.isQuantized)
        try database.add("a", [1, 2])
        try database.delete("a")
        #expect(try database.stats().vectorCount == 0)
        #expect(try database.stats().deletedCount == 1)
    }

    @Test("counting with a filter is what looking at every record gives, however it has changed")
    func counting() throws {
        let seed = UInt64.random(in: .min ... .max)
        var random = SeededRandom(seed: seed)
        let folder = TemporaryFolder()
        var model: [String: Metadata?] = [:]
        let filters: [MetadataFilter] = [
            MetadataField("n") == 3, MetadataField("n") > 5, MetadataField("n") != 3,
            !(MetadataField("n") == 3), MetadataField("n").exists, MetadataField("n") == .null,
            MetadataField("long").contains("7"), MetadataField("map.n") <= 2,
            MetadataField("n").isIn([1, 2]) && !(MetadataField("map.n") == 1),
            .field("n", .exists(false)), .all([]), .any([]),
        ]
        for _ in 0..<3 {
            let database = try VectorDatabase.open(
                at: folder.path, dimensions: 2, options: VectorOptions(metric: .euclidean))
            for _ in 0..<150 {
                let id = "\(Int.random(in: 0..<60, using: &random))"
                if Int.random(in: 0..<4, using: &random) == 0 {
                    try database.delete(id)
                    model[id] = nil
                    continue
                }
                var metadata: Metadata? = [:]
                let n = Int.random(in: 0..<9, using: &random)
                switch Int.random(in: 0..<6, using: &random) {
                case 0: metadata = nil
                case 1: metadata = [:]
                case 2: metadata?["n"] = .null
                case 3: metadata?["map"] = ["n": .integer(n)]
                case 4:
                    metadata?["long"] = .text(String(repeating: "\(n)", count: 200))
                    metadata?["n"] = .integer(n)
                default: metadata?["n"] = .integer(n)
                }
                try database.upsert(
                    id, [Float.random(in: -1...1, using: &random), 1], metadata: metadata)
                model[id] = .some(metadata)
            }
            for filter in filters {
                let expected = model.values.count { filter.matches($0) }
                #expect(try database.count(matching: filter) == expected, "seed \(seed) \(filter)")
                let found = try database.search([0, 0], k: 100, filter: filter)
                #expect(found.count == expected, "seed \(seed) \(filter)")
                #expect(found.allSatisfy { filter.matches($0.metadata) })
            }
            try database.close()
        }
    }
}
