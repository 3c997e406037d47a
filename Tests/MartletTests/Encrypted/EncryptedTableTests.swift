// Encrypted indexes in a DynamoDB table, with a server of this process.

import Martlet
import MartletClient
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletServer
import MartletTestBasics
import Testing

/// A server, whose table any number of clients open.
private final class ServedTable {
    let engine: Engine
    let server: Server
    let catalogKey = EncryptionKey.random()

    init() throws {
        engine = try Engine(store: MemoryStore())
        var options = ServerOptions()
        options.http.port = 0
        server = try Server.start(engine, options)
    }

    deinit {
        server.stop()
        try? engine.close()
    }

    func database() throws -> DynamoDBClient {
        try DynamoDBClient(
            ClientConfiguration(
                endpoint: "http://127.0.0.1:\(server.port)", region: "us-east-1",
                credentials: .local))
    }

    func client(
        cache: String? = nil, _ database: DynamoDBClient? = nil
    ) throws -> EncryptedClient {
        try EncryptedClient(
            table: "Indexes", client: database ?? self.database(), catalogKey: catalogKey,
            cacheFolder: cache)
    }

    func items() async throws -> [AttributeMap] {
        var items: [AttributeMap] = []
        try await database().eachPage(of: ScanRequest(table: "Indexes")) {
            items += $0.items
            return true
        }
        return items
    }
}

@Suite("Encrypted indexes in a table") struct EncryptedTableTests {
    private let keyBytes = (0..<32).map { UInt8(truncatingIfNeeded: $0 &* 91 &+ 17) }
    private func key() throws -> EncryptionKey { try EncryptionKey(keyBytes) }

    private func rows(_ range: Range<Int>, seed: UInt64 = 5) -> [EncryptedRow] {
        var random = SeededRandom(seed: seed)
        return range.map {
            EncryptedRow(
                id: .string("zebra-id-\($0)"),
                vector: StoredSecrets.numbers + randomVector(8, &random),
                contents: Array("zebra-contents".utf8) + [UInt8](repeating: 0, count: 700),
                metadata: ["zebra-field": "zebra-value"])
        }
    }

    private func everything(_ index: EncryptedIndex) throws -> [EncryptedRow] {
        try index.get(index.ids()).sorted { "\($0.id)" < "\($1.id)" }
    }

    @Test(
        "an index lives in a table as in a folder: rows, queries, users, keys, a second client, its end"
    )
    func lifetime() async throws {
        let served = try ServedTable()
        let client = try served.client()
        let (owner, user) = (try key(), EncryptionKey.random())
        let index = try client.createIndex("zebra-index", key: owner, dimension: 12)
        let all = rows(0..<120)
        try index.upsert(all)
        try index.delete([.string("zebra-id-3")])
        try index.upsert([EncryptedRow(id: 5, vector: all[7].vector)])
        #expect(try index.count() == 120)
        #expect(try index.query(all[7].vector, topK: 2).map(\.distance) == [0, 0])
        #expect(throws: EncryptedIndexError.indexExists) {
            try client.createIndex("zebra-index", key: owner)
        }

        let second = try served.client()
        #expect(try second.listIndexes() == ["zebra-index"])
        #expect(throws: EncryptedIndexError.wrongKey) {
            try second.loadIndex("zebra-index", key: .random())
        }
        let loaded = try second.loadIndex(
            "zebra-index", key: owner, atLeastVersion: index.version())
        #expect(try everything(loaded) == everything(index))
        let version = try index.version()
        #expect(
            throws: EncryptedIndexError.rolledBack(version: version, expected: version + 1)
        ) {
            try served.client().loadIndex(
                "zebra-index", key: owner, atLeastVersion: version + 1)
        }

        let id = [UInt8](repeating: 1, count: 16)
        try loaded.createUserKey(id, key: user, permission: .read, owner: owner)
        // The first handle does not know of the user, and is shut out of writing.
        #expect(throws: EncryptedIndexError.changedElsewhere) {
            try index.delete([.string("zebra-id-4")])
        }
        let reading = try served.client().loadIndex("zebra-index", key: user)
        #expect(throws: EncryptedIndexError.permissionDenied) { try reading.delete([5]) }
        try loaded.revokeUserKey(id, owner: owner)
        #expect(throws: EncryptedIndexError.wrongKey) {
            try served.client().loadIndex("zebra-index", key: user)
        }
        let new = EncryptionKey.random()
        try loaded.rotateKey(owner, to: new)
        try loaded.rekey(owner: new)
        try loaded.delete([5])
        try index.close()
        let again = try client.loadIndex("zebra-index", key: new)
        #expect(try everything(again) == everything(loaded))
        #expect(try again.count() == 119)

        try second.createIndex("other", key: new).upsert(rows(0..<3))
        try again.deleteIndex()
        #expect(try client.listIndexes() == ["other"])
        #expect(throws: EncryptedIndexError.noIndex) {
            try second.loadIndex("zebra-index", key: new)
        }
        try client.createIndex("zebra-index", key: new).deleteIndex()
        try client.loadIndex("other", key: new).deleteIndex()
        // The catalogue is left.
        #expect(try await served.items().count == 1)
    }

    @Test(
        "no item of the table, and no file of the cache, tells a name, an id, a vector or contents")
    func nothingShows() async throws {
        let served = try ServedTable()
        let folder = try EncryptedFolder()
        let client = try served.client(cache: folder.path)
        let index = try client.createIndex("zebra-index", key: key())
        try index.upsert(rows(0..<1500))
        try index.train()
        try index.upsert(rows(0..<100, seed: 6))
        try copyTree(folder.path, to: folder.beside("crashed"))
        try client.close()
        var secrets = StoredSecrets(keys: [keyBytes, served.catalogKey.withBytes { Array($0) }])

        var sealed: [UInt8] = []
        let items = try await served.items()
        #expect(items.count > 1500)
        for item in items {
            var all: [UInt8] = []
            guard case .binary(let partition)? = item["p"] else { continue }
            for entry in item.entries {
                switch entry.value {
                case .binary(let bytes):
                    all += bytes
                    if entry.name.string == "v", partition.last! >= 0x10 { sealed += bytes }
                case .number where entry.name.string == "c": break
                default: Issue.record("attribute \(entry.name.string)")
                }
            }
            let areAbsent = secrets.areAbsent(from: all)
            #expect(areAbsent)
        }
        let (kinds, telling) = secrets.look(in: [folder.path, folder.beside("crashed")])
        #expect(telling == [])
        #expect(kinds.isSuperset(of: ["log", "graph", "version"]))

        var counts = [Int](repeating: 0, count: 256)
        for byte in sealed { counts[Int(byte)] += 1 }
        let expected = Double(sealed.count) / 256
        let chiSquare = counts.reduce(0.0) {
            $0 + (Double($1) - expected) * (Double($1) - expected) / expected
        }
        // 255 degrees of freedom: beyond this in one of 10^9 cases.
        #expect(chiSquare < 402, "\(chiSquare) of \(sealed.count)")
    }

    @Test("with a cache a second opening reads next to nothing, and without one everything")
    func cache() throws {
        let served = try ServedTable()
        let folder = try EncryptedFolder()
        let client = try served.client(cache: folder.path)
        let index = try client.createIndex("zebra-index", key: key())
        try index.upsert(rows(0..<600))
        let expected = try everything(index)
        let written = try index.version()
        #expect(throws: EncryptedIndexError.self) { try served.client(cache: folder.path) }
        try client.close()
        func read(_ cache: String?) throws -> Int {
            let database = try served.database()
            let client = try served.client(cache: cache, database)
            defer { try? client.close() }
            #expect(try everything(client.loadIndex("zebra-index", key: key())) == expected)
            return database.statistics.bytesReceived
        }
        #expect(try read(nil) > 600 * 1000)
        #expect(try read(folder.path) < 10_000)
        // Who only reads has written nothing, which would shut out others.
        let other = try served.client()
        let version = try other.loadIndex("zebra-index", key: key()).version()
        try other.close()
        #expect(version == written)
        #expect(try read(folder.beside("another")) > 600 * 1000)
        #expect(try read(folder.beside("another")) < 10_000)
    }

    @Test("a cache that was damaged, is old, or is gone in part alters nothing of what is read")
    func damagedCache() throws {
        let served = try ServedTable()
        let folder = try EncryptedFolder()
        let work = folder.beside("work")
        let client = try served.client(cache: folder.path)
        let index = try client.createIndex("zebra-index", key: key())
        try index.upsert(rows(0..<8))
        try client.close()
        try copyTree(folder.path, to: folder.beside("old"))
        let writer = try served.client()
        let written = try writer.loadIndex("zebra-index", key: key())
        try written.upsert(rows(4..<10, seed: 8))
        try written.delete([.string("zebra-id-1")])
        let expected = try everything(written)
        func check(_ what: String) throws {
            let client = try served.client(cache: work)
            defer { try? client.close() }
            #expect(
                try everything(client.loadIndex("zebra-index", key: key())) == expected, "\(what)")
        }
        try copyTree(folder.beside("old"), to: work)
        try check("an old cache")
        try copyTree(work, to: folder.beside("new"))
        var random = SeededRandom(seed: 12)
        for path in [folder.beside("old"), folder.beside("new")] {
            for file in allFiles(in: path) where !file.bytes.isEmpty {
                let used = (file.bytes.lastIndex { $0 != 0 } ?? 0) + 1
                for kind in 0..<4 {
                    removeTree(work)
                    try copyTree(path, to: work)
                    var altered = file.bytes
                    switch kind {
                    case 0: altered = Array(altered[..<(used / 2)])
                    case 1: unlinkFile(work + "/" + file.path)
                    default: altered[random.below(used)] ^= 1 << UInt8(random.below(8))
                    }
                    if kind != 1 { try write(altered, toFile: work + "/" + file.path) }
                    try check("\(kind) \(file.path)")
                }
            }
        }
    }

    @Test("clients see each other's indexes, and the names are under the catalogue's key")
    func catalogue() async throws {
        let served = try ServedTable()
        let (first, second) = (try served.client(), try served.client())
        _ = try first.createIndex("a", key: key())
        #expect(throws: EncryptedIndexError.indexExists) { try second.createIndex("a", key: key()) }
        _ = try second.createIndex("b", key: key())
        #expect(try first.listIndexes() == ["a", "b"])
        #expect(throws: EncryptedIndexError.wrongCatalogKey) {
            try EncryptedClient(
                table: "Indexes", client: served.database(), catalogKey: .random())
        }
        // A deletion that was broken off after the keys went: the name is free all the same.
        let database = try served.database()
        for item in try await served.items() where item["s"] == .binary([0x10]) {
            try await database.deleteItem(
                DeleteItemRequest(
                    table: "Indexes", key: ["p": item["p"]!, "s": item["s"]!]))
        }
        #expect(throws: EncryptedIndexError.missing("the file of keys")) {
            try served.client().loadIndex("a", key: key())
        }
        let made = try served.client().createIndex("a", key: key())
        try made.upsert(rows(0..<2))
        try made.deleteIndex()
        #expect(try first.listIndexes() == ["b"])
    }
}
