internal import MartletEngine
internal import MartletExpressions
internal import MartletModel

/// Reads the expressions of one request, with the names and values that they stand for. Everything
/// is refused with the service's own text; `finish` comes last, when all expressions are read.
struct RequestExpressions {
    private var binder: ExpressionBinder

    /// - Parameters:
    ///   - names: with their number signs.
    ///   - values: with their colons.
    init(
        _ names: [String: String], _ values: [String: AttributeValue]
    ) throws(OperationError) {
        // Two keys of a dictionary of strings differ in their bytes, too.
        let names = [Text: Text](
            uniqueKeysWithValues: names.map { (Text($0.key), Text($0.value)) })
        var map = AttributeMap(minimumCapacity: values.count)
        for (name, value) in values { map[Text(name)] = value }
        try self.init(names: names, values: map)
    }

    init(names: [Text: Text], values map: AttributeMap) throws(OperationError) {
        try map.checkExpressionValues()
        do throws(ValidationError) {
            binder = try ExpressionBinder(
                names: names.isEmpty ? nil : names, values: map.isEmpty ? nil : map)
        } catch {
            throw OperationError(error)
        }
    }

    /// The one expression of a request that has no other.
    static func condition(
        _ text: String, _ names: [String: String], _ values: [String: AttributeValue]
    ) throws(OperationError) -> ConditionExpression {
        var expressions = try RequestExpressions(names, values)
        let condition = try expressions.condition(text)
        try expressions.finish()
        return condition
    }

    /// The one expression of a request that has no other.
    static func projection(
        _ text: String, _ names: [String: String]
    ) throws(OperationError) -> ProjectionExpression {
        var expressions = try RequestExpressions(names, [:])
        let projection = try expressions.read { binder throws(ValidationError) in
            try binder.projection(text)
        }
        try expressions.finish()
        return projection
    }

    mutating func condition(_ text: String) throws(OperationError) -> ConditionExpression {
        try read { binder throws(ValidationError) in try binder.condition(text) }
    }

    mutating func filter(_ text: String?) throws(OperationError) -> ConditionExpression? {
        guard let text else { return nil }
        return try read { binder throws(ValidationError) in
            try binder.condition(text, kind: .filter)
        }
    }

    mutating func projection(_ text: String?) throws(OperationError) -> ProjectionExpression? {
        guard let text else { return nil }
        return try read { binder throws(ValidationError) in try binder.projection(text) }
    }

    mutating func update(_ text: String) throws(OperationError) -> UpdateExpression {
        try read { binder throws(ValidationError) in try binder.update(text) }
    }

    mutating func keyCondition(_ text: String) throws(OperationError) -> KeyCondition {
        try read { binder throws(ValidationError) in try binder.keyCondition(text) }
    }

    mutating func searchCondition(_ text: String?) throws(OperationError) -> SearchCondition? {
        guard let text else { return nil }
        return try read { binder throws(ValidationError) in try binder.searchCondition(text) }
    }

    /// That each name and value was used, and that a key condition has the form of one.
    func finish() throws(OperationError) {
        do throws(ValidationError) {
            try binder.requireAllUsed()
        } catch {
            throw OperationError(error)
        }
    }

    private mutating func read<Bound>(
        _ body: (inout ExpressionBinder) throws(ValidationError) -> Bound
    ) throws(OperationError) -> Bound {
        do throws(ValidationError) {
            return try body(&binder)
        } catch {
            throw OperationError(error)
        }
    }
}
