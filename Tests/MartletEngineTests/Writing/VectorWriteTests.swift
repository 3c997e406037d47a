import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

extension TestDatabase {
    /// The lines of all journals, oldest first of each index: `id sequence = row key`.
    fileprivate var journal: [String] {
        dump().filter { $0.hasPrefix("vectorJournal") }
    }

    fileprivate var nextSequence: String? {
        dump().first { $0.hasPrefix("next sequence") }
    }
}

@Suite struct VectorWriteTests {
    private static let shape = VectorShape(hash: "t:S", filters: "c:S")
    private static let key: Item = ["pk": "a"]
    private static let item: Item = [
        "pk": "a", "t": "one", "c": "red", "v": .vector("1", "0.5", "-2"), "note": "old",
    ]

    private func database(
        _ shapes: VectorShape...
    ) throws(OperationError) -> TestDatabase {
        try TestDatabase(TableRequest(vectors: shapes))
    }

    @Test("a journal line is written when, and only when, what searches see of an item changes")
    func journal() throws {
        let database = try database(Self.shape)
        /// An update, its value, and whether searches would notice.
        let steps: [(String, AttributeMap?, Bool)] = [
            ("SET note = :v", [":v": "new"], false),
            ("SET c = :v", [":v": "blue"], true),
            ("SET v = :v", [":v": .vector("1", "0.50000000001", "-2.0")], false),
            ("SET v = :v", [":v": .vector("1", "0.5", "-3")], true),
            ("REMOVE c", nil, true),
            ("REMOVE t", nil, true),
            ("SET v = :v", [":v": .vector("1", "1", "1")], false),
            ("SET t = :v", [":v": "two"], true),
            ("REMOVE v", nil, true),
        ]
        try database.put(Self.item)
        #expect(database.journal.count == 1)
        try database.put(Self.item)
        var count = 1
        #expect(database.journal.count == count)
        for (update, values, isNoticed) in steps {
            try database.update(Self.key, update, values)
            count += isNoticed ? 1 : 0
            #expect(database.journal.count == count, "\(update)")
            #expect(try database.findings() == [], "\(update)")
        }
        try database.delete(Self.key)
        #expect(database.journal.count == count)
        try database.put(Self.item)
        try database.delete(Self.key)
        #expect(database.journal.count == count + 2)
        #expect(try database.tallies() == ["": Tally(), "byV": Tally()])
    }

    @Test("sequences go on where they were, also when the journal is empty by then")
    func sequences() throws {
        let database = try database(VectorShape("one"), VectorShape("two", on: "w"))
        try database.put(Self.item.with("w", .vector("1", "2", "3")))
        #expect(database.nextSequence == "next sequence = 0300000000000000")
        try database.change(TableChange(of: "Tab", deletingVector: "one"))
        try database.change(TableChange(of: "Tab", deletingVector: "two"))
        #expect(database.journal == [])
        let reopened = try database.reopened()
        try reopened.change(TableChange(of: "Tab", creating: VectorShape("three")))
        #expect(try reopened.waitForIndexes())
        #expect(reopened.journal.count == 1)
        #expect(reopened.nextSequence == "next sequence = 0400000000000000")
        #expect(try reopened.findings() == [])
    }

    @Test("every way to write an item is held to the same rules")
    func everyPath() throws {
        let database = try database(Self.shape)
        let wrong = Self.item.with("v", .vector("1", "2"))
        let text =
            "One or more parameter values are not valid. One or more parameter values were "
            + "invalid . Invalid size for parameter v, Expected: 3, Actual: 2. IndexName: byV"
        #expect(failure { try database.put(wrong) } == "validation: \(text)")
        #expect(
            failure {
                try database.update(Self.key, "SET v = :v", [":v": .vector("1", "2")])
            } == "validation: \(text)")
        #expect(failure { try database.batchWrite([.put(wrong)]) } == "validation: \(text)")
        #expect(
            failure { try database.transact([.put(["pk": "b"]), .put(wrong)]) }
                == "cancelled: None, ValidationError \(text)")
        #expect(
            failure {
                try database.transact([
                    .update(Self.key, "SET v = :v", [":v": .vector("1", "2")])
                ])
            } == "cancelled: ValidationError \(text)")
        // An empty key value is the request's fault, as with other indexes.
        let empty = failure { try database.transact([.put(Self.item.with("t", ""))]) }
        #expect(
            empty?.hasPrefix("validation: One or more parameter values are not valid. A") == true)
        #expect(database.dump().allSatisfy { !$0.hasPrefix("item") })
    }

    @Test("an update that leaves an old, unfit vector alone is accepted")
    func unfitBefore() throws {
        let database = try TestDatabase(TableRequest())
        try database.put(["pk": "a", "v": "no vector"])
        try database.put(["pk": "b", "v": .vector("1", "2"), "t": 5])
        try database.change(TableChange(of: "Tab", creating: Self.shape))
        #expect(try database.waitForIndexes())
        #expect(try database.tallies()["byV"] == Tally())
        try database.update(["pk": "a"], "SET note = :v", [":v": "fine"])
        try database.update(["pk": "b"], "SET note = :v", [":v": "fine"])
        #expect(failure { try database.update(["pk": "b"], "SET t = :v", [":v": 6]) } != nil)
        try database.update(
            ["pk": "a"], "SET v = :v, t = :t", [":v": .vector("1", "2", "3"), ":t": "x"])
        #expect(try database.tallies()["byV"]?.itemCount == 1)
        #expect(try database.findings() == [])
    }

    @Test("a vector is billed as four bytes a dimension, in the table and in its indexes")
    func billing() throws {
        let dimensions = 300
        // Twelve bytes each as a number: 3603 in all, beside the 1200 that are billed.
        let vector = AttributeValue.list(
            (0..<dimensions).map { .decimal("0.\($0 + 100)34567890123456789") })
        let shape = VectorShape(dimensions: dimensions, hash: "t:S", projecting: .keysOnly)
        let database = try database(shape, VectorShape("all", dimensions: dimensions))
        let item: Item = ["pk": "a", "t": "one", "v": vector, "note": .filler(400)]
        let own = item.sizeBytes
        let listBytes = own - (3 + 4 + 404 + 1)
        let billed = own - listBytes + 4 * dimensions
        let answer = try database.put(item, report: .indexes)
        let units = Double((billed + 1023) / 1024)
        #expect(units < Double((own + 1023) / 1024))
        let narrow = 4 * dimensions + 1 + 3 + 4
        #expect(
            answer.capacity
                == ConsumedCapacity(
                    table: "Tab", total: units, tableUnits: units,
                    vectorIndexBytes: [("byV", narrow), ("all", billed)]))
        let saved = listBytes - 4 * dimensions
        #expect(
            try database.tallies()
                == [
                    "": Tally(itemCount: 1, sizeBytes: billed),
                    "byV": Tally(itemCount: 1, sizeBytes: narrow, savedBytes: saved),
                    "all": Tally(itemCount: 1, sizeBytes: billed, savedBytes: saved),
                ])
        // Only what an index holds is told of, at least 1 KB; without a report there is none.
        let update = try database.update(
            ["pk": "a"], "SET note = :v", [":v": "x"], report: .indexes)
        #expect(update.capacity?.vectorIndexBytes.map(\.name) == ["all"])
        #expect(
            try database.put(item.with("v", nil), report: .total).capacity?.vectorIndexBytes.isEmpty
                == true)
        // The item stays, without its vector; it is not in the indexes, so they say nothing.
        let plain = try database.put(item.with("v", nil), report: .indexes)
        #expect(plain.capacity?.vectorIndexBytes.isEmpty == true)
        #expect(try database.tallies()["all"] == Tally())
        let small = try TestDatabase(TableRequest(vectors: [VectorShape()]))
        #expect(
            try small.put(Self.item, report: .indexes).capacity?.vectorIndexBytes.map(\.bytes)
                == [1024])
        #expect(
            try small.put(Self.item, report: .indexes).capacity?.vectorIndexBytes.isEmpty == true)
    }

    @Test("an expired item leaves its vector indexes")
    func expiry() throws {
        let database = try TestDatabase(
            TableRequest(vectors: [Self.shape]), expiryInterval: .milliseconds(5))
        _ = try database.engine.run(
            UpdateTimeToLive(table: "Tab", attribute: "ends", isEnabled: true))
        let seconds = Int(database.clock.clock.now.secondsSince1970)
        try database.put(Self.item.with("ends", .integer(seconds - 10)))
        #expect(
            try database.wait { () throws(OperationError) in
                try database.tallies()["byV"] == Tally()
            })
        #expect(database.journal.count == 2)
        #expect(try database.findings() == [])
    }

    @Test("a table that is deleted takes its journals and counts along")
    func deletion() throws {
        let database = try database(Self.shape)
        try database.put(Self.item)
        _ = try database.engine.run(DeleteTable(table: "Tab"))
        #expect(database.journal == [])
        #expect(database.dump().allSatisfy { !$0.hasPrefix("tally") })
        #expect(try database.findings() == [])
    }
}
