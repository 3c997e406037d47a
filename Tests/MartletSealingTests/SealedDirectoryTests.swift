// The directory's file: opening with it gives what opening without it gives, whatever was done to it.

import Glibc
import MartletKeyValue
import MartletTestBasics
import Synchronization
import Testing

@testable import MartletSealing

/// A store whose directory has a file, to be opened again and altered.
private final class Fixture {
    let folder: TemporaryFolder
    let key = Secret.random()
    var base = MemoryStore()
    let parts = MemorySideParts()
    private(set) var store: SealedStore!
    var path: String { folder.path + "/directory" }
    /// Keys and values that are there.
    var model: [String: [UInt8]] = [:]

    init() throws {
        folder = try TemporaryFolder()
        store = try SealedStore(creatingIn: storage, Keyring(owner: key, settings: []))
    }

    /// Of the records as they are; `counter` is told of each that is read for its contents.
    var storage: KeyValueSealedStorage {
        KeyValueSealedStorage(base, parts, staysOpen: true, directoryPath: path)
    }

    func change(put rows: [String: [UInt8]], delete keys: [String] = []) throws {
        var batch = WriteBatch()
        for (key, value) in rows.sorted(by: { $0.key < $1.key }) {
            batch.put(Array(key.utf8), value)
            model[key] = value
        }
        for key in keys {
            batch.delete(Array(key.utf8))
            model[key] = nil
        }
        try store.commit(batch, .sync)
    }

    /// As after a crash: nothing was closed.
    func crash() throws {
        base = MemoryStore(contentsOf: try base.memorySnapshot())
        store = try SealedStore(opening: storage, key: key)
    }

    func reopen() throws {
        try store.close()
        store = try SealedStore(opening: storage, key: key)
    }

    func rows(_ store: SealedStore) throws -> [String: [UInt8]] {
        var rows: [String: [UInt8]] = [:]
        let cursor = try store.cursor(over: .all, .forward)
        while let (key, value) = try cursor.next() {
            rows[String(decoding: key, as: UTF8.self)] = value
        }
        return rows
    }

    /// Whether opening now takes the file for what it is.
    func usesFile(sourceLocation: SourceLocation = #_sourceLocation) throws -> Bool {
        let opened = try SealedStore(opening: storage, key: key)
        #expect(try rows(opened) == model, sourceLocation: sourceLocation)
        return opened.writer.withLock { $0.listed != nil }
    }
}

@Suite("The directory's file") struct SealedDirectoryTests {
    @Test("after random commits, closings and crashes a store opens to what was put there")
    func asWithout() throws {
        var random = SeededRandom(seed: 77)
        let fixture = try Fixture()
        var quickCount = 0
        for round in 0..<120 {
            var rows: [String: [UInt8]] = [:]
            for _ in 0..<random.below(9) {
                rows["k\(random.below(60))"] = (0..<random.below(200)).map { _ in
                    UInt8(random.below(256))
                }
            }
            let gone = (0..<random.below(4)).map { _ in "k\(random.below(60))" }
                .filter { rows[$0] == nil }
            try fixture.change(put: rows, delete: gone)
            switch random.below(7) {
            case 0: try fixture.reopen()
            case 1: try fixture.crash()
            case 2: fixture.store.writeDirectory()
            default: break
            }
            #expect(try fixture.rows(fixture.store) == fixture.model, "round \(round)")
            if try fixture.usesFile() { quickCount += 1 }
        }
        #expect(quickCount > 60)
    }

    @Test("opening does not look at records that the file names")
    func readsLittle() throws {
        let fixture = try Fixture()
        try fixture.change(put: ["a": [UInt8](repeating: 1, count: 100), "b": [2]])
        try fixture.reopen()
        // A record that cannot be opened is refused when it is read, and no other is.
        var batch = WriteBatch()
        let cursor = try fixture.base.cursor(over: .prefix([3]), .forward)
        while let (name, bytes) = try cursor.next() {
            if bytes.count > 100 { batch.put(name, bytes.dropLast() + [bytes.last! ^ 1]) }
        }
        try fixture.base.commit(batch, .sync)
        let opened = try SealedStore(opening: fixture.storage, key: fixture.key)
        #expect(try opened.value(forKey: Array("b".utf8)) == [2])
        #expect(throws: StorageError.self) { _ = try opened.value(forKey: Array("a".utf8)) }
        unlink(fixture.path)
        #expect(throws: SealingError.self) {
            _ = try SealedStore(opening: fixture.storage, key: fixture.key)
        }
    }

    @Test("a flipped bit, a cut, or another index's file has everything read")
    func altered() throws {
        let fixture = try Fixture()
        try fixture.change(put: ["a": [1], "b": [2]])
        try fixture.reopen()
        #expect(try fixture.usesFile())
        let whole = try bytes(ofFile: fixture.path)
        var random = SeededRandom(seed: 4)
        for place in stride(from: 0, to: whole.count, by: 397) {
            var bytes = whole
            bytes[place] ^= 1 << UInt8(random.below(8))
            try write(bytes, toFile: fixture.path)
            #expect(try !fixture.usesFile(), "byte \(place)")
        }
        for count in [0, 71, 72, 4183, whole.count - 1] {
            try write(Array(whole[..<count]), toFile: fixture.path)
            #expect(try !fixture.usesFile(), "cut at \(count)")
        }
        let other = try Fixture()
        try other.change(put: ["a": [1], "b": [2]])
        try other.reopen()
        try write(try bytes(ofFile: other.path), toFile: fixture.path)
        #expect(try !fixture.usesFile())
        unlink(fixture.path)
        #expect(try !fixture.usesFile())
        try write(whole, toFile: fixture.path)
        #expect(try fixture.usesFile())
    }

    @Test(
        "an old file serves as long as its lists are there, and is known for old when they are not")
    func replayed() throws {
        let fixture = try Fixture()
        try fixture.change(put: ["a": [1], "b": [2], "c": [3]])
        try fixture.reopen()
        let old = try bytes(ofFile: fixture.path)
        try fixture.change(put: ["a": [4]], delete: ["b"])
        try fixture.crash()
        #expect(try fixture.usesFile())
        try fixture.reopen()
        // The new file needs no list, so the next commit removes it.
        try fixture.change(put: ["d": [5]])
        try fixture.reopen()
        #expect(try fixture.usesFile())
        try write(old, toFile: fixture.path)
        #expect(try !fixture.usesFile())
    }

    @Test("a list that was altered, removed, or put back has everything read")
    func lists() throws {
        let fixture = try Fixture()
        try fixture.change(put: ["a": [1], "b": [2], "c": [3]])
        try fixture.reopen()
        try fixture.change(put: [:], delete: ["b"])
        try fixture.change(put: ["a": [7]])
        try fixture.crash()
        #expect(try fixture.usesFile())
        let before = try fixture.base.memorySnapshot()
        let cursor = try before.cursor(over: .prefix([4]), .forward)
        var count = 0
        while let (name, bytes) = try cursor.next() {
            count += 1
            for altered in [nil, bytes.dropLast() + [bytes.last! ^ 4], Array(bytes[..<20])] {
                fixture.base = MemoryStore(contentsOf: before)
                var batch = WriteBatch()
                if let altered { batch.put(name, altered) } else { batch.delete(name) }
                try fixture.base.commit(batch, .sync)
                #expect(try !fixture.usesFile())
            }
        }
        #expect(count == 2)
    }

    @Test("records that came after the file are checked when the store is opened")
    func laterRecords() throws {
        let fixture = try Fixture()
        try fixture.change(put: ["a": [1]])
        try fixture.reopen()
        try fixture.change(put: ["later": [UInt8](repeating: 9, count: 400)])
        try fixture.crash()
        var batch = WriteBatch()
        let cursor = try fixture.base.cursor(over: .prefix([3]), .forward)
        while let (name, bytes) = try cursor.next() {
            if bytes.count > 400 { batch.put(name, bytes.dropLast() + [bytes.last! ^ 1]) }
        }
        try fixture.base.commit(batch, .sync)
        let error = #expect(throws: SealingError.self) {
            _ = try SealedStore(opening: fixture.storage, key: fixture.key)
        }
        guard case .altered = error else {
            Issue.record("\(String(describing: error))")
            return
        }
    }

    @Test("sealing anew ends the file of the old key, and old sessions")
    func rekeyed() throws {
        let fixture = try Fixture()
        try fixture.change(put: ["a": [1], "b": [UInt8](repeating: 2, count: 90)])
        try fixture.reopen()
        try fixture.change(put: [:], delete: ["a"])
        try fixture.store.changeKeyring(owner: fixture.key) { $0.addDataKey() }
        var place: [UInt8]? = []
        while let start = place { place = try fixture.store.resealSome(from: start) }
        #expect(access(fixture.path, F_OK) != 0)
        try fixture.store.forgetOldDataKeys(owner: fixture.key)
        #expect(fixture.store.keyring.dataKeys.count == 1)
        #expect(try !fixture.usesFile())
        try fixture.reopen()
        #expect(try fixture.usesFile())
        let sessions = try fixture.base.cursor(over: .prefix([2]), .forward)
        var count = 0
        while try sessions.next() != nil { count += 1 }
        #expect(count == 1)
    }

    @Test("the file tells nothing but its length, in steps")
    func nothingShows() throws {
        let fixture = try Fixture()
        var rows: [String: [UInt8]] = [:]
        for number in 0..<3000 { rows["zebra-\(number)"] = Array("stripes".utf8) }
        try fixture.change(put: rows)
        try fixture.reopen()
        let file = try bytes(ofFile: fixture.path)
        #expect((file.count - 72 - 4112) % (65536 + 16) == 0)
        for word in ["zebra", "stripes"] {
            let word = Array(word.utf8)
            #expect(
                !(0..<file.count - word.count).contains {
                    file[$0] == word[0] && file[$0..<$0 + word.count].elementsEqual(word)
                })
        }
        var counts = [Int](repeating: 0, count: 256)
        for byte in file[72...] { counts[Int(byte)] += 1 }
        let expected = Double(file.count - 72) / 256
        let chiSquare = counts.reduce(0.0) {
            $0 + (Double($1) - expected) * (Double($1) - expected) / expected
        }
        #expect(chiSquare < 402)
    }
}
