// An engine for tests: in memory unless a store is given, under a clock that the test moves. By
// default nothing expires by itself within a test's time; give a short `expiryInterval` for that.

package import MartletCatalog
package import MartletEngine
package import MartletExpressions
package import MartletKeyValue
package import MartletModel

package final class TestDatabase: Sendable {
    package let engine: Engine
    package let store: any KeyValueStore
    package let clock: ManualClock
    private let expiryInterval: Duration
    private let durability: Durability

    package init(
        _ tables: TableRequest..., store: any KeyValueStore = MemoryStore(),
        clock: ManualClock = ManualClock(), expiryInterval: Duration = .seconds(3600),
        durability: Durability = .sync, scheduling: Scheduling = .threads,
        vectorFolder: String? = nil, configure: (inout EngineOptions) -> Void = { _ in }
    ) throws(OperationError) {
        self.store = store
        self.clock = clock
        self.expiryInterval = expiryInterval
        self.durability = durability
        var options = EngineOptions()
        options.clock = clock.clock
        options.expiryInterval = expiryInterval
        options.durability = durability
        options.scheduling = scheduling
        configure(&options)
        engine = try Engine(store: store, options: options, vectorFolder: vectorFolder)
        for table in tables { try create(table) }
    }

    deinit { try? engine.close() }

    package func close() throws(OperationError) { try engine.close() }

    /// Stops this database and opens what it left: that of a memory store, or of the store that
    /// `survivor` gives.
    package func reopened(
        _ survivor: (() -> any KeyValueStore)? = nil, expiryInterval: Duration? = nil
    ) throws(OperationError) -> TestDatabase {
        let next: any KeyValueStore
        if let survivor {
            next = survivor()
            try? close()
        } else {
            // A memory store forgets all when it is closed, so its rows are taken out before; what
            // background work still adds is lost, as in a crash.
            let rows = try! (store as! MemoryStore).memorySnapshot()
            try close()
            next = MemoryStore(contentsOf: rows)
        }
        return try TestDatabase(
            store: next, clock: clock, expiryInterval: expiryInterval ?? self.expiryInterval,
            durability: durability)
    }

    /// Waits until `condition` holds.
    /// - Returns: false when it did not come to hold within `seconds`.
    package func wait(
        atMost seconds: Int = 20, until condition: () throws(OperationError) -> Bool
    ) throws(OperationError) -> Bool {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            if try condition() { return true }
            sleepBriefly()
        }
        return try condition()
    }
}

// MARK: - Tables

extension TestDatabase {
    @discardableResult
    package func create(_ request: TableRequest) throws(OperationError) -> TableDescription {
        try engine.run(CreateTable(request))
    }

    @discardableResult
    package func change(_ change: TableChange) throws(OperationError) -> TableDescription {
        try engine.run(UpdateTable(change))
    }

    package func describe(_ table: TableName = "Tab") throws(OperationError) -> TableDescription {
        try engine.run(DescribeTable(table: table))
    }

    package func definition(_ table: TableName = "Tab") throws(OperationError) -> TableDefinition {
        try describe(table).definition
    }

    /// Waits until every index of the table is active.
    package func waitForIndexes(_ table: TableName = "Tab") throws(OperationError) -> Bool {
        try wait { () throws(OperationError) in
            let definition = try definition(table)
            return definition.indexes.allSatisfy { $0.status == .active }
                && definition.vectorIndexes.allSatisfy { $0.status == .active }
        }
    }
}

// MARK: - Expressions

/// The expressions of one request and what they refer to.
package struct Bound {
    private var binder: ExpressionBinder

    package init(_ names: [Text: Text]?, _ values: AttributeMap?) throws(OperationError) {
        do throws(ValidationError) {
            binder = try ExpressionBinder(names: names, values: values)
        } catch {
            throw OperationError(error)
        }
    }

    package mutating func condition(
        _ text: String?, _ kind: ExpressionKind = .condition
    ) throws(OperationError) -> ConditionExpression? {
        guard let text else { return nil }
        do throws(ValidationError) {
            return try binder.condition(text, kind: kind)
        } catch {
            throw OperationError(error)
        }
    }

    package mutating func update(_ text: String?) throws(OperationError) -> UpdateExpression? {
        guard let text else { return nil }
        do throws(ValidationError) {
            return try binder.update(text)
        } catch {
            throw OperationError(error)
        }
    }

    package mutating func projection(
        _ text: String?
    ) throws(OperationError) -> ProjectionExpression? {
        guard let text else { return nil }
        do throws(ValidationError) {
            return try binder.projection(text)
        } catch {
            throw OperationError(error)
        }
    }

    package mutating func keyCondition(_ text: String) throws(OperationError) -> KeyCondition {
        do throws(ValidationError) {
            return try binder.keyCondition(text)
        } catch {
            throw OperationError(error)
        }
    }

    package mutating func searchCondition(
        _ text: String?
    ) throws(OperationError) -> SearchCondition? {
        guard let text else { return nil }
        do throws(ValidationError) {
            let condition = try binder.searchCondition(text)
            try binder.requireAllUsed()
            return condition
        } catch {
            throw OperationError(error)
        }
    }
}
