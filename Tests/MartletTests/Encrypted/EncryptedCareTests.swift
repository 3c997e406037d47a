// Checks, repairs and figures of encrypted indexes by somebody who has no key.

import Martlet
import MartletEngine
import MartletTestBasics
import Testing

@Suite("Care of encrypted indexes") struct EncryptedCareTests {
    private let key = EncryptionKey.random()

    /// A closed folder with one index of 700 rows, which has a graph.
    private func made() throws -> EncryptedFolder {
        let folder = try EncryptedFolder()
        var random = SeededRandom(seed: 3)
        let client = try EncryptedClient(path: folder.path)
        let index = try client.createIndex("notes", key: key)
        try index.upsert(
            (0..<700).map { EncryptedRow(id: .int($0), vector: randomVector(24, &random)) })
        try index.delete([.int(5)])
        try index.train()
        try client.close()
        return folder
    }

    private func check(_ path: String) throws -> CheckReport {
        try DataDirectoryCare(path: path).check(isDeep: true) { _ in }
    }

    private func rowCount(_ folder: EncryptedFolder) throws -> Int {
        let client = try EncryptedClient(path: folder.path)
        defer { try? client.close() }
        return try client.loadIndex("notes", key: key).count()
    }

    @Test("a folder of indexes and an index by itself are found sound, and known for sealed ones")
    func sound() throws {
        let folder = try made()
        for path in [folder.path, folder.indexPath] {
            let report = try check(path)
            #expect(report.findings == [])
            #expect(report.sealedCount == 1)
            #expect(report.rowCount > 699)
        }
    }

    @Test("a repair of what is sound leaves every file that it is not the store's own to rewrite")
    func repairChangesNothing() throws {
        let folder = try made()
        for path in [folder.path, folder.indexPath] {
            let before = kept(in: folder.path)
            #expect(before.count >= 7)
            let (files, rows) = try DataDirectoryCare(path: path).repair()
            #expect(files == nil)
            #expect(rows.counts == [:] && rows.found == [] && rows.quarantinePath == nil)
            #expect(rows.sealedCount == 1)
            let isSame = kept(in: folder.path) == before
            #expect(isSame)
        }
        #expect(try rowCount(folder) == 699)
    }

    /// What RocksDB does not write anew whenever it opens.
    private func kept(in path: String) -> [String: [UInt8]] {
        var files: [String: [UInt8]] = [:]
        for file in allFiles(in: path)
        where !"/\(file.path)".contains("/rows/") || file.path.hasSuffix(".sst") {
            files[file.path] = file.bytes
        }
        return files
    }

    @Test("parts that are malformed or missing are named, and a repair keeps them as they are")
    func damage() throws {
        let folder = try made()
        let graph = String(folder.graphFolder.dropFirst(folder.indexPath.count + 1)) + "/graph"
        let whole = kept(in: folder.indexPath)
        func expect(
            _ problem: InvariantFinding.Problem, _ file: String, _ alter: ([UInt8]) -> [UInt8]?
        ) throws {
            let path = folder.indexPath + "/" + file
            let before = try #require(whole[file])
            if let bytes = alter(before) {
                try write(bytes, toFile: path)
            } else {
                unlinkFile(path)
            }
            let altered = kept(in: folder.indexPath)
            let findings = try check(folder.indexPath).findings
            #expect(findings.map(\.problem) == [problem], "\(file)")
            #expect(findings.map(\.file) == [file])
            let (_, rows) = try DataDirectoryCare(path: folder.indexPath).repair()
            #expect(rows.remaining == findings)
            let isSame = kept(in: folder.indexPath) == altered
            #expect(isSame, "\(file)")
            // In the folder of all indexes it has a longer name.
            #expect(try check(folder.path).findings.first?.file?.hasSuffix("/" + file) == true)
            try write(before, toFile: path)
        }
        for file in [graph, "directory"] {
            try expect(.malformedSealedFile, file) { Array($0.dropLast()) }
            try expect(.malformedSealedFile, file) { Array("NOTHING!".utf8) + $0[8...] }
            try expect(.malformedSealedFile, file) { Array($0[..<40]) }
        }
        try expect(.malformedSealedFile, "keys") { $0 + [0] }
        try expect(.missingSealedPart, "keys") { _ in nil }
        try expect(.malformedSealedFile, "version") { Array($0.dropLast()) }
        try expect(.missingSealedPart, "version") { _ in nil }
        #expect(try check(folder.path).findings == [])
        #expect(try rowCount(folder) == 699)
    }

    @Test("a damaged file of the store is named, and a repair does not lose what is left of it")
    func damagedStore() throws {
        let folder = try made()
        let table = try #require(
            allFiles(in: folder.indexPath).first { $0.path.hasSuffix(".sst") })
        var bytes = table.bytes
        bytes[bytes.count / 3] ^= 0x10
        try write(bytes, toFile: folder.indexPath + "/" + table.path)
        let findings = try check(folder.path).findings
        #expect(findings.map(\.problem) == [.damagedFile])
        #expect(findings.first?.file?.contains("/rows") == true)
        let (files, rows) = try DataDirectoryCare(path: folder.path).repair()
        #expect(files == nil && rows.remaining.count == 1)
        let after = allFiles(in: folder.indexPath).first { $0.path == table.path }
        let isSame = after?.bytes == bytes
        #expect(isSame)
    }

    @Test("a folder that is in use is refused, and so are sealed rows as a database's")
    func refused() throws {
        let folder = try made()
        for path in [folder.path, folder.indexPath] {
            #expect(throws: DatabaseError.self) { _ = try Database.open(at: path) }
        }
        let client = try EncryptedClient(path: folder.path)
        let index = try client.loadIndex("notes", key: key)
        for path in [folder.path, folder.indexPath] {
            #expect(throws: DatabaseError.self) { _ = try check(path) }
        }
        #expect(try index.count() == 699)
        try client.close()
    }

    @Test("figures count records by kind")
    func figures() throws {
        let folder = try made()
        for path in [folder.path, folder.indexPath] {
            let figures = try DataDirectoryCare(path: path).figures { _ in }
            let kinds = figures.inventory.kinds
            #expect(kinds.first?.kind == "sealedHead" && kinds.first?.rowCount == 1)
            let records = try #require(kinds.first { $0.kind == "sealedRecord" })
            #expect(records.rowCount >= 699 && records.liveBytes > 699 * 96)
            #expect(figures.diskBytes > 0)
        }
    }
}
