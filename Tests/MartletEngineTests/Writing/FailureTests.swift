import MartletCatalog
import MartletEngine
import MartletKeyValue
import MartletModel
import MartletTestSupport
import Testing

/// A series of writes of every kind, each with what it makes of the plain model.
struct Script {
    struct Step: Sendable {
        let name: String
        let run: @Sendable (TestDatabase) throws -> Void
        let model: @Sendable (inout [TableName: [String: Item]]) -> Void
    }

    static func key(_ item: Item) -> String { item["pk"]!.notation + item["sk"]!.notation }

    private static func put(_ item: Item) -> Step {
        Step(name: "put") {
            try $0.put(item)
        } model: {
            $0["Tab"]?[key(item)] = item
        }
    }

    static let steps: [Step] = {
        let first = Item.order
        let second = Item.order.with("sk", 2)
        let third = Item.order.with("sk", 3).with("ends", 1_900_000_000)
        return [
            Step(name: "create") {
                try $0.create(.orders.streaming())
            } model: {
                $0["Tab"] = [:]
            },
            put(first), put(second.with("shop", nil)),
            Step(name: "expiry") {
                _ = try $0.engine.run(
                    UpdateTimeToLive(table: "Tab", attribute: "ends", isEnabled: true))
            } model: { _ in
            },
            put(second), put(third),
            Step(name: "update") {
                try $0.update(["pk": "ann", "sk": 1], "SET shop = :v REMOVE note", [":v": "east"])
            } model: {
                let old = $0["Tab"]?[key(first)] ?? ["pk": "ann", "sk": 1]
                $0["Tab"]?[key(first)] = old.with("shop", "east").with("note", nil)
            },
            Step(name: "batch") {
                try $0.batchWrite([.delete(key: ["pk": "ann", "sk": 2]), .put(third)])
            } model: {
                $0["Tab"]?[key(second)] = nil
                $0["Tab"]?[key(third)] = third
            },
            Step(name: "transaction") {
                try $0.transact(
                    [
                        try .put(second, if: "attribute_not_exists(pk)"),
                        try .delete(["pk": "ann", "sk": 3]),
                    ], token: .init(text: "t", requestDigest: [1]))
            } model: {
                $0["Tab"]?[key(second)] = second
                $0["Tab"]?[key(third)] = nil
            },
            Step(name: "other table") {
                try $0.create(TableRequest(short: "U..", range: "sk:N"))
            } model: {
                $0["U.."] = [:]
            },
            Step(name: "other put") {
                try $0.put(["pk": "u", "sk": 1], in: "U..")
            } model: {
                let item: Item = ["pk": "u", "sk": 1]
                $0["U.."]?[key(item)] = item
            },
            Step(name: "drop index") {
                try $0.change(TableChange(of: "Tab", deleting: "byPlace"))
            } model: { _ in
            },
            Step(name: "drop table") {
                _ = try $0.engine.run(DeleteTable(table: "U.."))
            } model: {
                $0["U.."] = nil
            },
            Step(name: "delete") {
                try $0.delete(["pk": "ann", "sk": 2])
            } model: {
                $0["Tab"]?[key(second)] = nil
            },
        ]
    }()

    /// What the database holds, as the model says it.
    static func contents(
        of database: TestDatabase
    ) throws(OperationError) -> [TableName: [String: Item]] {
        var contents: [TableName: [String: Item]] = [:]
        for name in database.engine.directory.names {
            contents[name] = [:]
            for item in try database.scanAll(name) { contents[name]![key(item)] = item }
        }
        return contents
    }
}

@Suite struct FailureTests {
    static let fault = StorageError.inputOutput("planned")

    /// Opens what a store that is still in use holds, as after the end of the process.
    private func reopened(_ base: MemoryStore, like database: TestDatabase) throws -> TestDatabase {
        try TestDatabase(
            store: MemoryStore(contentsOf: base.memorySnapshot()), clock: database.clock)
    }

    /// What expiry's background work does not touch.
    private func dumpWithoutExpiry(_ database: TestDatabase) -> [String] {
        database.dump().filter { !$0.hasPrefix("expiry") }
    }

    @Test(
        "a failed commit shows nothing, no write passes after it, and once opened again all go on")
    func failingCommits() throws {
        for ordinal in 1...Script.steps.count + 1 {
            let base = MemoryStore()
            let store = FaultyStore(base)
            let database = try TestDatabase(store: store)
            store.add(.init(.commit, ordinal: ordinal, error: Self.fault))
            var model: [TableName: [String: Item]] = [:]
            var failed: Int?
            for (position, step) in Script.steps.enumerated() {
                let before = dumpWithoutExpiry(database)
                let text = failure(of: { try step.run(database) })
                if failed != nil || text != nil {
                    failed = failed ?? position
                    // A step that needs what a failed one would have made is told so.
                    #expect(text != nil, "\(step.name), commit \(ordinal)")
                    #expect(dumpWithoutExpiry(database) == before, "\(step.name), \(ordinal)")
                } else {
                    step.model(&model)
                }
                #expect(try Script.contents(of: database) == model, "\(step.name), \(ordinal)")
            }
            #expect(failed != nil || ordinal >= Script.steps.count, "commit \(ordinal)")
            let reopened = try reopened(base, like: database)
            #expect(try Script.contents(of: reopened) == model)
            #expect(try reopened.findings() == [])
            for step in Script.steps[(failed ?? Script.steps.count)...] {
                try step.run(reopened)
                step.model(&model)
            }
            #expect(try Script.contents(of: reopened) == model)
            #expect(try reopened.findings() == [])
        }
    }

    @Test("a commit that failed but took place is there as a whole when the database is reopened")
    func ambiguousCommits() throws {
        for ordinal in 1...Script.steps.count {
            let base = MemoryStore()
            let store = FaultyStore(base)
            let database = try TestDatabase(store: store)
            store.add(.init(.commit, ordinal: ordinal, error: Self.fault, appliesCommit: true))
            var model: [TableName: [String: Item]] = [:]
            var withFailed: [TableName: [String: Item]] = [:]
            var hasFailed = false
            for step in Script.steps {
                let text = failure(of: { try step.run(database) })
                if text == nil { step.model(&model) }
                if !hasFailed {
                    withFailed = model
                    if text != nil { step.model(&withFailed) }
                }
                hasFailed = hasFailed || text != nil
            }
            #expect(try database.engine.checkInvariants() == [], "commit \(ordinal)")
            let reopened = try reopened(base, like: database)
            let contents = try Script.contents(of: reopened)
            #expect(contents == withFailed || contents == model, "commit \(ordinal)")
            #expect(try reopened.findings() == [], "commit \(ordinal)")
        }
    }

    @Test("after each failing read in turn the write has failed as a whole or succeeded as a whole")
    func failingReads() throws {
        for (position, step) in Script.steps.enumerated() {
            var ordinal = 1
            while true {
                let store = FaultyStore(MemoryStore())
                let database = try TestDatabase(store: store)
                for earlier in Script.steps[..<position] { try earlier.run(database) }
                let before = database.dump()
                store.add(.init(.read, ordinal: ordinal, error: Self.fault))
                let reads = store.callCount(of: .read)
                let text = failure(of: { try step.run(database) })
                let isThrough = store.callCount(of: .read) - reads < ordinal
                store.heal()
                if text != nil {
                    #expect(text == OperationError.storage(Self.fault).summary)
                    #expect(
                        database.dump().filter { !$0.hasPrefix("expiry") }
                            == before.filter { !$0.hasPrefix("expiry") },
                        "\(step.name), read \(ordinal)")
                }
                #expect(try database.findings() == [], "\(step.name), read \(ordinal)")
                if isThrough { break }
                ordinal += 1
                if ordinal > 60 { break }
            }
        }
    }

    @Test("every write of a failed group reports the error, also those whose condition failed")
    func failedGroup() throws {
        let base = MemoryStore()
        let faulty = FaultyStore(base)
        let gate = GateStore(faulty)
        let database = try TestDatabase(.orders, store: gate)
        try database.put(.order)
        let answers = Collected<String>()
        var bound = try Bound(nil, nil)
        let isThere = WriteOptions(condition: try bound.condition("attribute_exists(nothing)"))
        gate.shut()
        database.submit(
            PutItem(table: "Tab", item: ["pk": "first", "sk": 1]), "first", to: answers)
        gate.waitForCommit()
        for number in 2...30 {
            database.submit(
                PutItem(table: "Tab", item: Item.order.with("sk", .integer(number))), "put",
                to: answers)
        }
        database.submit(PutItem(table: "Tab", item: .order, options: isThere), "if", to: answers)
        database.submit(CreateTable(TableRequest(short: "U..")), "create", to: answers)
        faulty.add(.init(.commit, ordinal: 2, error: Self.fault))
        gate.open()
        #expect(try database.wait { answers.all.count == 32 })
        let error = OperationError.storage(Self.fault).summary
        #expect(
            answers.all
                == ["first"] + Array(repeating: "put \(error)", count: 29)
                + ["if \(error)", "create \(error)"])
        #expect(try database.tallies()[""]?.itemCount == 2)
        #expect(try database.findings() == [])
        let reopened = try reopened(base, like: database)
        #expect(reopened.dump() == database.dump())
        try reopened.create(TableRequest(short: "U.."))
        try reopened.put(Item.order.with("sk", 2))
        #expect(try reopened.tallies()[""]?.itemCount == 3)
        #expect(try reopened.findings() == [])
    }

    @Test("when a commit has failed reads go on; writes wait for the database to be opened again")
    func fullDisk() throws {
        let base = MemoryStore()
        let store = FaultyStore(base)
        let database = try TestDatabase(.orders, store: store)
        try database.put(.order)
        store.add(.init(.commit, ordinal: 1, error: .full))
        let error = OperationError.storage(.full).summary
        for number in 2..<10 {
            #expect(failure { try database.put(Item.order.with("sk", .integer(number))) } == error)
            #expect(failure { try database.create(TableRequest(short: "U..")) } == error)
            #expect(try database.scanAll(index: "byShop").count == 1)
        }
        // What is wrong with a request itself is still told.
        #expect(failure { try database.put(["sk": 1]) }?.hasPrefix("validation") == true)
        #expect(try database.findings() == [])
        let reopened = try reopened(base, like: database)
        try reopened.put(Item.order.with("sk", 2))
        #expect(try reopened.scanAll(index: "byShop").count == 2)
        #expect(try reopened.findings() == [])
    }
}

@Suite struct CrashTests {
    @Test("after a power cut behind any write, all that was answered is there, and all is sound")
    func synced() throws {
        for count in 0...Script.steps.count {
            let store = CrashStore()
            let database = try TestDatabase(store: store)
            var model: [TableName: [String: Item]] = [:]
            for step in Script.steps[..<count] {
                try step.run(database)
                step.model(&model)
            }
            let survivor = try database.reopened { store.crash() }
            #expect(try Script.contents(of: survivor) == model)
            #expect(try survivor.findings() == [])
            // And it goes on from there.
            for step in Script.steps[count...] {
                try step.run(survivor)
                step.model(&model)
            }
            #expect(try Script.contents(of: survivor) == model)
            #expect(try survivor.findings() == [])
        }
    }

    @Test("without syncs a power cut keeps some beginning of what was written, and that is sound")
    func unsynced() throws {
        let store = CrashStore()
        let database = try TestDatabase(store: store, durability: .async)
        var states: [[TableName: [String: Item]]] = [[:]]
        for step in Script.steps {
            try step.run(database)
            var next = states.last!
            step.model(&next)
            states.append(next)
        }
        let commits = store.unsyncedCommitCount
        try database.close()
        for kept in 0...commits {
            // The same commits, made anew for each cut.
            let store = CrashStore()
            let database = try TestDatabase(store: store, durability: .async)
            for step in Script.steps { try step.run(database) }
            let survivor = try database.reopened {
                store.crash(keepingUnsynced: min(kept, store.unsyncedCommitCount))
            }
            let contents = try Script.contents(of: survivor)
            #expect(states.contains(contents), "\(kept) commits")
            #expect(try survivor.findings() == [], "\(kept) commits")
        }
    }
}
