import MartletKeyValue
import MartletTestBasics
import Testing

@testable import MartletSealing

/// A store that is kept to be opened again, looked into and altered.
final class SealedFixture {
    let key = Secret.random()
    var base = MemoryStore()
    let parts = MemorySideParts()
    private(set) var store: SealedStore!

    init() throws {
        store = try SealedStore(
            creatingIn: storage, Keyring(owner: key, settings: Array("settings".utf8)))
    }

    var storage: KeyValueSealedStorage { KeyValueSealedStorage(base, parts) }

    /// Opens what is stored again, the old store forgotten.
    func reopen(atLeast version: UInt64 = 0) throws {
        base = MemoryStore(contentsOf: try base.memorySnapshot())
        store = try SealedStore(opening: storage, key: key, atLeast: version)
    }

    func put(_ rows: [(String, [UInt8])]) throws {
        var batch = WriteBatch()
        for (key, value) in rows { batch.put(Array(key.utf8), value) }
        try store.commit(batch, .sync)
    }

    func delete(_ keys: [String]) throws {
        var batch = WriteBatch()
        for key in keys { batch.delete(Array(key.utf8)) }
        try store.commit(batch, .sync)
    }

    /// All that is stored, by name.
    var stored: [[UInt8]: [UInt8]] {
        get throws {
            var rows: [[UInt8]: [UInt8]] = [:]
            let cursor = try base.cursor(over: .all, .forward)
            while let (name, bytes) = try cursor.next() { rows[name] = bytes }
            return rows
        }
    }

    /// Opens a store with these bytes.
    func open(_ rows: [[UInt8]: [UInt8]], key: Secret? = nil) throws -> SealedStore {
        let altered = MemoryStore()
        var batch = WriteBatch()
        for (name, bytes) in rows { batch.put(name, bytes) }
        try altered.commit(batch, .sync)
        return try SealedStore(
            opening: KeyValueSealedStorage(altered, parts), key: key ?? self.key)
    }

    func error(of rows: [[UInt8]: [UInt8]]) throws -> SealingError? {
        do {
            _ = try open(rows)
            return nil
        } catch let error as SealingError {
            return error
        }
    }
}

func contents(of store: some KeyValueReadable) throws -> [[UInt8]: [UInt8]] {
    var rows: [[UInt8]: [UInt8]] = [:]
    let cursor = try store.cursor(over: .all, .forward)
    while let (key, value) = try cursor.next() { rows[key] = value }
    return rows
}

@Suite("Sealed stores") struct SealedStoreTests {
    @Test("is a store like another: random changes, reads and reopenings against a plain one")
    func asPlain() throws {
        for seed in UInt64(1)...6 {
            var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? seed)
            let fixture = try SealedFixture()
            let plain = MemoryStore()
            for _ in 0..<200 {
                var sealedBatch = WriteBatch()
                var plainBatch = WriteBatch()
                for _ in 0..<random.number(1...8) {
                    let key = [UInt8(random.below(40))] + (random.chance(1, in: 2) ? [7] : [])
                    switch random.below(6) {
                    case 0:
                        sealedBatch.delete(key)
                        plainBatch.delete(key)
                    case 1:
                        let range = KeyRange(lower: key, upper: [key[0] + UInt8(random.below(5))])
                        sealedBatch.deleteRange(range)
                        plainBatch.deleteRange(range)
                    default:
                        let count = random.pick([0, 1, 30, 64, 65, 500, 5000])
                        let value = (0..<count).map { _ in UInt8(random.below(256)) }
                        sealedBatch.put(key, value)
                        plainBatch.put(key, value)
                    }
                }
                let durability: Durability = random.chance(1, in: 3) ? .async : .sync
                try fixture.store.commit(sealedBatch, durability)
                try plain.commit(plainBatch, durability)
                if random.chance(1, in: 12) { try fixture.reopen() }
                if random.chance(1, in: 20) {
                    try fixture.store.changeKeyring(owner: fixture.key) { $0.addDataKey() }
                    var place: [UInt8]? = []
                    while let start = place {
                        place = try fixture.store.resealSome(from: start, limitBytes: 1000)
                    }
                    try fixture.store.forgetOldDataKeys(owner: fixture.key)
                    #expect(fixture.store.keyring.dataKeys.count == 1, "\(random)")
                }
                let key = [UInt8(random.below(40))]
                #expect(
                    try fixture.store.value(forKey: key) == plain.value(forKey: key), "\(random)")
                let range = KeyRange(lower: key, upper: [key[0] + 9])
                let direction: ScanDirection = random.chance(1, in: 2) ? .forward : .reverse
                let left = try fixture.store.cursor(over: range, direction)
                let right = try plain.cursor(over: range, direction)
                while let row = try right.next() {
                    let found = try left.next()
                    #expect(found?.key == row.key && found?.value == row.value, "\(random)")
                }
                #expect(try left.next() == nil, "\(random)")
            }
            try fixture.reopen()
            #expect(try contents(of: fixture.store) == contents(of: plain), "\(random)")
            // Records of live rows, the head, a session: nothing else is left.
            let records = try fixture.stored.keys.filter { $0[0] == SealedKind.record.rawValue }
            #expect(try records.count == contents(of: plain).count, "\(random)")
        }
    }

    @Test("a snapshot sees one moment, whatever is replaced and deleted afterwards")
    func snapshots() throws {
        let fixture = try SealedFixture()
        let long = [UInt8](repeating: 5, count: 300)
        try fixture.put([("a", long), ("b", long), ("c", [1])])
        let before = try contents(of: fixture.store)
        let snapshot = try fixture.store.snapshot()
        try fixture.put([("a", [2]), ("d", long)])
        try fixture.delete(["b", "c"])
        #expect(try contents(of: snapshot) == before)
        #expect(try contents(of: fixture.store).count == 2)
    }

    @Test("a wrong key opens nothing, and neither does the key of another store")
    func wrongKey() throws {
        let fixture = try SealedFixture()
        let other = try SealedFixture()
        try fixture.put([("a", [1])])
        for key in [Secret.random(), other.key] {
            #expect(throws: SealingError.wrongKey) { try fixture.open(fixture.stored, key: key) }
        }
    }

    @Test("a flipped bit in any stored byte is found, and told from all else")
    func flippedBits() throws {
        let fixture = try SealedFixture()
        try fixture.put([("a", [1, 2, 3]), ("b", [UInt8](repeating: 9, count: 100))])
        try fixture.reopen()
        try fixture.put([("c", [4])])
        let stored = try fixture.stored
        for (name, bytes) in stored {
            for place in bytes.indices {
                var altered = stored
                altered[name]![place] ^= 1 << UInt8(place & 7)
                let error = try fixture.error(of: altered)
                switch error {
                case .altered: break
                // Bits of the head say whose number it is.
                case .missing where name[0] == SealedKind.session.rawValue: break
                default: Issue.record("byte \(place) of \(name): \(String(describing: error))")
                }
            }
            // Names, too, are part of what is sealed.
            for place in name.indices {
                var altered = stored
                var other = name
                other[place] ^= 1 << UInt8(place & 7)
                altered[other] = altered.removeValue(forKey: name)
                #expect(try fixture.error(of: altered) != nil, "byte \(place) of name \(name)")
            }
        }
    }

    @Test("a flipped bit in the keyring or the anchor is found; a cut one, too")
    func flippedParts() throws {
        let fixture = try SealedFixture()
        try fixture.put([("a", [1, 2, 3])])
        try fixture.store.changeKeyring(owner: fixture.key) { keyring in
            _ = keyring.addUser(
                Keyring.User(id: [UInt8](repeating: 1, count: 16), permission: .read),
                key: .random())
        }
        let keys = fixture.parts.keyring()!
        for place in keys.indices {
            var altered = keys
            altered[place] ^= 1 << UInt8(place & 7)
            fixture.parts.replaceKeyring(altered)
            #expect("keyring, byte \(place)") { try fixture.reopen() } throws: {
                if case SealingError.altered(.keyring) = $0 { true } else { false }
            }
            fixture.parts.replaceKeyring(Array(keys[..<place]))
            #expect("keyring, cut at \(place)") { try fixture.reopen() } throws: {
                switch $0 as? SealingError {
                case .altered(.keyring), .cutShort(.keyring): true
                default: false
                }
            }
        }
        fixture.parts.replaceKeyring(keys)
        let anchor = fixture.parts.anchor()!
        for place in anchor.indices {
            var altered = anchor
            altered[place] ^= 1
            fixture.parts.noteAnchor(altered)
            #expect(throws: SealingError.altered(.anchor)) { try fixture.reopen() }
            fixture.parts.noteAnchor(Array(anchor[..<place]))
            #expect(throws: SealingError.cutShort(.anchor)) { try fixture.reopen() }
        }
        fixture.parts.noteAnchor(anchor)
        try fixture.reopen()
    }

    @Test("records that were cut short, exchanged, taken away or put back are each called that")
    func exchanged() throws {
        let fixture = try SealedFixture()
        try fixture.put([("a", [1]), ("b", [2]), ("c", [3])])
        let old = try fixture.stored
        try fixture.put([("a", [4])])
        try fixture.delete(["c"])
        // What the last commit deleted may be there still; what others did may not.
        try fixture.put([("d", [5])])
        let stored = try fixture.stored
        let records = stored.keys.filter { $0[0] == SealedKind.record.rawValue }.sorted {
            $0.precedes($1)
        }
        #expect(records.count == 3)
        let gone = Set(old.keys).subtracting(stored.keys)
        #expect(gone.count == 2)

        for name in records {
            let place = RecordName(name.span.bytes)!.place
            for count in [0, 1, 15, 16, 40, 79] {
                var cut = stored
                cut[name] = Array(stored[name]![..<count])
                #expect(try fixture.error(of: cut) == .cutShort(place))
            }
            var lost = stored
            lost[name] = nil
            #expect(try fixture.error(of: lost) == .missing(.records))
            // Another's bytes, of now and of before.
            for source in records.filter({ $0 != name }).map({ stored[$0]! })
                + gone.map({ old[$0]! })
            {
                var moved = stored
                moved[name] = source
                #expect(try fixture.error(of: moved) == .moved(place))
            }
        }
        for name in gone {
            var replayed = stored
            replayed[name] = old[name]
            #expect(try fixture.error(of: replayed) == .replayed(.records))
            // In the place of one that is.
            replayed[records[0]] = nil
            #expect(try fixture.error(of: replayed) == .replayed(.records))
        }
        for name in [SealedFormat.headName] {
            var lost = stored
            lost[name] = nil
            #expect(try fixture.error(of: lost) == .missing(.head))
            lost[name] = Array(stored[name]![..<50])
            #expect(try fixture.error(of: lost) == .cutShort(.head))
            // The head of before, with what is there now.
            lost[name] = old[name]
            #expect(try fixture.error(of: lost) != nil)
        }
    }

    @Test("an old copy of all records is refused: it is of a version that is known to be past")
    func rolledBack() throws {
        let fixture = try SealedFixture()
        try fixture.put([("a", [1])])
        let old = try fixture.stored
        let version = fixture.store.version
        try fixture.put([("a", [2])])
        #expect(
            try fixture.error(of: old)
                == .rolledBack(version: version, expected: version + 1))
        // With the anchor of then it is a whole old copy, which only the caller can know.
        fixture.parts.noteAnchor(Anchor.bytes(version: version, fixture.store.keyring))
        #expect(try fixture.error(of: old) == nil)
        #expect(throws: SealingError.rolledBack(version: version, expected: version + 1)) {
            fixture.base = MemoryStore()
            var batch = WriteBatch()
            for (name, bytes) in old { batch.put(name, bytes) }
            try fixture.base.commit(batch, .sync)
            try fixture.reopen(atLeast: version + 1)
        }
    }

    @Test("records of a fork do not fit: the same numbers of another session are other numbers")
    func forks() throws {
        let fixture = try SealedFixture()
        try fixture.put([("a", [1])])
        let common = try fixture.base.memorySnapshot()
        try fixture.reopen()
        try fixture.put([("b", [2]), ("c", [3])])
        let left = try fixture.stored
        fixture.base = MemoryStore(contentsOf: common)
        fixture.parts.noteAnchor(Anchor.bytes(version: 2, fixture.store.keyring))
        try fixture.reopen()
        try fixture.put([("b", [4]), ("c", [5])])
        let right = try fixture.stored
        #expect(Set(left.keys) == Set(right.keys))
        // Everything but one record, or everything but the head, of the other.
        for name in right.keys where right[name] != left[name] {
            var mixed = right
            mixed[name] = left[name]
            #expect(try fixture.error(of: mixed) != nil)
            mixed = left
            mixed[name] = right[name]
            #expect(try fixture.error(of: mixed) != nil)
        }
        var session = right
        for name in right.keys where name[0] != SealedKind.head.rawValue {
            session[name] = left[name]
        }
        #expect(try fixture.error(of: session) != nil)
    }

    @Test("what a storage keeps of a commit that did not end is recognised and removed")
    func tornCommits() throws {
        let fixture = try SealedFixture()
        try fixture.put([("a", [1]), ("b", [2]), ("c", [UInt8](repeating: 1, count: 200))])
        try fixture.reopen()
        let before = try fixture.stored
        let rows = try contents(of: fixture.store)
        try fixture.put([("a", [9]), ("d", [8])])
        try fixture.delete(["b"])
        try fixture.reopen()
        let middle = try fixture.stored
        try fixture.put([("c", [7]), ("a", [6])])
        let after = try fixture.stored
        let rowsAfter = try contents(of: fixture.store)
        let anchor = fixture.parts.anchor()!
        // New records without the head.
        for names in [[], middle.keys.filter { before[$0] == nil }] {
            var torn = before
            for name in names { torn[name] = middle[name] }
            torn[SealedFormat.headName] = before[SealedFormat.headName]
            fixture.parts.noteAnchor(Anchor.bytes(version: 2, fixture.store.keyring))
            let store = try fixture.open(torn)
            #expect(try contents(of: store) == rows)
        }
        // The head, with records that it deletes.
        for kept in middle.keys where after[kept] == nil {
            fixture.parts.noteAnchor(anchor)
            var torn = after
            torn[kept] = middle[kept]
            let store = try fixture.open(torn)
            #expect(try contents(of: store) == rowsAfter)
            var batch = WriteBatch()
            batch.put([1], [1])
            try store.commit(batch, .sync)
        }
    }

    @Test("a commit that failed is the last")
    func failedCommit() throws {
        let faulty = FaultyStore(MemoryStore())
        let store = try SealedStore(
            creatingIn: KeyValueSealedStorage(faulty, MemorySideParts()),
            Keyring(owner: .random(), settings: []))
        faulty.add(.init(.commit, ordinal: 1, error: .full))
        var batch = WriteBatch()
        batch.put([1], [1])
        #expect(throws: StorageError.full) { try store.commit(batch, .sync) }
        #expect(throws: StorageError.self) { try store.commit(batch, .sync) }
        #expect(try store.value(forKey: [1]) == nil)
    }

    @Test("what is stored looks random, and nothing of what was written is in it")
    func looksRandom() throws {
        let fixture = try SealedFixture()
        let text = Array("an easily recognised text".utf8)
        for round in 0..<300 {
            try fixture.put([("row-\(round % 250)", text + [UInt8](repeating: 0, count: 900))])
        }
        var bytes: [UInt8] = []
        for (name, value) in try fixture.stored where name[0] == SealedKind.record.rawValue {
            bytes += value
        }
        #expect(bytes.count > 200_000)
        #expect(!bytes.contains(text) && !bytes.contains(Array("row-".utf8)))
        var counts = [Int](repeating: 0, count: 256)
        for byte in bytes { counts[Int(byte)] += 1 }
        let expected = Double(bytes.count) / 256
        let chiSquare = counts.reduce(0.0) {
            $0 + (Double($1) - expected) * (Double($1) - expected) / expected
        }
        // 255 degrees of freedom: beyond this in one of 10^9 cases.
        #expect(chiSquare < 402, "\(chiSquare)")
    }

    @Test("sizes are padded: what a value's length is within its class does not show")
    func padding() throws {
        func size(_ count: Int) throws -> Int {
            let fixture = try SealedFixture()
            try fixture.put([("k", [UInt8](repeating: 1, count: count))])
            return try fixture.stored.first { $0.key[0] == SealedKind.record.rawValue }!.value.count
        }
        #expect(try size(0) == size(55))
        #expect(try size(56) == 128 + 16)
        #expect(try size(1100) == size(2000))
        #expect(try size(4088) == 8192 + 16)
        #expect(try size(9000) == size(12000))
    }

    @Test("no number is used twice in a session, and no session has the salt of another")
    func numbersOnce() throws {
        let fixture = try SealedFixture()
        var seen: [[UInt8]: [UInt8]] = [:]
        var salts = Set<[UInt8]>()
        for round in 0..<60 {
            if round % 7 == 3 { try fixture.reopen() }
            try fixture.put([("a", [UInt8(round)]), ("b\(round % 5)", [1])])
            for (name, bytes) in try fixture.stored {
                switch name[0] {
                case SealedKind.record.rawValue:
                    #expect(seen[name] ?? bytes == bytes)
                    seen[name] = bytes
                case SealedKind.head.rawValue:
                    let number = [SealedKind.record.rawValue] + bytes[..<12]
                    #expect(seen[Array(number)] ?? bytes == bytes)
                    seen[Array(number)] = bytes
                default: salts.insert(Array(bytes[4..<36]))
                }
            }
        }
        #expect(salts.count == 10)
        #expect(seen.count > 150)
    }
}

extension [UInt8] {
    func contains(_ part: [UInt8]) -> Bool {
        guard let first = part.first, part.count <= count else { return false }
        return (0...count - part.count).contains {
            self[$0] == first && self[$0..<$0 + part.count].elementsEqual(part)
        }
    }
}
