import Foundation
import Martlet
import MartletTestSupport
import Testing

@Suite struct VectorOpeningTests {
    @Test("what was written is there after closing and opening, without dimensions")
    func reopening() throws {
        let folder = TemporaryFolder()
        let first = try VectorDatabase.open(
            at: folder.path + "/deep/down", dimensions: 2,
            options: VectorOptions(metric: .euclidean))
        try first.add("a", [1, 2], metadata: ["m": "x"])
        try first.close()
        let second = try VectorDatabase.open(at: folder.path + "/deep/down")
        #expect(second.dimensions == 2)
        #expect(second.metric == .euclidean)
        #expect(try second.get("a").vector == [1, 2])
        #expect(try second.get("a").metadata == ["m": "x"])
        #expect(try second.search([1, 2]).map(\.id) == ["a"])
    }

    @Test("settings of an existing collection are its own, whatever is given")
    func settingsStay() throws {
        let folder = TemporaryFolder()
        try VectorDatabase.open(at: folder.path, dimensions: 2).close()
        let again = try VectorDatabase.open(
            at: folder.path, dimensions: 9, options: VectorOptions(metric: .dotProduct))
        #expect(again.dimensions == 2)
        #expect(again.metric == .cosine)
    }

    @Test("nothing there and no dimensions: the error asks for them, and nothing is made")
    func missingDimensions() throws {
        let folder = TemporaryFolder()
        #expect(throws: VectorDatabaseError.missingDimensions(path: folder.path)) {
            _ = try VectorDatabase.open(at: folder.path)
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    @Test(
        "options outside their ranges are refused, and nothing is made",
        arguments: [
            (0, 16, 200), (-1, 16, 200), (5_000_000, 16, 200), (2, 1, 200), (2, 16, 0),
        ])
    func badOptions(dimensions: Int, m: Int, efConstruction: Int) throws {
        let folder = TemporaryFolder()
        #expect(throws: VectorDatabaseError.self) {
            _ = try VectorDatabase.open(
                at: folder.path, dimensions: dimensions,
                options: VectorOptions(m: m, efConstruction: efConstruction))
        }
        #expect(!FileManager.default.fileExists(atPath: folder.path))
    }

    @Test("a file and somebody else's folder are refused by name")
    func foreign() throws {
        let folder = TemporaryFolder()
        try Data("mine".utf8).write(to: URL(fileURLWithPath: folder.path))
        for dimensions in [nil, 2] {
            let error = try #require(throws: VectorDatabaseError.self) {
                _ = try VectorDatabase.open(at: folder.path, dimensions: dimensions)
            }
            #expect(error.description.contains(folder.path))
        }
    }

    @Test("a folder opened twice is one database; the last to close closes it")
    func shared() throws {
        let folder = TemporaryFolder()
        let first = try VectorDatabase.open(at: folder.path, dimensions: 2)
        let second = try VectorDatabase.open(at: folder.path + "/")
        try first.add("a", [1, 2])
        #expect(try second.contains("a"))
        try first.close()
        try first.close()
        #expect(throws: VectorDatabaseError.closed) { try first.add("b", [1, 2]) }
        #expect(throws: VectorDatabaseError.closed) { _ = try first.search([1, 2]) }
        try second.add("b", [1, 2])
        try second.close()
        let third = try VectorDatabase.open(at: folder.path)
        #expect(try third.count() == 2)
    }

    @Test("an object that goes away lets go of the folder")
    func goingAway() throws {
        let folder = TemporaryFolder()
        for i in 0..<3 {
            let database = try VectorDatabase.open(at: folder.path, dimensions: 2)
            try database.add("\(i)", [1, 2])
        }
        let plain = try Database.open(at: folder.path)
        try plain.close()
        #expect(try VectorDatabase.open(at: folder.path).count() == 3)
    }
}
