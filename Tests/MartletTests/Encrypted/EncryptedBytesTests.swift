// What the folder of an index tells, and what becomes of it when it is altered. The claims of
// docs/threat-model.md.

import Martlet
import MartletTestBasics
import Testing

@Suite("Bytes of encrypted indexes") struct EncryptedBytesTests {
    private let keyBytes = (0..<32).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ 11) }
    private func key() throws -> EncryptionKey { try EncryptionKey(keyBytes) }

    /// An index with all kinds of contents, closed or as a crash would leave it.
    private func fill(_ client: EncryptedClient, _ count: Int) throws -> EncryptedIndex {
        var random = SeededRandom(seed: 5)
        let index = try client.createIndex("zebra-index-name", key: key())
        for start in stride(from: 0, to: count, by: 500) {
            try index.upsert(
                (start..<min(start + 500, count)).map {
                    EncryptedRow(
                        id: .string("zebra-id-\($0)"), vector: vector(&random),
                        contents: Array("zebra-contents".utf8) + [UInt8](repeating: 0, count: 700),
                        metadata: ["zebra-field": "zebra-value"])
                })
        }
        return index
    }

    /// Numbers that can be found again.
    private func vector(_ random: inout SeededRandom) -> [Float] {
        StoredSecrets.numbers + randomVector(8, &random)
    }

    @Test("no stored byte tells a name, an id, a vector, contents or metadata, open or closed")
    func nothingShows() throws {
        let folder = try EncryptedFolder()
        let client = try EncryptedClient(path: folder.path)
        let index = try fill(client, 3000)
        try index.train()
        try copyTree(folder.path, to: folder.beside("crashed"))
        try client.close()
        var secrets = StoredSecrets(keys: [keyBytes])
        let (kinds, telling) = secrets.look(in: [folder.path, folder.beside("crashed")])
        #expect(telling == [])
        #expect(kinds.isSuperset(of: ["sst", "log", "graph", "keys", "version", "catalog"]))
    }

    @Test("sealed files pass the chi-square test for random bytes")
    func looksRandom() throws {
        let folder = try EncryptedFolder()
        let client = try EncryptedClient(path: folder.path)
        let index = try fill(client, 5000)
        try index.train()
        try client.close()
        let files = [(folder.graphFolder + "/graph", 72), (folder.indexPath + "/keys", 32)]
        for (name, header) in files {
            let bytes = try bytes(ofFile: name)[header...]
            var counts = [Int](repeating: 0, count: 256)
            for byte in bytes { counts[Int(byte)] += 1 }
            let expected = Double(bytes.count) / 256
            let chiSquare = counts.reduce(0.0) {
                $0 + (Double($1) - expected) * (Double($1) - expected) / expected
            }
            // 255 degrees of freedom: beyond this in one of 10^9 cases.
            #expect(chiSquare < 402, "\(name): \(chiSquare) of \(bytes.count)")
        }
    }

    /// Opens a folder and reads everything.
    /// - Returns: nil when it was refused.
    private func everything(in path: String) throws -> [EncryptedRow]? {
        do {
            let client = try EncryptedClient(path: path)
            defer { try? client.close() }
            let index = try client.loadIndex("zebra-index-name", key: key())
            return try index.get(index.ids()).sorted { "\($0.id)" < "\($1.id)" }
        } catch is EncryptedIndexError {
            return nil
        }
    }

    @Test("a flipped bit anywhere in the folder never alters or loses a row unnoticed")
    func flippedBits() throws {
        let folder = try EncryptedFolder()
        let client = try EncryptedClient(path: folder.path)
        _ = try fill(client, 8)
        try copyTree(folder.path, to: folder.beside("crashed"))
        try client.close()
        for path in [folder.path, folder.beside("crashed")] {
            let expected = try everything(in: folder.path)
            #expect(expected?.count == 8)
            let work = folder.beside("work")
            var refused = 0
            var random = SeededRandom(seed: 11)
            for file in allFiles(in: path) where !file.path.hasSuffix("LOG") {
                // Small files bit by bit, in large ones some; a log's room is zeros at its end.
                let used = (file.bytes.lastIndex { $0 != 0 } ?? -1) + 1
                let step = max(1, used / 12)
                for place in stride(from: random.below(step), to: used, by: step) {
                    removeTree(work)
                    try copyTree(path, to: work)
                    var altered = file.bytes
                    altered[place] ^= 1 << UInt8(random.below(8))
                    try write(altered, toFile: work + "/" + file.path)
                    let found = try everything(in: work)
                    if found == nil { refused += 1 }
                    #expect(found == nil || found == expected, "\(file.path), byte \(place)")
                }
            }
            #expect(refused > 15)
        }
    }

    @Test("a log cut anywhere loses no acknowledged row unnoticed")
    func cutLog() throws {
        let folder = try EncryptedFolder()
        let client = try EncryptedClient(path: folder.path)
        _ = try fill(client, 6)
        try copyTree(folder.path, to: folder.beside("crashed"))
        try client.close()
        let crashed = folder.beside("crashed")
        let expected = try everything(in: folder.path)
        let log = allFiles(in: crashed).first { $0.path.hasSuffix(".log") }!
        let used = log.bytes.lastIndex { $0 != 0 }! + 1
        let work = folder.beside("work")
        for count in stride(from: 0, to: used, by: max(1, used / 30)) {
            removeTree(work)
            try copyTree(crashed, to: work)
            try write(Array(log.bytes[..<count]), toFile: work + "/" + log.path)
            let found = try everything(in: work)
            #expect(found == nil || found == expected, "cut at byte \(count)")
        }
    }

    @Test("no error and no line of a log shows a key")
    func silence() throws {
        let folder = try EncryptedFolder()
        let lines = Lines()
        let client = try EncryptedClient(path: folder.path) { lines.append($0) }
        let index = try fill(client, 10)
        var texts: [String] = []
        func note(_ body: () throws -> Void) {
            do {
                try body()
                Issue.record("nothing was thrown")
            } catch {
                texts.append("\(error) \(String(reflecting: error))")
                dump(error, to: &texts[texts.count - 1])
            }
        }
        let key = try key()
        note { try index.rotateKey(.random(), to: key) }
        note { _ = try client.createIndex("zebra-index-name", key: key) }
        note { _ = try client.createIndex("", key: key) }
        note { _ = try client.loadIndex("none", key: key) }
        note { try index.upsert([EncryptedRow(id: "zebra-id-1", vector: [1.234567])]) }
        note { try index.createUserKey([1], key: key, permission: .read, owner: key) }
        try client.close()
        note { _ = try index.count() }
        texts += lines.all
        let hexadecimal = keyBytes.prefix(4).map { String($0, radix: 16) }.joined()
        for text in texts {
            #expect(!text.contains(hexadecimal))
            #expect(!text.contains("\(keyBytes[0]), \(keyBytes[1])"))
            #expect(!text.contains("zebra") && !text.contains("1.23"))
        }
    }
}
