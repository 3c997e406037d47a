// Sealed stores in a table: what they hold, what a second opening reads, and what becomes of them when
// somebody else writes, or the way to the table fails.

import MartletClient
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletSealing
import MartletTestBasics
import Synchronization
import Testing

@testable import MartletSealedTables

@Suite("Sealed tables") struct SealedTableTests {
    private func bytes(_ count: Int, _ random: inout SeededRandom) -> [UInt8] {
        (0..<count).map { _ in UInt8(random.below(256)) }
    }

    @Test(
        "is a store like another: random changes, small and large, and openings with and without a cache"
    )
    func asPlain() throws {
        for seed in UInt64(1)...3 {
            var random = SeededRandom(seed: testSetting("MARTLET_TEST_SEED") ?? seed)
            let fixture = try TableFixture()
            var local = MemoryStore()
            var store = try fixture.create(local: local)
            let plain = MemoryStore()
            for step in 0..<40 {
                var batch = WriteBatch()
                var plainBatch = WriteBatch()
                // Now and then more than a transaction takes.
                for _ in 0..<(step % 10 == 9 ? 250 : random.number(1...8)) {
                    let key = [UInt8](repeating: UInt8(random.below(90)), count: 2)
                    if random.chance(1, in: 4) {
                        batch.delete(key)
                        plainBatch.delete(key)
                    } else {
                        let count = random.pick([0, 30, 65, 500, 5000])
                        let value = bytes(count, &random)
                        batch.put(key, value)
                        plainBatch.put(key, value)
                    }
                }
                if step == 20 {
                    let large = [UInt8](repeating: 7, count: 900_000)
                    batch.put([1], large)
                    plainBatch.put([1], large)
                }
                if step == 30 {
                    batch.delete([1])
                    plainBatch.delete([1])
                }
                try store.commit(batch, .sync)
                try plain.commit(plainBatch, .sync)
                if random.chance(1, in: 5) {
                    // With all that is here, with what was here earlier, or with nothing.
                    if random.chance(1, in: 3) { local = MemoryStore() }
                    local = try copy(local)
                    store = try fixture.open(local: local)
                }
                #expect(
                    try contents(of: store) == contents(of: plain), "seed \(seed), step \(step)")
            }
            #expect(try contents(of: fixture.open()) == contents(of: plain))
        }
    }

    @Test(
        "a value of any length, and a head that names more deletions than an item holds, are in pieces"
    )
    func pieces() throws {
        let fixture = try TableFixture()
        var store = try fixture.create()
        let long = [UInt8](repeating: 9, count: 1_700_000)
        try put(store, [("long", long), ("short", [1])])
        // A head has 12 bytes for each of them.
        let count = 33_000
        try put(store, (0..<count).map { ("\($0)", []) })
        store = try fixture.open()
        var batch = WriteBatch()
        for number in 0..<count { batch.delete(Array("\(number)".utf8)) }
        try store.commit(batch, .sync)
        store = try fixture.open()
        #expect(
            try contents(of: store) == [Array("long".utf8): long, Array("short".utf8): [1]])
        try put(store, [("long", [2])])
        store = try fixture.open()
        #expect(
            try contents(of: store) == [Array("long".utf8): [2], Array("short".utf8): [1]])
        // Nothing is left of what was in pieces: writer, head, session or two, keyring, two records.
        let items = try items(fixture)
        #expect(items.filter { $0.count > 1000 }.isEmpty)
    }

    /// The values of all items but the journal's, by their keys.
    private func items(_ fixture: TableFixture) throws -> [[UInt8]] {
        var values: [[UInt8]] = []
        var request = ScanRequest(table: "Sealed")
        let client = fixture.client(fixture.transport())
        repeat {
            let page = try client.perform(request)
            for item in page.items {
                guard case .binary(let partition)? = item["p"], partition.last != 1,
                    case .binary(let value)? = item["v"]
                else { continue }
                values.append(value)
            }
            request.startKey = page.nextKey
        } while request.startKey != nil
        return values
    }

    // MARK: What is read

    @Test("a second opening reads no record that is here, and of those that changed only these")
    func secondOpening() throws {
        let fixture = try TableFixture()
        let local = MemoryStore()
        let store = try fixture.create(local: local)
        let value = [UInt8](repeating: 3, count: 3000)
        try put(store, (0..<300).map { ("\($0)", value) })

        let full = fixture.transport()
        _ = try fixture.open(full)
        #expect(full.requests.reduce(0) { $0 + $1.answerBytes } > 300 * 3000)

        let again = fixture.transport()
        _ = try fixture.open(again, local: copy(local))
        // The table, the small parts, the writer's item and the keyring.
        #expect(again.requests.count == 4)
        #expect(again.requests.reduce(0) { $0 + $1.answerBytes } < 4000)

        let here = try copy(local)
        try put(store, [("7", [1]), ("new", value)])
        try store.commit(deleting(["8", "9"]), .sync)
        let changed = fixture.transport()
        let opened = try fixture.open(changed, local: here)
        #expect(try contents(of: opened) == contents(of: store))
        #expect(changed.requests.reduce(0) { $0 + $1.answerBytes } < 12_000)
    }

    private func deleting(_ keys: [String]) -> WriteBatch {
        var batch = WriteBatch()
        for key in keys { batch.delete(Array(key.utf8)) }
        return batch
    }

    @Test("an index that is written to while it is opened is opened as it was at one moment")
    func openingWhileWriting() throws {
        let fixture = try TableFixture()
        let store = try fixture.create()
        let value = [UInt8](repeating: 3, count: 2000)
        try put(store, (0..<50).map { ("\($0)", value) })
        // Each of the first openings' queries is followed by a commit of two rows that belong
        // together.
        let writes = Mutex(0)
        let transport = fixture.transport { _, operation in
            guard operation == "Query" else { return .carriedOut }
            let number = writes.withLock { writes in
                writes += 1
                return writes
            }
            if number <= 20 {
                try? put(store, [("a", [UInt8(number)]), ("b", [UInt8(number)])])
            }
            return .carriedOut
        }
        let opened = try fixture.open(transport)
        let rows = try contents(of: opened)
        #expect(rows.count == 52)
        #expect(rows[Array("a".utf8)] == rows[Array("b".utf8)])
        #expect(writes.withLock { $0 } > 20)
    }

    @Test(
        "what is here and was altered, is old, or is of another time is never taken for the index")
    func damagedCache() throws {
        let fixture = try TableFixture()
        let local = MemoryStore()
        let store = try fixture.create(local: local)
        var random = SeededRandom(seed: 3)
        for number in 0..<6 { try put(store, [("\(number)", bytes(200, &random))]) }
        let old = try copy(local)
        try put(store, [("1", bytes(200, &random)), ("6", [6])])
        try store.commit(deleting(["2"]), .sync)
        let expected = try contents(of: store)
        let rows = try contents(of: local)
        var refused = 0
        func check(_ altered: [[UInt8]: [UInt8]], _ what: String) throws {
            let local = MemoryStore()
            var batch = WriteBatch()
            for (name, bytes) in altered { batch.put(name, bytes) }
            try local.commit(batch, .sync)
            do {
                #expect(try contents(of: fixture.open(local: local)) == expected, "\(what)")
            } catch is SealingError {
                refused += 1
            } catch is StorageError {
                refused += 1
            }
        }
        for (name, bytes) in rows.sorted(by: { $0.key.precedes($1.key) }) {
            for _ in 0..<4 {
                var altered = rows
                altered[name]![random.below(bytes.count)] ^= 1 << UInt8(random.below(8))
                try check(altered, "a flipped bit")
            }
            var less = rows
            less[name] = nil
            try check(less, "a row less")
            var renamed = less
            renamed[name + [0]] = bytes
            try check(renamed, "a row of another name")
        }
        // An old state with the mark of the new one, and the other way round.
        var mixed = try contents(of: old)
        mixed[TableSealedStorage.markName] = rows[TableSealedStorage.markName]
        try check(mixed, "an old state")
        mixed = rows
        mixed[TableSealedStorage.markName] = try contents(of: old)[TableSealedStorage.markName]
        try check(mixed, "an old mark")
        #expect(refused > 20)
        #expect(try contents(of: fixture.open(local: old)) == expected)
    }

    @Test("a table that was put back is refused where it was seen later")
    func putBack() throws {
        let fixture = try TableFixture()
        let table = try SealedTable(opening: "Sealed", client: fixture.client(fixture.transport()))
        let parts = MemorySideParts()
        let store = try SealedStore(
            creatingIn: TableSealedStorage(
                table, index: TableFixture.index, local: MemoryStore(), parts: parts),
            Keyring(owner: fixture.key, settings: []))
        try put(store, [("a", [1])])
        let client = fixture.client(fixture.transport())
        let before = try client.perform(ScanRequest(table: "Sealed")).items
        try put(store, [("a", [2])])
        try put(store, [("a", [3])])
        for item in try client.perform(ScanRequest(table: "Sealed")).items {
            let key: AttributeMap = ["p": item["p"]!, "s": item["s"]!]
            _ = try client.perform(DeleteItemRequest(table: "Sealed", key: key))
        }
        for item in before { _ = try client.perform(PutItemRequest(table: "Sealed", item: item)) }
        #expect(throws: SealingError.rolledBack(version: 2, expected: 4)) {
            try fixture.open(parts: parts)
        }
        // Who did not see it cannot tell.
        #expect(try contents(of: fixture.open()) == [Array("a".utf8): [1]])
    }

    // MARK: Two writers

    @Test("of two writers the second is told so, writes nothing, and has both after loading again")
    func twoWriters() throws {
        let fixture = try TableFixture()
        let first = try fixture.create()
        try put(first, [("a", [1])])
        var second = try fixture.open()
        let third = try fixture.open()
        try put(first, [("b", [2])])
        #expect(throws: StorageError.changedElsewhere) { try put(second, [("c", [3])]) }
        #expect(throws: StorageError.self) { try put(second, [("c", [3])]) }
        second = try fixture.open()
        try put(second, [("c", [4])])
        #expect(throws: StorageError.changedElsewhere) { try put(first, [("d", [5])]) }
        // Also a change of keys shuts out who does not know it.
        #expect(throws: SealingError.storage(.changedElsewhere)) {
            try third.changeKeyring(owner: fixture.key) { $0.addDataKey() }
        }
        try second.changeKeyring(owner: fixture.key) { $0.addDataKey() }
        try put(second, [("e", [6])])
        let expected: [[UInt8]: [UInt8]] = [[0x61]: [1], [0x62]: [2], [0x63]: [4], [0x65]: [6]]
        #expect(try contents(of: fixture.open()) == expected)
    }

    @Test("a request that arrives after somebody else has written changes nothing")
    func late() throws {
        for rows in [2, 300] {
            let fixture = try TableFixture()
            let created = try fixture.create()
            try put(created, [("a", [1])])
            let isHeld = Mutex(0)
            let transport = fixture.transport { _, operation in
                guard operation == "TransactWriteItems" else { return .carriedOut }
                let number = isHeld.withLock { count in
                    count += 1
                    return count
                }
                // Of the larger commit, the third part.
                return number >= (rows > 100 ? 3 : 1) ? .held : .carriedOut
            }
            let slow = try fixture.open(transport)
            let value = [UInt8](repeating: 1, count: 100)
            #expect(throws: StorageError.self) {
                try put(slow, (0..<rows).map { ("slow \($0)", value) })
            }
            let other = try fixture.open()
            try put(other, [("b", [2])])
            transport.release()
            let expected: [[UInt8]: [UInt8]] = [[0x61]: [1], [0x62]: [2]]
            #expect(try contents(of: fixture.open()) == expected)
            try put(other, [("c", [3])])
            #expect(try contents(of: fixture.open()).count == 3)
        }
    }

    // MARK: Failures

    @Test(
        "whichever request fails, and however, a commit is there or is not, and is if it was answered",
        arguments: [1, 2, 3])
    func failures(_ kind: Int) throws {
        let value = [UInt8](repeating: 1, count: 100)
        for (step, rows) in [3, 260].enumerated() {
            var number = 0
            var isOver = false
            while !isOver {
                let fixture = try TableFixture()
                let local = MemoryStore()
                let created = try fixture.create(local: local)
                try put(created, (0..<rows).map { ("\($0)", [UInt8(0)]) })
                let fate: Fate =
                    [.lost, .unanswered, .error("InternalServerError", status: 500)][kind - 1]
                let bound = number
                let isOn = Mutex(false)
                let transport = fixture.transport { request, _ in
                    isOn.withLock { $0 } && request >= bound ? fate : .carriedOut
                }
                let store = try fixture.open(transport, attempts: 2)
                transport.forgetRequests()
                isOn.withLock { $0 = true }
                var isAnswered = false
                do throws(StorageError) {
                    try put(store, (0..<rows).map { ("\($0)", value) })
                    isAnswered = true
                } catch {}
                isOver = transport.requests.count <= number
                for here in [MemoryStore(), try copy(local)] {
                    let found = try contents(of: fixture.open(local: here))
                    let values = Set(found.values)
                    #expect(found.count == rows && values.count == 1, "request \(number)")
                    if isAnswered { #expect(values == [value], "request \(number)") }
                }
                // And it can be written to, and what was left goes.
                let after = try fixture.open()
                try put(after, [("end", [9])])
                #expect(try contents(of: fixture.open()).count == rows + 1)
                number += 1
                #expect(number < 60)
            }
            #expect(number > (step == 0 ? 0 : 5))
        }
    }

    @Test(
        "a service that throttles by chance, and meets other transactions, delays but loses nothing"
    )
    func throttling() throws {
        var traffic = TrafficOptions()
        traffic.throttleProbability = 0.03
        traffic.conflictProbability = 0.03
        traffic.seed = 12
        let fixture = try TableFixture(traffic)
        let transport = fixture.transport()
        let store = try fixture.create(transport)
        var random = SeededRandom(seed: 4)
        var expected: [[UInt8]: [UInt8]] = [:]
        for count in [1, 5, 150, 1, 400, 2] {
            let rows = (0..<count).map { _ in ("\(random.below(300))", bytes(50, &random)) }
            try put(store, rows)
            for (key, value) in rows { expected[Array(key.utf8)] = value }
        }
        #expect(try contents(of: store) == expected)
        #expect(try contents(of: fixture.open(attempts: 8)) == expected)
        // More transactions than these commits are.
        #expect(transport.requests.count { $0.operation == "TransactWriteItems" } > 20)
    }

    // MARK: Tables

    @Test("a table is made if there is none, and one of another key is refused")
    func tables() throws {
        let fixture = try TableFixture()
        let client = fixture.client(fixture.transport())
        _ = try SealedTable(opening: "New", client: client)
        _ = try SealedTable(opening: "New", client: client)
        _ = try client.perform(
            CreateTableRequest(
                table: "Strings", partitionKey: KeyAttribute("p", .string),
                sortKey: KeyAttribute("s", .string)))
        #expect(throws: StorageError.self) {
            try SealedTable(opening: "Strings", client: client)
        }
        let isDown = fixture.transport { _, _ in .lost }
        #expect(throws: StorageError.remote("lost")) {
            try SealedTable(opening: "New", client: fixture.client(isDown))
        }
    }

    @Test("a catalogue is replaced only as it was read, and a lost answer does not matter")
    func catalogue() throws {
        let fixture = try TableFixture()
        let table = try SealedTable(opening: "Sealed", client: fixture.client(fixture.transport()))
        #expect(try table.catalog() == nil)
        #expect(try table.replaceCatalog(nil, with: [1]))
        #expect(try !table.replaceCatalog(nil, with: [2]))
        #expect(try !table.replaceCatalog([2], with: [3]))
        #expect(try table.replaceCatalog([1], with: [4]))
        let transport = fixture.transport { number, operation in
            operation == "PutItem" && number == 1 ? .unanswered : .carriedOut
        }
        let other = try SealedTable(opening: "Sealed", client: fixture.client(transport))
        #expect(try other.replaceCatalog([4], with: [5]))
        #expect(try table.catalog() == [5])
    }

    @Test("of an index that was deleted no item is left, and who has it open cannot write to it")
    func deletion() throws {
        let fixture = try TableFixture()
        let store = try fixture.create()
        try put(store, (0..<200).map { ("\($0)", [UInt8](repeating: 1, count: 100)) })
        try put(store, [("1", [1])])
        let client = fixture.client(fixture.transport())
        let table = try SealedTable(opening: "Sealed", client: client)
        try table.eraseKeyring(of: TableFixture.index)
        #expect(throws: StorageError.changedElsewhere) { try put(store, [("2", [2])]) }
        try table.removeItems(of: TableFixture.index)
        #expect(try client.perform(ScanRequest(table: "Sealed")).items.isEmpty)
    }
}
