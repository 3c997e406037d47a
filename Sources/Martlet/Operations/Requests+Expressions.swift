// Requests with expressions as texts, as clients send them, with the names and the values that
// stand in them: `names: ["#s": "status"], values: [":open": "open"]`. Values never go into a text.
//
// Each initializer reads its expressions at once, and throws `validation` with the service's text
// when one is wrong, a placeholder has no value, or a name or a value is given that nothing uses.

public import MartletCatalog
public import MartletEngine
public import MartletModel

extension PutItem {
    /// - Parameter condition: must hold for the item that is there; of none, for no attributes.
    public init(
        table: TableName, item: Item, condition: String, names: [String: String] = [:],
        values: [String: AttributeValue] = [:], returnsOldItem: Bool = false
    ) throws(OperationError) {
        self.init(
            table: table, item: item, options: try WriteOptions(condition, names, values),
            returnsOldItem: returnsOldItem)
    }
}

extension DeleteItem {
    /// - Parameter condition: must hold for the item that is there; of none, for no attributes.
    public init(
        table: TableName, key: Item, condition: String, names: [String: String] = [:],
        values: [String: AttributeValue] = [:], returnsOldItem: Bool = false
    ) throws(OperationError) {
        self.init(
            table: table, key: key, options: try WriteOptions(condition, names, values),
            returnsOldItem: returnsOldItem)
    }
}

extension UpdateItem {
    /// - Parameters:
    ///   - update: such as `SET #n = #n + :one REMOVE old`.
    ///   - condition: must hold for the item that is there; of none, for no attributes.
    public init(
        table: TableName, key: Item, update: String, condition: String? = nil,
        names: [String: String] = [:], values: [String: AttributeValue] = [:],
        returnValues: ReturnValues = .none
    ) throws(OperationError) {
        var expressions = try RequestExpressions(names, values)
        let update = try expressions.update(update)
        var options = WriteOptions()
        if let condition { options.condition = try expressions.condition(condition) }
        try expressions.finish()
        self.init(
            table: table, key: key, update: update, options: options, returnValues: returnValues)
    }
}

extension WriteOptions {
    init(
        _ condition: String, _ names: [String: String], _ values: [String: AttributeValue]
    ) throws(OperationError) {
        self.init(condition: try RequestExpressions.condition(condition, names, values))
    }
}

extension GetItem {
    /// - Parameter projection: what of the item is wanted, such as `title, reviews[0], #s`.
    public init(
        table: TableName, key: Item, projection: String, names: [String: String] = [:]
    ) throws(OperationError) {
        self.init(
            table: table, key: key,
            projection: try RequestExpressions.projection(projection, names))
    }
}

extension Query {
    /// - Parameters:
    ///   - keyCondition: which partition, and which part of it: `customer = :c AND number > :n`.
    ///   - filter: what else must hold of an item to be returned; it is read all the same.
    ///   - projection: what of an item is returned.
    ///   - limit: items to read at most, before the filter.
    ///   - startKey: where the page before ended, as its `lastEvaluatedKey` said.
    public init(
        table: TableName, index: Text? = nil, keyCondition: String, filter: String? = nil,
        projection: String? = nil, names: [String: String] = [:],
        values: [String: AttributeValue] = [:], isForward: Bool = true, limit: Int? = nil,
        startKey: Item? = nil
    ) throws(OperationError) {
        var expressions = try RequestExpressions(names, values)
        let keyCondition = try expressions.keyCondition(keyCondition)
        let reading = try PageOptions(filter, projection, &expressions, limit, startKey)
        self.init(
            table: table, index: index, keyCondition: keyCondition, isForward: isForward,
            reading: reading)
    }
}

extension Scan {
    /// - Parameters:
    ///   - segment: one of so many parts that can be read at the same time; nil: everything.
    ///   - filter: what must hold of an item to be returned; it is read all the same.
    ///   - projection: what of an item is returned.
    ///   - limit: items to read at most, before the filter.
    ///   - startKey: where the page before ended, as its `lastEvaluatedKey` said.
    public init(
        table: TableName, index: Text? = nil, segment: Segment? = nil, filter: String?,
        projection: String? = nil, names: [String: String] = [:],
        values: [String: AttributeValue] = [:], limit: Int? = nil, startKey: Item? = nil
    ) throws(OperationError) {
        var expressions = try RequestExpressions(names, values)
        let reading = try PageOptions(filter, projection, &expressions, limit, startKey)
        self.init(table: table, index: index, segment: segment, reading: reading)
    }
}

extension PageOptions {
    fileprivate init(
        _ filter: String?, _ projection: String?, _ expressions: inout RequestExpressions,
        _ limit: Int?, _ startKey: Item?
    ) throws(OperationError) {
        self.init()
        self.filter = try expressions.filter(filter)
        self.projection = try expressions.projection(projection)
        try expressions.finish()
        self.limit = limit
        exclusiveStartKey = startKey
    }
}

extension SearchVectors {
    /// - Parameters:
    ///   - vector: as many finite elements as the index has dimensions.
    ///   - topK: how many items to find.
    ///   - condition: equalities, joined by AND, on attributes of the index's search schema.
    ///   - projection: what of an item is returned.
    public init(
        table: TableName, index: Text, vector: [Float], topK: Int, condition: String?,
        projection: String? = nil, names: [String: String] = [:],
        values: [String: AttributeValue] = [:]
    ) throws(OperationError) {
        var expressions = try RequestExpressions(names, values)
        let condition = try expressions.searchCondition(condition)
        let projection = try expressions.projection(projection)
        try expressions.finish()
        self.init(
            table: table, index: index, vector: vector, topK: topK, condition: condition,
            projection: projection)
    }
}

extension TransactWriteItems.Action {
    /// Puts an item, in the place of one that is there.
    public static func put(
        _ item: Item, in table: TableName, if condition: String? = nil,
        names: [String: String] = [:], values: [String: AttributeValue] = [:]
    ) throws(OperationError) -> Self {
        try Self(table, .put(item), condition, names, values)
    }

    /// Changes an item, or makes it.
    public static func update(
        _ key: Item, in table: TableName, _ update: String, if condition: String? = nil,
        names: [String: String] = [:], values: [String: AttributeValue] = [:]
    ) throws(OperationError) -> Self {
        var expressions = try RequestExpressions(names, values)
        let update = try expressions.update(update)
        let condition = try condition.map { text throws(OperationError) in
            try expressions.condition(text)
        }
        try expressions.finish()
        return Self(table: table, effect: .update(key: key, update), condition: condition)
    }

    /// Deletes the item under a key, if there is one.
    public static func delete(
        _ key: Item, from table: TableName, if condition: String? = nil,
        names: [String: String] = [:], values: [String: AttributeValue] = [:]
    ) throws(OperationError) -> Self {
        try Self(table, .delete(key: key), condition, names, values)
    }

    /// Changes nothing, but cancels the transaction unless the condition holds for an item.
    public static func check(
        _ key: Item, in table: TableName, _ condition: String, names: [String: String] = [:],
        values: [String: AttributeValue] = [:]
    ) throws(OperationError) -> Self {
        try Self(table, .check(key: key), condition, names, values)
    }

    private init(
        _ table: TableName, _ effect: Effect, _ condition: String?, _ names: [String: String],
        _ values: [String: AttributeValue]
    ) throws(OperationError) {
        var expressions = try RequestExpressions(names, values)
        let condition = try condition.map { text throws(OperationError) in
            try expressions.condition(text)
        }
        try expressions.finish()
        self.init(table: table, effect: effect, condition: condition)
    }
}

extension TransactGetItems.Get {
    /// - Parameter projection: what of the item is wanted.
    public init(
        table: TableName, key: Item, projection: String, names: [String: String] = [:]
    ) throws(OperationError) {
        self.init(
            table: table, key: key,
            projection: try RequestExpressions.projection(projection, names))
    }
}

extension BatchGetItem.TableRequest {
    /// - Parameter projection: what of each item is wanted.
    public init(
        table: TableName, keys: [Item], projection: String, names: [String: String] = [:]
    ) throws(OperationError) {
        self.init(
            table: table, keys: keys,
            projection: try RequestExpressions.projection(projection, names))
    }
}

extension ExecuteStatement {
    /// - Parameters:
    ///   - statement: of PartiQL; question marks stand for the parameters, in order.
    ///   - limit: rows to read at most, before conditions that keys do not answer.
    ///   - nextToken: where the page before ended, as its answer said.
    public init(
        _ statement: String, parameters: [AttributeValue] = [], limit: Int? = nil,
        nextToken: [UInt8]? = nil
    ) throws(OperationError) {
        try self.init(
            ParsedStatement(statement, parameters: parameters), limit: limit,
            nextToken: nextToken)
    }
}
