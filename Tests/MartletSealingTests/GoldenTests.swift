// A stored index of version 1, whose bytes must always open. A line is what it is, then its bytes in
// hexadecimal digits; for a record, its name and its bytes.
//
// With MARTLET_WRITE_GOLDEN set, a new one is written, with the version of now: keep the old ones.

import Glibc
import MartletKeyValue
import MartletTestBasics
import Testing

@testable import MartletSealing

@Suite("Stored bytes") struct GoldenTests {
    private static let path =
        #filePath.split(separator: "/", omittingEmptySubsequences: false).dropLast()
        .joined(separator: "/") + "/Golden/encrypted-v1.txt"
    private static let ownerKey = Secret((0..<32).map { UInt8($0 + 1) })
    private static let userKey = Secret((0..<32).map { UInt8(200 - $0) })
    private static let user = Keyring.User(
        id: [UInt8](repeating: 0x55, count: 16), permission: .read)

    private static let rows: [[UInt8]: [UInt8]] = [
        Array("first".utf8): [1, 2, 3],
        Array("second".utf8): [UInt8](repeating: 7, count: 200),
        Array("third".utf8): [],
    ]

    private func hex(_ bytes: [UInt8]) -> String {
        bytes.map { String($0 >> 4, radix: 16) + String($0 & 15, radix: 16) }.joined()
    }

    private func writeGolden() throws {
        let base = MemoryStore()
        let parts = MemorySideParts()
        var keyring = Keyring(owner: Self.ownerKey, settings: Array("settings".utf8))
        _ = keyring.addUser(Self.user, key: Self.userKey)
        let store = try SealedStore(
            creatingIn: KeyValueSealedStorage(base, parts), keyring)
        var batch = WriteBatch()
        for (key, value) in Self.rows { batch.put(key, value) }
        batch.put([9], [9])
        try store.commit(batch, .sync)
        try store.changeKeyring(owner: Self.ownerKey) { $0.addDataKey() }
        var last = WriteBatch()
        last.delete([9])
        last.put(Array("third".utf8), [])
        try store.commit(last, .sync)
        var lines = "keyring \(hex(parts.keyring()!))\nanchor \(hex(parts.anchor()!))\n"
        let cursor = try base.cursor(over: .all, .forward)
        while let (name, bytes) = try cursor.next() {
            lines += "record \(hex(name)) \(hex(bytes))\n"
        }
        try write(Array(lines.utf8), toFile: Self.path)
    }

    @Test("an index that version 1 stored opens, with all that was in it")
    func version1() throws {
        if getenv("MARTLET_WRITE_GOLDEN") != nil { try writeGolden() }
        let text = String(decoding: try bytes(ofFile: Self.path), as: UTF8.self)
        let base = MemoryStore()
        let parts = MemorySideParts()
        var batch = WriteBatch()
        for line in text.split(separator: "\n") {
            let words = line.split(separator: " ").map(String.init)
            switch words[0] {
            case "keyring": parts.replaceKeyring(words[1].hex)
            case "anchor": parts.noteAnchor(words[1].hex)
            default: batch.put(words[1].hex, words[2].hex)
            }
        }
        try base.commit(batch, .sync)
        let storage = KeyValueSealedStorage(base, parts, staysOpen: true)
        for key in [Self.ownerKey, Self.userKey] {
            let store = try SealedStore(opening: storage, key: key)
            #expect(try contents(of: store) == Self.rows)
            #expect(store.version == 3)
            #expect(store.keyring.settings == Array("settings".utf8))
            #expect(store.keyring.users == [Self.user])
            #expect(store.keyring.dataKeys.map(\.id) == [1, 2])
        }
    }
}
