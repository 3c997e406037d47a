import Martlet
import MartletTestBasics
import Testing

@Suite("Folders of encrypted indexes") struct EncryptedClientTests {
    private let key = EncryptionKey.random()

    @Test("indexes are listed without a key, loaded with theirs, and deleted for good")
    func lifetime() throws {
        let folder = try EncryptedFolder()
        let other = EncryptionKey.random()
        var client = try EncryptedClient(path: folder.path)
        _ = try client.createIndex("b", key: key)
        let kept = try client.createIndex("a", key: other)
        try kept.upsert([EncryptedRow(id: 1, vector: [1])])
        #expect(throws: EncryptedIndexError.indexExists) {
            try client.createIndex("a", key: key)
        }
        #expect(try client.listIndexes() == ["a", "b"])
        try client.close()
        #expect(throws: EncryptedIndexError.closed) { try client.listIndexes() }
        #expect(throws: EncryptedIndexError.closed) { try kept.count() }

        client = try EncryptedClient(path: folder.path)
        #expect(try client.listIndexes() == ["a", "b"])
        #expect(throws: EncryptedIndexError.noIndex) { try client.loadIndex("c", key: key) }
        #expect(throws: EncryptedIndexError.wrongKey) {
            try client.loadIndex("a", key: .random())
        }
        #expect(throws: EncryptedIndexError.keyOfAnotherIndex) {
            try client.loadIndex("a", key: key)
        }
        let index = try client.loadIndex("a", key: other)
        let again = try client.loadIndex("a", key: other)
        #expect(throws: EncryptedIndexError.keyOfAnotherIndex) {
            try client.loadIndex("a", key: key)
        }
        #expect(try again.count() == 1)
        let path = folder.path
        try index.deleteIndex()
        #expect(throws: EncryptedIndexError.deleted) { try again.count() }
        #expect(throws: EncryptedIndexError.deleted) {
            try again.upsert([EncryptedRow(id: 1, vector: [1])])
        }
        #expect(try client.listIndexes() == ["b"])
        #expect(names(in: path).filter { $0.utf8.count == 32 }.count == 1)
        let new = try client.createIndex("a", key: key)
        #expect(try new.count() == 0)
        try client.close()
    }

    @Test("one process opens a folder at a time, and no other program's folder is taken")
    func locks() throws {
        let folder = try EncryptedFolder()
        let client = try EncryptedClient(path: folder.path)
        #expect("a second client") { try EncryptedClient(path: folder.path) } throws: {
            if case EncryptedIndexError.storage(let text) = $0 {
                text.contains("in use")
            } else {
                false
            }
        }
        try client.close()
        try EncryptedClient(path: folder.path + "/").close()
        let strange = folder.beside("strange")
        try copyTree(folder.path, to: strange)
        try write([1], toFile: strange + "/letter.txt")
        unlinkFile(strange + "/catalog")
        #expect(throws: EncryptedIndexError.self) { try EncryptedClient(path: strange) }
        #expect(names(in: strange).contains("letter.txt"))
    }

    @Test("with a key of the caller's, names are not to be had without it")
    func catalogKey() throws {
        let folder = try EncryptedFolder()
        let names = EncryptionKey.random()
        let client = try EncryptedClient(path: folder.path, catalogKey: names)
        _ = try client.createIndex("secret plans", key: key)
        try client.close()
        for wrong in [nil, EncryptionKey.random()] {
            #expect(throws: EncryptedIndexError.wrongCatalogKey) {
                try EncryptedClient(path: folder.path, catalogKey: wrong)
            }
        }
        #expect(MartletTestBasics.names(in: folder.path).contains("catalog.key") == false)
        let again = try EncryptedClient(path: folder.path, catalogKey: names)
        #expect(try again.listIndexes() == ["secret plans"])
        try again.close()
    }

    @Test("the index of another name in a name's place is found out")
    func exchangedFolders() throws {
        let folder = try EncryptedFolder()
        let client = try EncryptedClient(path: folder.path)
        _ = try client.createIndex("a", key: key)
        let first = folder.indexPath
        _ = try client.createIndex("b", key: key)
        let second = names(in: folder.path).filter { $0.utf8.count == 32 }
            .map { folder.path + "/" + $0 }.first { $0 != first }!
        try client.close()
        renameFile(first, to: folder.beside("x"))
        renameFile(second, to: first)
        renameFile(folder.beside("x"), to: second)
        let again = try EncryptedClient(path: folder.path)
        #expect(throws: EncryptedIndexError.altered("the catalogue")) {
            try again.loadIndex("a", key: key)
        }
        try again.close()
    }

    @Test("an index in memory can be closed and loaded again")
    func memory() throws {
        let client = EncryptedClient.inMemory()
        let index = try client.createIndex("m", key: key)
        try index.upsert([EncryptedRow(id: 1, vector: [1, 2], contents: [9])])
        try index.close()
        #expect(throws: EncryptedIndexError.closed) { try index.count() }
        #expect(throws: EncryptedIndexError.wrongKey) { try client.loadIndex("m", key: .random()) }
        let again = try client.loadIndex("m", key: key)
        #expect(try again.contents(of: [1, 2]) == [[9], []])
    }

    @Test("keys are 32 bytes that are not all zero")
    func keys() throws {
        for count in [0, 16, 31, 33] {
            #expect(throws: EncryptedIndexError.invalidKey) {
                try EncryptionKey([UInt8](repeating: 1, count: count))
            }
        }
        #expect(throws: EncryptedIndexError.invalidKey) {
            try EncryptionKey([UInt8](repeating: 0, count: 32))
        }
        let bytes = [UInt8](1...32)
        let key = try EncryptionKey(bytes)
        #expect(key.withBytes { Array($0) } == bytes)
        #expect(try key.isEqual(to: EncryptionKey(bytes)))
        var text = "\(key) \(String(reflecting: key))"
        dump(key, to: &text)
        #expect(!text.contains("0102") && !text.contains("1, 2"))
    }

    @Test("an older copy of an index is refused with a version that was kept elsewhere")
    func rollback() throws {
        let folder = try EncryptedFolder()
        var client = try EncryptedClient(path: folder.path)
        var index = try client.createIndex("r", key: key)
        try index.upsert([EncryptedRow(id: 1, vector: [1])])
        try client.close()
        try copyTree(folder.path, to: folder.beside("old"))
        // Nobody with the key writes to this one: opening an index may take its journal in.
        try copyTree(folder.path, to: folder.beside("kept"))
        client = try EncryptedClient(path: folder.path)
        index = try client.loadIndex("r", key: key)
        try index.upsert([EncryptedRow(id: 1, vector: [2])])
        let version = try index.version()
        try client.close()

        let old = try EncryptedClient(path: folder.beside("old"))
        #expect("the old copy") {
            try old.loadIndex("r", key: key, atLeastVersion: version)
        } throws: {
            if case EncryptedIndexError.rolledBack(_, let expected) = $0 {
                expected == version
            } else {
                false
            }
        }
        #expect(try old.loadIndex("r", key: key).count() == 1)
        try old.close()
        // Its records under the anchor of now.
        removeTree(folder.indexPath + "/rows")
        let name = folder.indexPath.split(separator: "/").last!
        try copyTree(folder.beside("kept") + "/\(name)/rows", to: folder.indexPath + "/rows")
        client = try EncryptedClient(path: folder.path)
        #expect("old records") { try client.loadIndex("r", key: key) } throws: {
            if case EncryptedIndexError.rolledBack = $0 { true } else { false }
        }
        try client.close()
    }
}
