// A key condition is a condition of a narrow form: tests on different top-level attributes, joined
// by AND, each comparing one attribute with values. Whether the attributes are keys, and which
// tests a key allows, is for whoever knows the table.
//
// Checked from the left, a connective before what it joins; one problem, the first, is told.

package import MartletModel

/// What a query asks of key attributes.
public struct KeyCondition: Sendable {
    package enum Comparison: Sendable, Equatable {
        case equal(AttributeValue)
        case less(AttributeValue)
        case lessOrEqual(AttributeValue)
        case greater(AttributeValue)
        case greaterOrEqual(AttributeValue)
        case between(AttributeValue, AttributeValue)
        case beginsWith(AttributeValue)
        /// What KeyConditions can ask for and no key can answer. It is refused when the table is
        /// known, because a condition that is missing is told first.
        case notIndexable
    }

    /// In the order of writing; no attribute twice.
    package var clauses: [(attribute: Text, comparison: Comparison)]

    package init(clauses: [(attribute: Text, comparison: Comparison)]) {
        self.clauses = clauses
    }
}

extension KeyCondition {
    /// - Parameter kind: `keyCondition`, or `searchCondition`, which allows equality alone.
    init(
        _ condition: ConditionExpression, connectives: [Connective], kind: ExpressionKind
    ) throws(ExpressionProblem) {
        clauses = []
        clauses.reserveCapacity(2)
        let texts = Texts(kind: kind)
        for (index, step) in condition.program.steps.enumerated() {
            if let outermost = Self.outermost(of: connectives, startingBy: index) {
                throw texts.invalidOperator(outermost.name)
            }
            guard let clause = try Self.clause(step, of: condition, texts) else { continue }
            if clauses.contains(where: { $0.attribute == clause.attribute }) {
                throw texts.repeated
            }
            clauses.append(clause)
        }
    }

    /// A connective that starts at a test, or before it, stands above the test.
    private static func outermost(of connectives: [Connective], startingBy index: Int)
        -> Connective?
    {
        if connectives.isEmpty { return nil }
        return connectives.filter { $0.start <= index }
            .min { ($0.start, -$0.end) < ($1.start, -$1.end) }
    }

    private static func clause(
        _ step: ConditionStep, of condition: ConditionExpression, _ texts: Texts
    ) throws(ExpressionProblem) -> (attribute: Text, comparison: Comparison)? {
        switch step {
        case .jump, .not:
            return nil
        case .isIn:
            throw texts.invalidOperator("IN")
        case .compare(let comparator, let left, let right):
            if let problem = texts.refusal(of: comparator) { throw problem }
            let name = try attribute(in: left, right, of: condition, texts)
            let (comparator, value) =
                left.isValue ? (comparator.mirrored, left) : (comparator, right)
            return (name, .init(comparator, condition.values[Int(value.slot)]))
        case .between(let operand, let low, let high):
            if texts.isSearch { throw texts.invalidOperator("BETWEEN") }
            if !operand.isPlainPath { throw texts.attributeNotFirst("BETWEEN") }
            let name = try attribute(in: operand, low, high, of: condition, texts)
            return (
                name,
                .between(condition.values[Int(low.slot)], condition.values[Int(high.slot)])
            )
        case .call(let function, let first, let second):
            if texts.isSearch || function != .beginsWith {
                throw texts.invalidOperator(function.rawValue)
            }
            if !first.isPlainPath { throw texts.attributeNotFirst(function.rawValue) }
            let name = try attribute(in: first, second, of: condition, texts)
            return (name, .beginsWith(condition.values[Int(second.slot)]))
        }
    }

    /// The one top-level attribute among operands of which the others are values.
    private static func attribute(
        in first: OperandReference, _ second: OperandReference, _ third: OperandReference? = nil,
        of condition: ConditionExpression, _ texts: Texts
    ) throws(ExpressionProblem) -> Text {
        var name: Text?
        try take(first, into: &name, of: condition, texts)
        try take(second, into: &name, of: condition, texts)
        if let third { try take(third, into: &name, of: condition, texts) }
        guard let name else { throw texts.noAttribute }
        return name
    }

    private static func take(
        _ operand: OperandReference, into name: inout Text?, of condition: ConditionExpression,
        _ texts: Texts
    ) throws(ExpressionProblem) {
        if operand.sizeCount > 0 { throw texts.nestedOperation }
        if operand.isValue { return }
        if name != nil { throw texts.severalAttributes }
        let path = condition.paths[Int(operand.slot)]
        if !path.rest.isEmpty { throw texts.nestedAttribute }
        name = path.root
    }
}

extension KeyCondition.Comparison {
    /// - Precondition: not `<>`, which no key condition has.
    init(_ comparator: Comparator, _ value: AttributeValue) {
        switch comparator {
        case .equal: self = .equal(value)
        case .less: self = .less(value)
        case .lessOrEqual: self = .lessOrEqual(value)
        case .greater: self = .greater(value)
        case .greaterOrEqual: self = .greaterOrEqual(value)
        case .notEqual: preconditionFailure("No key condition has <>")
        }
    }
}

/// The messages of the two kinds, which differ in more than the parameter's name.
private struct Texts {
    let kind: ExpressionKind

    var isSearch: Bool { kind == .searchCondition }

    func invalidOperator(_ name: String) -> ExpressionProblem {
        let text = "Invalid operator used in \(kind.parameterName)"
        return ExpressionProblem(isSearch ? text : text + ": " + name)
    }

    func refusal(of comparator: Comparator) -> ExpressionProblem? {
        if isSearch {
            return comparator == .equal
                ? nil : ExpressionProblem("Invalid comparator used in \(kind.parameterName)")
        }
        return comparator == .notEqual ? invalidOperator(comparator.rawValue) : nil
    }

    func attributeNotFirst(_ name: String) -> ExpressionProblem {
        invalidCondition("\(name) operator must have the key attribute as its first operand")
    }

    var severalAttributes: ExpressionProblem {
        invalidCondition("Multiple attribute names used in one condition")
    }

    var noAttribute: ExpressionProblem { invalidCondition("No key attribute specified") }

    private func invalidCondition(_ text: String) -> ExpressionProblem {
        ExpressionProblem("Invalid condition in \(kind.parameterName): " + text)
    }

    var nestedOperation: ExpressionProblem { subject("cannot contain nested operations") }

    var nestedAttribute: ExpressionProblem {
        subject("cannot have conditions on nested attributes")
    }

    var repeated: ExpressionProblem {
        subject("must only contain one condition per " + (isSearch ? "attribute" : "key"))
    }

    private func subject(_ text: String) -> ExpressionProblem {
        ExpressionProblem("\(kind.parameterName)\(isSearch ? " " : "s ")\(text)")
    }
}
