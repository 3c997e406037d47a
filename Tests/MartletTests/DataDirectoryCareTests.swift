import Foundation
import Martlet
import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestBasics
import MartletTestSupport
import Testing

/// Checks, repairs and figures of a directory on disk. What is done to rows is tested over memory:
/// `StoreRepairTests`.
@Suite struct DataDirectoryCareTests {
    private static let table = TableRequest(
        short: "Notes", range: "sk:N", global: [IndexShape("byA", hash: "a:S")],
        vectors: [VectorShape()])

    /// A closed database with some rows in table files and a vector index in a file.
    private func made(rows: Int = 400) throws -> TemporaryFolder {
        let folder = TemporaryFolder()
        let database = try Database.open(at: folder.path + "/data")
        _ = try database.engine.run(CreateTable(Self.table))
        for number in 0..<rows {
            var item: Item = [
                "pk": .text("p\(number)"), "sk": 1, "a": .text("a\(number % 7)"),
                "note": .filler(300),
            ]
            item["v"] = .vector("\(number % 13)", "1", "\(number % 5)")
            database.engine.submit(
                PutItem(table: "Notes", item: item), isLast: false, completion: { _ in })
        }
        database.engine.commitSubmitted()
        _ = try database.engine.run(PutItem(table: "Notes", item: ["pk": "last", "sk": 1]))
        _ = try database.engine.run(DeleteItem(table: "Notes", key: ["pk": "p1", "sk": 1]))
        // What is in the graph when the database is closed is in the file.
        for _ in 0..<2000 where database.engine.vectorStatistics.pendingCount > 0 { usleep(5000) }
        try database.close()
        return folder
    }

    private func check(_ folder: TemporaryFolder, isDeep: Bool = true) throws -> CheckReport {
        try DataDirectoryCare(path: folder.path + "/data").check(isDeep: isDeep) { _ in }
    }

    private func files(_ path: String, _ suffix: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: path).filter { $0.hasSuffix(suffix) }
            .map { "\(path)/\($0)" }.sorted()
    }

    private func flipByte(_ path: String, at part: Double) throws {
        var bytes = try bytes(ofFile: path)
        bytes[Int(Double(bytes.count) * part)] ^= 0x40
        try write(bytes, toFile: path)
    }

    @Test("a database that was closed is sound, also when it is looked at deeply")
    func sound() throws {
        let folder = try made()
        let report = try check(folder)
        #expect(report.findings == [])
        #expect(report.rowCount >= 400)
    }

    @Test("a directory in use is refused with the holder's name, and none is made")
    func lock() throws {
        let folder = try made(rows: 1)
        let database = try Database.open(at: folder.path + "/data")
        let error = try #require(throws: DatabaseError.self) { try check(folder) }
        #expect(error.description.contains(String(ProcessInfo.processInfo.processIdentifier)))
        try database.close()
        #expect(throws: DatabaseError.self) { _ = try DataDirectoryCare(path: folder.path + "/no") }
        #expect(!FileManager.default.fileExists(atPath: folder.path + "/no"))
    }

    @Test(
        "a damaged table file is named, and a repair keeps what can be read and the file as it was")
    func tableFile() throws {
        let folder = try made()
        let file = try #require(try files(folder.path + "/data/rows", ".sst").first)
        let before = try bytes(ofFile: file)
        try flipByte(file, at: 0.4)
        let damaged = try bytes(ofFile: file)
        let finding = try #require(try check(folder).findings.first)
        #expect(finding.problem == .damagedFile)
        #expect(finding.file?.hasPrefix("rows") == true)

        let (repaired, rows) = try DataDirectoryCare(path: folder.path + "/data").repair()
        #expect(repaired?.finding.problem == .damagedFile)
        #expect(rows.remaining == [])
        let kept = try #require(repaired?.copyPath)
        let name = try #require(file.split(separator: "/").last)
        #expect(try bytes(ofFile: "\(kept)/\(name)") == damaged && damaged != before)
        #expect(try check(folder).findings == [])
        let database = try Database.open(at: folder.path + "/data")
        try database.close()
    }

    @Test("a damaged vector file is named and removed, and the index is made again from the items")
    func vectorFile() throws {
        let folder = try made()
        let file = try #require(try files(folder.path + "/data/vectors", "graph").first)
        for part in [0.0, 0.3, 0.6, 0.95] {
            try flipByte(file, at: part)
            let findings = try check(folder).findings
            if findings.isEmpty {
                // The byte is between sections, where nothing is kept.
                try flipByte(file, at: part)
                continue
            }
            #expect(findings.map(\.problem) == [.unreadableVectorFile])
            #expect(findings.first?.index == "byV")
            #expect(findings.first?.file?.hasSuffix("graph") == true)
            let (_, rows) = try DataDirectoryCare(path: folder.path + "/data").repair()
            #expect(rows.counts == [.removedVectorFiles: 1])
            #expect(rows.remaining == [] && rows.quarantinePath == nil)
            #expect(try check(folder).findings == [])
            let database = try Database.open(at: folder.path + "/data")
            var search = SearchVectors(
                table: "Notes", index: "byV", vector: [1, 1, 1], topK: 3)
            search.topK = 5
            #expect(try database.engine.run(search).matches.count == 5)
            _ = try database.engine.run(
                PutItem(
                    table: "Notes",
                    item: ["pk": "more", "sk": 1, "v": .vector("1", "2", "\(part)")]))
            for _ in 0..<500 where database.engine.vectorStatistics.rebuildingCount > 0 {
                usleep(10_000)
            }
            try database.close()
            guard FileManager.default.fileExists(atPath: file) else { return }
        }
    }

    @Test(
        "figures count rows and their bytes by kind and by owner, and what was overwritten as dead")
    func figures() throws {
        let folder = try made()
        let figures = try DataDirectoryCare(path: folder.path + "/data").figures { _ in }
        let items = try #require(figures.inventory.kinds.first { $0.kind == "item" })
        // 400 were put, one more came, one went.
        #expect(items.rowCount == 400)
        #expect(items.liveBytes > 400 * 300)
        let rows = try #require(
            figures.inventory.lines.first {
                $0.owner == "Notes.byA" && $0.kind == "indexRow"
            })
        #expect(rows.rowCount == 399)
        #expect(figures.diskBytes > 0 && figures.liveBytes > 0)
        let dead = figures.inventory.kinds.reduce(0) { $0 + ($1.deadCount ?? 0) }
        #expect(dead >= 0)
        let database = try Database.open(at: folder.path + "/data")
        for _ in 0..<3 {
            _ = try database.engine.run(PutItem(table: "Notes", item: ["pk": "p5", "sk": 1]))
            _ = try database.engine.run(
                PutItem(table: "Notes", item: ["pk": "p5", "sk": 1, "n": 1]))
        }
        try database.close()
        let again = try DataDirectoryCare(path: folder.path + "/data").figures { _ in }
        let item = try #require(again.inventory.kinds.first { $0.kind == "item" })
        #expect(item.rowCount == 400)
        #expect(item.deadCount ?? -1 >= 1)
    }
}
