import Martlet
import MartletTestBasics
import Testing

@Suite("Keys of encrypted indexes") struct EncryptedKeysTests {
    private let owner = EncryptionKey.random()

    private func filled(_ client: EncryptedClient, _ count: Int = 50) throws -> EncryptedIndex {
        var random = SeededRandom(seed: 9)
        let index = try client.createIndex("keys", key: owner, dimension: 8)
        try index.upsert(
            (0..<count).map {
                EncryptedRow(
                    id: .int(Int64($0)), vector: randomVector(8, &random),
                    contents: [UInt8](repeating: UInt8($0 & 255), count: 200))
            })
        return index
    }

    @Test("the owner's key can be replaced; the data stays as it is")
    func rotation() throws {
        let folder = try EncryptedFolder()
        var client = try EncryptedClient(path: folder.path)
        let index = try filled(client)
        let new = EncryptionKey.random()
        #expect(throws: EncryptedIndexError.wrongKey) {
            try index.rotateKey(.random(), to: new)
        }
        let version = try index.version()
        try index.rotateKey(owner, to: new)
        #expect(try index.version() == version)
        try client.close()
        client = try EncryptedClient(path: folder.path)
        #expect(throws: EncryptedIndexError.wrongKey) { try client.loadIndex("keys", key: owner) }
        let again = try client.loadIndex("keys", key: new)
        #expect(try again.count() == 50)
        try again.rotateKey(new, to: owner)
        try client.close()
    }

    @Test("users read or write as they are permitted, and not at all once revoked")
    func users() throws {
        let folder = try EncryptedFolder()
        var client = try EncryptedClient(path: folder.path)
        var index = try filled(client)
        let (readerID, writerID) = ([UInt8](repeating: 1, count: 16), [UInt8](2...17))
        let (reader, writer) = (EncryptionKey.random(), EncryptionKey.random())
        try index.createUserKey(readerID, key: reader, permission: .read, owner: owner)
        try index.createUserKey(writerID, key: writer, permission: .write, owner: owner)
        #expect(throws: EncryptedIndexError.userExists) {
            try index.createUserKey(readerID, key: writer, permission: .write, owner: owner)
        }
        #expect(throws: EncryptedIndexError.wrongKey) {
            try index.createUserKey([UInt8](0..<16), key: writer, permission: .write, owner: writer)
        }
        #expect(
            try index.listUserKeys() == [
                EncryptedUser(id: readerID, permission: .read),
                EncryptedUser(id: writerID, permission: .write),
            ])
        // Handles on one index have the permission of the key that they were loaded with.
        let row = EncryptedRow(id: 1000, vector: [Float](repeating: 1, count: 8))
        for isReopened in [false, true] {
            if isReopened {
                try client.close()
                client = try EncryptedClient(path: folder.path)
            }
            let reading = try client.loadIndex("keys", key: reader)
            #expect(try reading.count() >= 50)
            #expect(try reading.query(row.vector, topK: 3).count == 3)
            #expect(throws: EncryptedIndexError.permissionDenied) { try reading.upsert([row]) }
            #expect(throws: EncryptedIndexError.permissionDenied) { try reading.delete([1]) }
            #expect(throws: EncryptedIndexError.permissionDenied) { try reading.deleteIndex() }
            let writing = try client.loadIndex("keys", key: writer)
            try writing.upsert([row])
            #expect(throws: EncryptedIndexError.permissionDenied) {
                try writing.rotateKey(owner, to: writer)
            }
            #expect(throws: EncryptedIndexError.permissionDenied) { try writing.listUserKeys() }
        }
        // The owner comes to an index that a user opened.
        index = try client.loadIndex("keys", key: owner)
        try index.revokeUserKey(writerID, owner: owner)
        #expect(throws: EncryptedIndexError.noUser) {
            try index.revokeUserKey(writerID, owner: owner)
        }
        #expect(throws: EncryptedIndexError.wrongKey) { try client.loadIndex("keys", key: writer) }
        try index.upsert([EncryptedRow(id: 1001, vector: row.vector)])
        try client.close()
        client = try EncryptedClient(path: folder.path)
        #expect(throws: EncryptedIndexError.wrongKey) { try client.loadIndex("keys", key: writer) }
        #expect(try client.loadIndex("keys", key: reader).count() == 52)
        try client.close()
    }

    @Test("sealing anew leaves no record, file or key of before, while others read and write")
    func rekey() throws {
        let folder = try EncryptedFolder()
        var client = try EncryptedClient(path: folder.path)
        var index = try filled(client, 4000)
        try index.train()
        try client.close()
        #expect(names(in: folder.graphFolder) == ["graph"])
        try copyTree(folder.path, to: folder.beside("old"))

        client = try EncryptedClient(path: folder.path)
        index = try client.loadIndex("keys", key: owner)
        let user = EncryptionKey.random()
        try index.createUserKey(
            [UInt8](repeating: 3, count: 16), key: user, permission: .write, owner: owner)
        let ended = Lines()
        index.rekeyInBackground(owner: owner) { ended.append($0.map { "\($0)" } ?? "well") }
        let row = EncryptedRow(id: 5000, vector: [Float](repeating: 2, count: 8), contents: [7])
        while ended.all.isEmpty {
            try index.upsert([row])
            #expect(try index.contents(of: [5000, 7]) == [[7], [UInt8](repeating: 7, count: 200)])
        }
        #expect(ended.all == ["well"])
        try client.close()

        // With the keys of before, nothing of now is read; with those of now, all is.
        let lines = Lines()
        client = try EncryptedClient(path: folder.path) { lines.append($0) }
        for key in [owner, user] {
            index = try client.loadIndex("keys", key: key)
            #expect(try index.count() == 4001)
        }
        #expect(try index.contents(of: [3999]) == [[UInt8](repeating: 159, count: 200)])
        #expect(lines.all.isEmpty, "\(lines.all)")
        try client.close()
        let name = folder.indexPath.split(separator: "/").last!
        let oldKeys = try bytes(ofFile: folder.beside("old") + "/\(name)/keys")
        try write(oldKeys, toFile: folder.indexPath + "/keys")
        client = try EncryptedClient(path: folder.path)
        #expect(throws: EncryptedIndexError.self) { try client.loadIndex("keys", key: owner) }
        try client.close()
    }

    @Test("an index whose keys are destroyed is destroyed")
    func erasure() throws {
        let folder = try EncryptedFolder()
        var client = try EncryptedClient(path: folder.path)
        _ = try filled(client)
        try client.close()
        unlinkFile(folder.indexPath + "/keys")
        client = try EncryptedClient(path: folder.path)
        #expect(throws: EncryptedIndexError.missing("the file of keys")) {
            try client.loadIndex("keys", key: owner)
        }
        try client.close()
    }
}
