// What a condition says of keys. A condition is spread into alternatives, each a conjunction of
// tests on key attributes and of other conditions: OR and IN over keys make alternatives, AND joins
// them. Anything else, NOT above all, is a condition like others.

internal import MartletCatalog
internal import MartletExpressions
internal import MartletModel

/// One way in which a condition can hold.
struct KeyAlternative {
    var tests: [KeyTest] = []
    var filters: [Condition] = []

    static func && (left: KeyAlternative, right: KeyAlternative) -> KeyAlternative {
        KeyAlternative(tests: left.tests + right.tests, filters: left.filters + right.filters)
    }
}

/// A test on a key attribute that a range of rows can answer.
struct KeyTest {
    var attribute: KeyAttribute
    var comparison: KeyCondition.Comparison
    /// The same as a condition, where the range answers something else.
    var condition: Condition
}

struct KeySpread {
    /// More alternatives than these are not looked at.
    private static let alternativesLimit = 1000

    private let key: KeySchema
    private(set) var alternatives: [KeyAlternative] = []
    /// Every test on a key that was found, in the order of writing.
    private(set) var tests: [KeyTest] = []
    private(set) var hasTooMany = false

    init(_ condition: Condition?, over key: KeySchema) {
        self.key = key
        alternatives = condition.map { spread($0) } ?? [KeyAlternative()]
        if hasTooMany {
            alternatives = [KeyAlternative(filters: condition.map { [$0] } ?? [])]
        }
    }

    private mutating func spread(_ condition: Condition) -> [KeyAlternative] {
        if let tests = keyTests(condition) {
            self.tests += tests
            return tests.map { KeyAlternative(tests: [$0]) }
        }
        switch condition {
        case .all(let conditions):
            // What all alternatives share is added once, so that only the choices multiply.
            var shared = KeyAlternative()
            var joined = [KeyAlternative()]
            for condition in conditions {
                let next = spread(condition)
                if next.count == 1 {
                    shared.tests += next[0].tests
                    shared.filters += next[0].filters
                    continue
                }
                guard joined.count * next.count <= Self.alternativesLimit else {
                    hasTooMany = true
                    continue
                }
                joined = joined.flatMap { left in next.map { left && $0 } }
            }
            return joined.map { shared && $0 }
        case .any(let conditions) where namesKey(condition):
            var alternatives: [KeyAlternative] = []
            for condition in conditions { alternatives += spread(condition) }
            if alternatives.count > Self.alternativesLimit { hasTooMany = true }
            return alternatives
        default:
            return [KeyAlternative(filters: [condition])]
        }
    }

    private func namesKey(_ condition: Condition) -> Bool {
        switch condition {
        case .all(let conditions), .any(let conditions): conditions.contains(where: namesKey)
        default: keyTests(condition) != nil
        }
    }

    /// The tests that a condition makes on one key attribute, one of which must hold; nil when it
    /// is no such condition.
    private func keyTests(_ condition: Condition) -> [KeyTest]? {
        switch condition {
        case .comparison(.path(let path), let comparator, .value(let value)):
            return test(path, KeyCondition.Comparison(comparator, value), condition)
        case .comparison(.value(let value), let comparator, .path(let path)):
            return test(path, KeyCondition.Comparison(comparator.mirrored, value), condition)
        case .between(.path(let path), .value(let low), .value(let high)):
            return test(path, .between(low, high), condition)
        case .beginsWith(.path(let path), .value(let prefix)):
            return test(path, .beginsWith(prefix), condition)
        case .isIn(.path(let path), let members):
            var tests: [KeyTest] = []
            for member in members {
                guard case .value(let value) = member,
                    let test = test(
                        path, .equal(value), .comparison(.path(path), .equal, member))
                else { return nil }
                tests += test
            }
            return tests.isEmpty ? nil : tests
        default: return nil
        }
    }

    private func test(
        _ path: AttributePath, _ comparison: KeyCondition.Comparison?, _ condition: Condition
    ) -> [KeyTest]? {
        guard path.rest.isEmpty, let comparison else { return nil }
        if let attribute = key.hash.first(where: { $0.name == path.root }) {
            guard case .equal = comparison else { return nil }
            return [KeyTest(attribute: attribute, comparison: comparison, condition: condition)]
        }
        guard let attribute = key.range.first(where: { $0.name == path.root }) else { return nil }
        return [KeyTest(attribute: attribute, comparison: comparison, condition: condition)]
    }

    /// Refuses values that their key attribute cannot have.
    func checkTypes() throws(OperationError) {
        for test in tests {
            let name = test.attribute.name
            for value in test.comparison.operands where !test.attribute.type.matches(value) {
                switch value {
                case .string, .number, .binary:
                    throw .validation(
                        "Key attribute's data type should match its data type in table's schema: "
                            + "Key \(name)")
                default:
                    throw .validation(
                        "Key value must be of type S, N, or B. Key name: \(name), "
                            + "Key type: \(value.type.rawValue)")
                }
            }
        }
    }
}

extension KeyCondition.Comparison {
    fileprivate init?(_ comparator: Comparator, _ value: AttributeValue) {
        switch comparator {
        case .equal: self = .equal(value)
        case .notEqual: return nil
        case .less: self = .less(value)
        case .lessOrEqual: self = .lessOrEqual(value)
        case .greater: self = .greater(value)
        case .greaterOrEqual: self = .greaterOrEqual(value)
        }
    }
}

extension Condition {
    /// Every attribute that the condition looks at or into, once, in the order of writing.
    var attributes: [Text] {
        var names: [Text] = []
        for path in ConditionExpression(self).paths where !names.contains(path.root) {
            names.append(path.root)
        }
        return names
    }
}
