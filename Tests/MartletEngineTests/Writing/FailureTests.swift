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
                try $0.create(.orders)
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

    @Test("after each failing commit in turn nothing more is written until the database is reopened")
    func failingCommits() throws {
        for ordinal in 1...Script.steps.count + 1 {
            let store = FaultyStore(MemoryStore())
            let database = try TestDatabase(store: store)
            store.add(.init(.commit, ordinal: ordinal, error: Self.fault))
            var model: [TableName: [String: Item]] = [:]
            var failures: [String] = []
            for step in Script.steps {
                let before = database.dump()
                if let text = failure(of: { try step.run(database) }) {
                    failures.append("\(step.name) \(text)")
                    // Expiry rows are also written in the background.
                    if text.hasPrefix("storage") {
                        #expect(
                            database.dump().filter { !$0.hasPrefix("expiry") }
                                == before.filter { !$0.hasPrefix("expiry") },
                            "\(step.name), commit \(ordinal)")
                    }
                } else {
                    step.model(&model)
                }
            }
            #expect(try Script.contents(of: database) == model, "commit \(ordinal): \(failures)")
            #expect(try database.findings() == [], "commit \(ordinal): \(failures)")
            // Expiry rows are written in the background, so a failure may follow the last step.
            if failures.contains(where: { $0.contains("storage") }) {
                #expect(database.engine.refusesWrites)
            }
            let reopened = try TestDatabase(store: store)
            #expect(!reopened.engine.refusesWrites)
            #expect(try Script.contents(of: reopened) == model)
            try reopened.create(TableRequest(short: "V..", range: "sk:N"))
            try reopened.put(["pk": "v", "sk": 1], in: "V..")
            #expect(try reopened.findings() == [], "commit \(ordinal): \(failures)")
        }
    }

    @Test("a commit that fails but took place leaves a sound database")
    func ambiguousCommits() throws {
        for ordinal in 1...Script.steps.count {
            let store = FaultyStore(MemoryStore())
            let database = try TestDatabase(store: store)
            store.add(.init(.commit, ordinal: ordinal, error: Self.fault, appliesCommit: true))
            for step in Script.steps { _ = failure(of: { try step.run(database) }) }
            let reopened = try TestDatabase(store: store)
            // Makes a table where one may be whose creation was said to have failed.
            try reopened.create(TableRequest(short: "V..", range: "sk:N"))
            try reopened.put(["pk": "v", "sk": 1], in: "V..")
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
        let faulty = FaultyStore(MemoryStore())
        let gate = GateStore(faulty)
        let database = try TestDatabase(.orders, store: gate)
        try database.put(.order)
        let before = database.dump()
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
        let reopened = try TestDatabase(store: faulty)
        try reopened.delete(["pk": "first", "sk": 1])
        #expect(reopened.dump() == before)
        #expect(try reopened.findings() == [])
        try reopened.create(TableRequest(short: "U.."))
        try reopened.put(Item.order.with("sk", 2))
        #expect(try reopened.tallies()[""]?.itemCount == 2)
        #expect(try reopened.findings() == [])
    }

    @Test("when a commit failed reads go on, and after reopening so do writes")
    func fullDisk() throws {
        let store = FaultyStore(MemoryStore())
        let database = try TestDatabase(.orders, store: store)
        try database.put(.order)
        store.add(.init(.commit, ordinal: 1, error: .full, isLasting: true))
        for number in 2..<10 {
            #expect(
                failure { try database.put(Item.order.with("sk", .integer(number))) }
                    == OperationError.storage(.full).summary)
            #expect(try database.scanAll(index: "byShop").count == 1)
        }
        store.heal()
        #expect(
            failure { try database.put(Item.order.with("sk", 2)) }
                == OperationError.storage(.full).summary)
        let reopened = try TestDatabase(store: store)
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
        var reached = 0
        for kept in 0...commits {
            // The same commits, made anew for each cut.
            let store = CrashStore()
            let database = try TestDatabase(store: store, durability: .async)
            for step in Script.steps { try step.run(database) }
            let survivor = try database.reopened {
                store.crash(keepingUnsynced: min(kept, store.unsyncedCommitCount))
            }
            let contents = try Script.contents(of: survivor)
            let state = states[reached...].firstIndex(of: contents)
            #expect(state != nil, "\(kept) commits")
            reached = state ?? reached
            #expect(try survivor.findings() == [], "\(kept) commits")
        }
    }
}
