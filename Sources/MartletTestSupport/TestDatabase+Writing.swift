package import MartletCatalog
package import MartletEngine
internal import MartletExpressions
package import MartletModel

extension TestDatabase {
    @discardableResult
    package func put(
        _ item: Item, in table: TableName = "Tab", if condition: String? = nil,
        names: [Text: Text]? = nil, _ values: AttributeMap? = nil, returnsOldItem: Bool = false,
        showsItemOnFailure: Bool = false, report: CapacityReport = .none, metrics: Bool = false
    ) throws(OperationError) -> WriteAnswer {
        var bound = try Bound(names, values)
        return try engine.run(
            PutItem(
                table: table, item: item,
                options: WriteOptions(
                    condition: try bound.condition(condition),
                    returnsItemOnConditionFailure: showsItemOnFailure, capacityReport: report,
                    reportsItemCollectionMetrics: metrics),
                returnsOldItem: returnsOldItem))
    }

    @discardableResult
    package func update(
        _ key: Item, _ update: String?, in table: TableName = "Tab", if condition: String? = nil,
        names: [Text: Text]? = nil, _ values: AttributeMap? = nil,
        returning: UpdateItem.ReturnValues = .none, showsItemOnFailure: Bool = false,
        report: CapacityReport = .none
    ) throws(OperationError) -> WriteAnswer {
        var bound = try Bound(names, values)
        return try engine.run(
            UpdateItem(
                table: table, key: key, update: try bound.update(update),
                options: WriteOptions(
                    condition: try bound.condition(condition),
                    returnsItemOnConditionFailure: showsItemOnFailure, capacityReport: report),
                returnValues: returning))
    }

    @discardableResult
    package func delete(
        _ key: Item, in table: TableName = "Tab", if condition: String? = nil,
        names: [Text: Text]? = nil, _ values: AttributeMap? = nil, returnsOldItem: Bool = false,
        showsItemOnFailure: Bool = false, report: CapacityReport = .none
    ) throws(OperationError) -> WriteAnswer {
        var bound = try Bound(names, values)
        return try engine.run(
            DeleteItem(
                table: table, key: key,
                options: WriteOptions(
                    condition: try bound.condition(condition),
                    returnsItemOnConditionFailure: showsItemOnFailure, capacityReport: report),
                returnsOldItem: returnsOldItem))
    }

    @discardableResult
    package func batchWrite(
        _ requests: [BatchWriteItem.Request], in table: TableName = "Tab",
        report: CapacityReport = .none
    ) throws(OperationError) -> BatchWriteItem.Output {
        try engine.run(
            BatchWriteItem(
                tables: [.init(table: table, requests: requests)], capacityReport: report))
    }

    @discardableResult
    package func transact(
        _ actions: [TransactWriteItems.Action], token: TransactWriteItems.Token? = nil,
        report: CapacityReport = .none
    ) throws(OperationError) -> TransactWriteItems.Output {
        try engine.run(TransactWriteItems(actions: actions, token: token, capacityReport: report))
    }
}

extension TransactWriteItems.Action {
    package static func put(
        _ item: Item, in table: TableName = "Tab", if condition: String? = nil,
        _ values: AttributeMap? = nil, showsItem: Bool = false
    ) throws(OperationError) -> Self {
        try Self(table: table, effect: .put(item), condition, values, showsItem)
    }

    package static func update(
        _ key: Item, _ update: String, in table: TableName = "Tab", if condition: String? = nil,
        _ values: AttributeMap? = nil, showsItem: Bool = false
    ) throws(OperationError) -> Self {
        var bound = try Bound(nil, values)
        return Self(
            table: table, effect: .update(key: key, try bound.update(update)!),
            condition: try bound.condition(condition), returnsItemOnConditionFailure: showsItem)
    }

    package static func delete(
        _ key: Item, in table: TableName = "Tab", if condition: String? = nil,
        _ values: AttributeMap? = nil, showsItem: Bool = false
    ) throws(OperationError) -> Self {
        try Self(table: table, effect: .delete(key: key), condition, values, showsItem)
    }

    package static func check(
        _ key: Item, in table: TableName = "Tab", if condition: String,
        _ values: AttributeMap? = nil, showsItem: Bool = false
    ) throws(OperationError) -> Self {
        try Self(table: table, effect: .check(key: key), condition, values, showsItem)
    }

    private init(
        table: TableName, effect: Effect, _ condition: String?, _ values: AttributeMap?,
        _ showsItem: Bool
    ) throws(OperationError) {
        var bound = try Bound(nil, values)
        self.init(
            table: table, effect: effect, condition: try bound.condition(condition),
            returnsItemOnConditionFailure: showsItem)
    }
}

extension TestDatabase {
    /// Queues a write; its answer is `name`, followed by the error if it fails.
    package func submit<Operation: WriteOperation>(
        _ operation: Operation, _ name: String, to answers: Collected<String>
    ) {
        engine.submit(operation) { result in
            switch result {
            case .success: answers.append(name)
            case .failure(let error): answers.append("\(name) \(error.summary)")
            }
        }
    }
}
