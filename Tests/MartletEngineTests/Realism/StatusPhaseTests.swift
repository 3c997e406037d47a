// Delayed statuses: what is shown, and what is refused meanwhile. The phases are those that AWS's
// developer guide tells of tables and of indexes that are added to them.

import MartletCatalog
import MartletEngine
import MartletModel
import MartletTestSupport
import Testing

@Suite struct StatusPhaseTests {
    private static let delay = 10.0

    private func database(_ tables: TableRequest...) throws -> TestDatabase {
        let database = try TestDatabase(expiryInterval: .milliseconds(5)) {
            $0.statusDelay = .seconds(Self.delay)
        }
        for table in tables { try database.create(table) }
        return database
    }

    private func settle(_ database: TestDatabase) { database.clock.advance(seconds: Self.delay) }

    /// The text of ResourceInUseException, or that there was none.
    private func inUse(_ body: () throws(OperationError) -> Void) -> String {
        do throws(OperationError) {
            try body()
            return "nothing"
        } catch {
            if case .resourceInUse(let text) = error { return text }
            return "\(error)"
        }
    }

    private func isMissing(_ body: () throws(OperationError) -> Void) -> Bool {
        do throws(OperationError) {
            try body()
            return false
        } catch {
            if case .resourceNotFound = error { return true }
            return false
        }
    }

    @Test("a new table is CREATING for a while, in which it takes neither items nor changes")
    func creation() throws {
        let database = try database(.init())
        #expect(try database.describe().status == .creating)
        #expect(isMissing { () throws(OperationError) in try database.put(["pk": "a"]) })
        #expect(isMissing { () throws(OperationError) in _ = try database.get(["pk": "a"]) })
        let text =
            "Attempt to change a resource which is still in use: Table is being created: Tab"
        #expect(
            inUse { () throws(OperationError) in
                _ = try database.engine.run(DeleteTable(table: "Tab"))
            } == text)
        #expect(
            inUse { () throws(OperationError) in
                try database.change(TableChange(name: "Tab", isDeletionProtected: true))
            } == text)
        #expect(
            inUse { () throws(OperationError) in
                try database.engine.run(
                    TagResource(
                        resourceARN: try database.describe().arn,
                        tags: [ResourceTag(key: "a", value: "b")]))
            } == text)
        settle(database)
        #expect(try database.describe().status == .active)
        try database.put(["pk": "a"])
        #expect(try database.get(["pk": "a"]) == ["pk": "a"])
    }

    @Test("a deleted table is DELETING for a while: shown and listed, and its name is taken")
    func deletion() throws {
        let database = try database(.init())
        settle(database)
        try database.put(["pk": "a"])
        _ = try database.engine.run(DeleteTable(table: "Tab"))
        #expect(try database.describe().status == .deleting)
        #expect(try database.engine.run(ListTables()).names == ["Tab"])
        #expect(isMissing { () throws(OperationError) in _ = try database.get(["pk": "a"]) })
        let text =
            "Attempt to change a resource which is still in use: Table is being deleted: Tab"
        #expect(inUse { () throws(OperationError) in try database.create(.init()) } == text)
        #expect(
            inUse { () throws(OperationError) in
                _ = try database.engine.run(DeleteTable(table: "Tab"))
            } == text)
        #expect(
            inUse { () throws(OperationError) in
                try database.change(TableChange(name: "Tab", isDeletionProtected: true))
            } == text)
        settle(database)
        #expect(isMissing { () throws(OperationError) in _ = try database.describe() })
        #expect(try database.engine.run(ListTables()).names == [])
        try database.create(.init())
        settle(database)
        #expect(try database.get(["pk": "a"]) == nil)
    }

    @Test("a change leaves the table UPDATING: items are taken, other changes are not")
    func update() throws {
        let database = try database(.init())
        settle(database)
        try database.change(TableChange(name: "Tab", tableClass: .infrequentAccess))
        #expect(try database.describe().status == .updating)
        try database.put(["pk": "a"])
        let text =
            "Attempt to change a resource which is still in use: Table is being updated: Tab"
        #expect(
            inUse { () throws(OperationError) in
                try database.change(TableChange(name: "Tab", tableClass: .standard))
            } == text)
        #expect(
            inUse { () throws(OperationError) in
                _ = try database.engine.run(DeleteTable(table: "Tab"))
            } == text)
        settle(database)
        #expect(try database.describe().status == .active)
        try database.change(TableChange(name: "Tab", tableClass: .standard))
    }

    @Test(
        "an added index is allocated, then filled, then active; and is on its way out when deleted")
    func globalIndex() throws {
        let database = try database(.init())
        settle(database)
        try database.put(["pk": "a", "n": 1])
        try database.change(TableChange(of: "Tab", creating: IndexShape("byN", hash: "n:N")))

        var description = try database.describe()
        #expect(description.status == .updating)
        #expect(description.definition.indexes.map(\.status) == [.creating])
        #expect(description.allocatingIndexes == [description.definition.indexes[0].id])
        #expect(
            inUse { () throws(OperationError) in
                try database.change(TableChange(of: "Tab", deleting: "byN"))
            }.contains("Index creation is in resource allocation phase."))

        settle(database)
        description = try database.describe()
        #expect(description.status == .active)
        #expect(description.definition.indexes.map(\.status) == [.creating])
        #expect(description.allocatingIndexes == [])
        #expect(throws: OperationError.self) {
            _ = try database.query("n = :n", [":n": 1], index: "byN")
        }

        settle(database)
        #expect(try database.waitForIndexes())
        #expect(try database.describe().status == .active)
        #expect(try database.query("n = :n", [":n": 1], index: "byN").count == 1)

        try database.change(TableChange(of: "Tab", deleting: "byN"))
        description = try database.describe()
        #expect(description.status == .updating)
        #expect(description.definition.indexes.isEmpty)
        #expect(description.deletedIndexes.map(\.name) == ["byN"])
        settle(database)
        description = try database.describe()
        #expect(description.status == .active)
        #expect(description.deletedIndexes.isEmpty)
    }

    @Test("a vector index goes through the same phases, and may be deleted while it is filled")
    func vectorIndex() throws {
        let database = try database(.init())
        settle(database)
        try database.put(["pk": "a", "v": [1, 0, 0]])
        let index = VectorShape()
        try database.change(
            TableChange(name: "Tab", vectorIndexChanges: [.create(index.request)]))
        var description = try database.describe()
        #expect(description.status == .updating)
        #expect(description.definition.vectorIndexes.map(\.isBackfilling) == [false])
        settle(database)
        description = try database.describe()
        #expect(description.status == .active)
        #expect(description.definition.vectorIndexes.map(\.status) == [.creating])
        #expect(description.definition.vectorIndexes.map(\.isBackfilling) == [true])
        #expect(throws: OperationError.self) { _ = try database.search([1, 0, 0]) }
        settle(database)
        #expect(try database.waitForIndexes())
        #expect(try database.search([1, 0, 0]).matches.count == 1)
    }

    @Test("a table whose indexes were made with it shows no filling")
    func indexesOfNewTables() throws {
        let database = try database(.orders)
        settle(database)
        let description = try database.describe()
        #expect(description.status == .active)
        #expect(description.definition.indexes.allSatisfy { $0.status == .active })
    }

    @Test("phases end with the process: what was done is done")
    func reopening() throws {
        let database = try database(.init())
        let reopened = try database.reopened()
        #expect(try reopened.describe().status == .active)
    }

    @Test("settings of a table that is being restored are refused")
    func restoring() throws {
        let database = try database(.init())
        settle(database)
        let arn = try database.backUp()
        #expect(try database.waitForBackup(arn))
        let copy = try database.restore(arn, to: "Copy").arn
        let text =
            "Attempt to change a resource which is still in use: Table is being created: Copy"
        #expect(
            inUse { () throws(OperationError) in
                try database.engine.run(
                    TagResource(resourceARN: copy, tags: [ResourceTag(key: "a", value: "b")]))
            } == text)
        #expect(
            inUse { () throws(OperationError) in
                try database.engine.run(UntagResource(resourceARN: copy, keys: ["a"]))
            } == text)
        #expect(
            inUse { () throws(OperationError) in
                _ = try database.engine.run(
                    PutResourcePolicy(resourceARN: copy, document: "{}"))
            } == text)
        #expect(
            inUse { () throws(OperationError) in
                _ = try database.engine.run(
                    UpdateTimeToLive(table: "Copy", attribute: "t", isEnabled: true))
            } == text)
        settle(database)
        #expect(try database.waitForTable("Copy"))
        try database.engine.run(
            TagResource(resourceARN: copy, tags: [ResourceTag(key: "a", value: "b")]))
    }
}
