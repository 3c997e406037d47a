import Foundation
import Martlet
import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct DatabaseTests {
    /// A folder of its own for each test, gone when the test is.
    final class Folder {
        let path = FileManager.default.temporaryDirectory
            .appendingPathComponent("martlet-\(UUID().uuidString)").path

        deinit { try? FileManager.default.removeItem(atPath: path) }
    }

    private static let users = TableRequest(
        name: "Users", attributeDefinitions: [KeyAttribute(name: "id", type: .string)],
        keySchema: [KeySchemaElement(name: "id", role: .hash)], billing: .payPerRequest)

    private func put(_ id: Text, in database: Database) throws {
        _ = try database.engine.run(PutItem(table: "Users", item: ["id": .string(id)]))
    }

    private func has(_ id: Text, _ database: Database) throws -> Bool {
        try database.engine.run(GetItem(table: "Users", key: ["id": .string(id)])).item != nil
    }

    @Test("a closed database opens again with everything that was written")
    func reopening() throws {
        let folder = Folder()
        let first = try Database.open(at: folder.path)
        _ = try first.engine.run(CreateTable(Self.users))
        try put("a", in: first)
        try first.close()

        let second = try Database.open(at: folder.path)
        #expect(try has("a", second))
        #expect(try !has("b", second))
        try second.close()
    }

    @Test("the folder and its parents are made")
    func parents() throws {
        let folder = Folder()
        let database = try Database.open(at: folder.path + "/deep/down")
        try database.close()
        #expect(FileManager.default.fileExists(atPath: folder.path + "/deep/down"))
    }

    @Test("a folder that is open cannot be opened again, and the error names this process")
    func lock() throws {
        let folder = Folder()
        let database = try Database.open(at: folder.path)
        let error = try #require(throws: DatabaseError.self) {
            _ = try Database.open(at: folder.path)
        }
        #expect(error.description.contains(String(ProcessInfo.processInfo.processIdentifier)))
        try database.close()
        let again = try Database.open(at: folder.path)
        try again.close()
    }

    @Test("somebody else's folder is refused and left as it was")
    func foreignFolder() throws {
        let folder = Folder()
        try FileManager.default.createDirectory(
            atPath: folder.path, withIntermediateDirectories: true)
        try Data("mine".utf8).write(to: URL(fileURLWithPath: folder.path + "/notes.txt"))
        let error = try #require(throws: DatabaseError.self) {
            _ = try Database.open(at: folder.path)
        }
        #expect(error.description.contains(folder.path))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["notes.txt"])
    }

    @Test("a path that is a file is refused by name")
    func file() throws {
        let folder = Folder()
        try Data("mine".utf8).write(to: URL(fileURLWithPath: folder.path))
        let error = try #require(throws: DatabaseError.self) {
            _ = try Database.open(at: folder.path)
        }
        #expect(error.description.contains(folder.path))
    }

    @Test("a memory database is empty each time")
    func memory() throws {
        for _ in 0..<2 {
            let database = try Database.inMemory()
            _ = try database.engine.run(CreateTable(Self.users))
            try put("a", in: database)
            #expect(try has("a", database))
            try database.close()
        }
    }

    @Test("writes after close fail; nothing hangs")
    func afterClose() throws {
        let database = try Database.inMemory()
        _ = try database.engine.run(CreateTable(Self.users))
        try database.close()
        #expect(throws: OperationError.self) { try put("a", in: database) }
    }
}
