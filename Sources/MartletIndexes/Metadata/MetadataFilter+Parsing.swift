// Filters as trees of JSON values write them:
//
//   { field: value, … }                       equal; several fields must all hold
//   { field: { "$gt": 1, "$lt": 5 }, … }      operators; several must all hold
//   { "$and": [filter, …], "$or": [filter, …], "$not": filter }
//
// Operators: $eq $ne $gt $gte $lt $lte $in $nin $exists $contains, and $not before operators. A map
// without any operator is a value to be equal to. Anything else is refused, whatever it is asked of.

public import MartletModel

/// What is wrong with a filter, in a sentence that names the operator.
public struct MetadataFilterError: Error, Hashable, Sendable, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

extension MetadataFilter {
    /// So deep may filters be nested.
    private static let levels = 64

    /// Reads a filter from a tree of JSON values.
    public init(parsing tree: AttributeMap) throws(MetadataFilterError) {
        self = try Self.filter(tree, Self.levels)
    }

    private static func filter(
        _ tree: AttributeMap, _ levels: Int
    ) throws(MetadataFilterError) -> MetadataFilter {
        guard levels > 0 else { throw MetadataFilterError("The filter is nested too deeply") }
        var filters: [MetadataFilter] = []
        for (name, value) in tree.map({ ($0.name, $0.value) }) {
            switch name.string {
            case "$and": filters.append(.all(try list(value, of: name, levels)))
            case "$or": filters.append(.any(try list(value, of: name, levels)))
            case "$not":
                guard case .map(let tree) = value else {
                    throw MetadataFilterError("$not takes one filter")
                }
                filters.append(.not(try filter(tree, levels - 1)))
            default:
                if name.isOperator { throw unknown(name) }
                filters.append(try test(of: name, value, levels))
            }
        }
        return filters.count == 1 ? filters[0] : .all(filters)
    }

    private static func unknown(_ name: Text) -> MetadataFilterError {
        MetadataFilterError("Unknown filter operator: \(name)")
    }

    private static func list(
        _ value: AttributeValue, of name: Text, _ levels: Int
    ) throws(MetadataFilterError) -> [MetadataFilter] {
        guard case .list(let elements) = value else {
            throw MetadataFilterError("\(name) takes a list of filters")
        }
        var filters: [MetadataFilter] = []
        for element in elements {
            guard case .map(let tree) = element else {
                throw MetadataFilterError("\(name) takes a list of filters")
            }
            filters.append(try filter(tree, levels - 1))
        }
        return filters
    }

    private static func test(
        of field: Text, _ value: AttributeValue, _ levels: Int
    ) throws(MetadataFilterError) -> MetadataFilter {
        guard case .map(let tree) = value, tree.contains(where: { $0.name.isOperator }) else {
            return .field(field, .equals(value))
        }
        guard levels > 0 else { throw MetadataFilterError("The filter is nested too deeply") }
        var filters: [MetadataFilter] = []
        for (name, operand) in tree.map({ ($0.name, $0.value) }) {
            filters.append(try self.operator(name, operand, of: field, levels))
        }
        return filters.count == 1 ? filters[0] : .all(filters)
    }

    private static func `operator`(
        _ name: Text, _ operand: AttributeValue, of field: Text, _ levels: Int
    ) throws(MetadataFilterError) -> MetadataFilter {
        switch name.string {
        case "$eq": return .field(field, .equals(operand))
        case "$ne": return .field(field, .differs(operand))
        case "$in": return .field(field, .isIn(try values(operand, of: name)))
        case "$nin": return .not(.field(field, .isIn(try values(operand, of: name))))
        case "$gt": return .field(field, .greater(try bound(operand, of: name)))
        case "$gte": return .field(field, .atLeast(try bound(operand, of: name)))
        case "$lt": return .field(field, .less(try bound(operand, of: name)))
        case "$lte": return .field(field, .atMost(try bound(operand, of: name)))
        case "$contains": return .field(field, .contains(operand))
        case "$exists":
            guard case .bool(let isThere) = operand else {
                throw MetadataFilterError("$exists takes true or false")
            }
            return .field(field, .exists(isThere))
        case "$not":
            guard case .map(let tree) = operand, tree.contains(where: { $0.name.isOperator }) else {
                throw MetadataFilterError("$not takes operators when it follows a field")
            }
            return .not(try test(of: field, operand, levels - 1))
        default:
            if name.isOperator { throw unknown(name) }
            throw MetadataFilterError("A field's filter has operators or a value, not both")
        }
    }

    private static func values(
        _ operand: AttributeValue, of name: Text
    ) throws(MetadataFilterError) -> [AttributeValue] {
        guard case .list(let values) = operand else {
            throw MetadataFilterError("\(name) takes a list")
        }
        return values
    }

    private static func bound(
        _ operand: AttributeValue, of name: Text
    ) throws(MetadataFilterError) -> DecimalNumber {
        guard case .number(let bound) = operand else {
            throw MetadataFilterError("\(name) takes a number")
        }
        return bound
    }
}

extension Text {
    fileprivate var isOperator: Bool { string.utf8.first == UInt8(ascii: "$") }
}
