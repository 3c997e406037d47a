import Foundation
import Martlet
import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

/// Vector indexes beside a store on disk: what is in the data directory when.
@Suite struct VectorFolderTests {
    private func item(_ number: Int) -> Item {
        ["pk": .text("p\(number)"), "v": .vector("\(number)", "\(number % 7)", "5")]
    }

    private func nearest(_ number: Int, in database: Database) throws -> AttributeValue? {
        try database.engine.run(
            SearchVectors(
                table: "Tab", index: "byV",
                vector: [Float(number), Float(number % 7), 5], topK: 1)
        ).matches.first?.item.item["pk"]
    }

    private func names(_ path: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: path)) ?? []).sorted()
    }

    @Test(
        "an index opens from its file, is right without it, and leaves nothing when it is dropped")
    func lifetime() throws {
        let folder = DatabaseTests.Folder()
        let vectors = folder.path + "/vectors"
        let logged = Collected<String>()
        var options = DatabaseOptions()
        options.engine.log = { logged.append($0) }
        let request = TableRequest(vectors: [VectorShape()])

        var database = try Database.open(at: folder.path, options: options)
        #expect(names(vectors) == [])
        _ = try database.engine.run(CreateTable(request))
        for number in 0..<200 {
            _ = try database.engine.run(PutItem(table: "Tab", item: item(number)))
        }
        #expect(try nearest(7, in: database) == .text("p7"))
        while database.engine.vectorStatistics.pendingCount > 0 { usleep(1000) }
        try database.close()
        #expect(names(vectors).count == 1)
        let index = vectors + "/" + names(vectors)[0]
        #expect(names(index) == ["graph"])

        database = try Database.open(at: folder.path, options: options)
        #expect(database.engine.vectorStatistics.rebuildingCount == 0)
        #expect(database.engine.vectorStatistics.vectorCount == 200)
        #expect(try nearest(12, in: database) == .text("p12"))
        #expect(logged.all == [])
        try database.close()

        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: index + "/graph"))
        database = try Database.open(at: folder.path, options: options)
        #expect(try nearest(3, in: database) == .text("p3"))
        #expect(logged.all.count == 1)
        #expect(logged.all.first?.contains(index + "/graph is damaged at byte 3") == true)
        _ = try database.engine.run(DeleteTable(table: "Tab"))
        for _ in 0..<2000 where !names(vectors).isEmpty { usleep(1000) }
        #expect(names(vectors) == [])
        try database.close()
    }
}
