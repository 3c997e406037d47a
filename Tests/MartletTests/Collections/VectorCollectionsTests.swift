import Foundation
import Martlet
import MartletCatalog
import MartletEngine
import MartletTestSupport
import Testing

@Suite struct VectorCollectionsTests {
    @Test("a collection is there from its creation on: listed, gettable, not creatable again")
    func creation() throws {
        let folder = TemporaryFolder()
        let collections = try VectorCollections.open(at: folder.path)
        #expect(try collections.list().isEmpty)
        let notes = try collections.create("notes", dimensions: 2)
        #expect(try collections.list() == ["notes"])
        try notes.add("a", [1, 2])
        #expect(try collections.get("notes").contains("a"))
        #expect(throws: VectorDatabaseError.collectionExists("notes")) {
            _ = try collections.create("notes", dimensions: 2)
        }
        #expect(throws: VectorDatabaseError.noCollection("other")) {
            _ = try collections.get("other")
        }
        #expect(try collections.getOrCreate("notes", dimensions: 7).dimensions == 2)
        #expect(try collections.getOrCreate("other", dimensions: 7).dimensions == 7)
        #expect(try collections.list() == ["notes", "other"])
    }

    @Test("collections are there after reopening")
    func reopening() throws {
        let folder = TemporaryFolder()
        for round in 0..<2 {
            let collections = try VectorCollections.open(at: folder.path)
            let found = try collections.getOrCreate("a", dimensions: 2)
            try found.add("\(round)", [1, 2])
            #expect(try found.count() == round + 1)
            try found.close()
            try collections.close()
        }
    }

    @Test("a deleted collection is gone for those who have it open, also when there is a new one")
    func deletion() throws {
        let collections = try VectorCollections.inMemory()
        let notes = try collections.create("notes", dimensions: 2)
        try notes.add("a", [1, 2])
        #expect(try collections.delete("notes"))
        #expect(try !collections.delete("notes"))
        #expect(try collections.list().isEmpty)
        #expect(throws: VectorDatabaseError.noCollection("notes")) { try notes.add("b", [1, 2]) }
        let again = try collections.create("notes", dimensions: 2)
        #expect(try again.count() == 0)
        #expect(throws: VectorDatabaseError.noCollection("notes")) { _ = try notes.count() }
        #expect(throws: VectorDatabaseError.noCollection("notes")) { _ = try notes.search([1, 2]) }
    }

    @Test("letters, digits, - and _ make names, of any script and length")
    func goodNames() throws {
        let collections = try VectorCollections.inMemory()
        let names = ["a", "ab", "A-b_9", "vögel", "漢", "x1", "_", "-"]
        for name in names { _ = try collections.create(name, dimensions: 2) }
        #expect(try Set(collections.list()) == Set(names))
        for name in names { #expect(try collections.get(name).name == name) }
    }

    @Test(
        "other names are refused by every call",
        arguments: ["", ".", "..", "a/b", "a\\b", "a b", "a\0", "a.b", "é!", "🦜"])
    func badNames(name: String) throws {
        let collections = try VectorCollections.inMemory()
        let error = VectorDatabaseError.invalidName(name)
        #expect(throws: error) { _ = try collections.create(name, dimensions: 2) }
        #expect(throws: error) { _ = try collections.get(name) }
        #expect(throws: error) { _ = try collections.getOrCreate(name, dimensions: 2) }
        #expect(throws: error) { try collections.delete(name) }
    }

    @Test("a collection is a table, and what is written to the table is found in the collection")
    func oneHouse() throws {
        let database = try Database.inMemory()
        let collections = VectorCollections(in: database)
        let notes = try collections.create(
            "notes", dimensions: 2, options: VectorOptions(metric: .euclidean))
        try notes.add("a", [0.5, 2], metadata: ["m": "x"])
        #expect(try database.engine.run(ListTables()).names == ["notes"])
        let found = try database.engine.run(
            SearchVectors(table: "notes", index: "vectors", vector: [0.5, 1], topK: 5))
        #expect(found.matches.map(\.score) == [1])
        let item = try database.engine.run(GetItem(table: "notes", key: ["id": "a"])).item?.item
        #expect(
            item == [
                "id": "a", "vector": .vector("0.5", "2"), "metadata": ["m": "x"],
            ])
        _ = try database.engine.run(
            PutItem(
                table: "notes",
                item: ["id": "b", "vector": .vector("3", "4"), "metadata": ["m": "y"]]))
        #expect(try notes.search([3, 4], k: 1).map(\.id) == ["b"])
        #expect(try notes.get("b").metadata == ["m": "y"])
        #expect(try notes.search([3, 4], filter: MetadataField("m") == "x").map(\.id) == ["a"])
    }

    @Test("a table that was made over the wire is a collection; its attributes are the metadata")
    func foreignTable() throws {
        let database = try Database.inMemory()
        _ = try database.engine.run(
            CreateTable(
                TableRequest(
                    short: "Birds", hash: "pk:S",
                    vectors: [VectorShape("byV", dimensions: 3, filters: "kind:S")])))
        _ = try database.engine.run(
            PutItem(
                table: "Birds",
                item: ["pk": "swift", "v": .vector("1", "0", "0"), "kind": "apus", "wings": 2]))
        let birds = try VectorCollections(in: database).get("Birds")
        #expect(try birds.get("swift").metadata == ["kind": "apus", "wings": 2])
        try birds.add("robin", [0, 1, 0], metadata: ["kind": "erithacus"])
        #expect(
            try birds.search([1, 0, 0], filter: MetadataField("kind") == "erithacus").map(\.id)
                == ["robin"])
        let item = try database.engine.run(GetItem(table: "Birds", key: ["pk": "robin"])).item?.item
        #expect(item?["kind"] == "erithacus")
        #expect(throws: VectorDatabaseError.self) {
            try birds.add("x", [0, 0, 1], metadata: ["pk": "y"])
        }
        try birds.update("swift", metadata: ["wings": 3])
        #expect(try birds.get("swift").metadata == ["wings": 3])
        #expect(try birds.get("swift").vector == [1, 0, 0])
    }
}
