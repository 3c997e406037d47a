// Evaluation allocates nothing beyond what a source needs to produce the values it is asked for.
//
// A missing attribute equals nothing and has no order, so every comparison with it is false,
// except that `<>` is true. The same holds for `size()` of something that has none.

package import MartletModel

/// A condition or filter, bound to the names and values of a request.
public struct ConditionExpression: Sendable {
    let program: ConditionProgram
    /// Every path the condition reads, in the order of writing.
    package let paths: [AttributePath]
    let values: [AttributeValue]
    /// Whether it comes from a parameter that expressions have replaced; some texts tell.
    package let isLegacy: Bool

    init(
        program: ConditionProgram, paths: [AttributePath], values: [AttributeValue],
        isLegacy: Bool = false
    ) {
        self.program = program
        self.paths = paths
        self.values = values
        self.isLegacy = isLegacy
    }

    /// Whether the condition is true of `item`.
    /// - Complexity: O(steps), each at most the size of the values it compares.
    package func holds(for item: some AttributeSource) -> Bool {
        var holds = true
        var next = 0
        while next < program.steps.count {
            let step = program.steps[next]
            next += 1
            switch step {
            case .not: holds.toggle()
            case .jump(let test, let target):
                if holds == test { next = Int(target) }
            case .compare(let comparator, let left, let right):
                holds = compare(comparator, value(left, of: item), value(right, of: item))
            case .between(let operand, let low, let high):
                holds = isBetween(operand, low, high, of: item)
            case .isIn(let operand, let first, let count):
                guard let value = value(operand, of: item) else {
                    holds = false
                    break
                }
                holds = (first..<first + count).contains { index in
                    self.value(program.listOperands[Int(index)], of: item) == value
                }
            case .call(let function, let first, let second):
                holds = call(function, first, second, of: item)
            }
        }
        return holds
    }

    @inline(__always)
    private func value(
        _ operand: OperandReference, of item: some AttributeSource
    ) -> AttributeValue? {
        let value: AttributeValue? =
            operand.isValue
            ? values[Int(operand.slot)] : item.value(at: paths[Int(operand.slot)])
        guard operand.sizeCount > 0 else { return value }
        return value?.expressionSize.map { .number(DecimalNumber($0)) }
    }

    @inline(__always)
    private func compare(
        _ comparator: Comparator, _ left: AttributeValue?, _ right: AttributeValue?
    ) -> Bool {
        guard let left, let right else { return comparator == .notEqual }
        switch comparator {
        case .equal: return left == right
        case .notEqual: return left != right
        case .less: return left.order(against: right).map { $0 < 0 } ?? false
        case .lessOrEqual: return left.order(against: right).map { $0 <= 0 } ?? false
        case .greater: return left.order(against: right).map { $0 > 0 } ?? false
        case .greaterOrEqual: return left.order(against: right).map { $0 >= 0 } ?? false
        }
    }

    private func isBetween(
        _ operand: OperandReference, _ low: OperandReference, _ high: OperandReference,
        of item: some AttributeSource
    ) -> Bool {
        guard let value = value(operand, of: item),
            let low = self.value(low, of: item), let fromLow = low.order(against: value),
            let high = self.value(high, of: item), let toHigh = value.order(against: high)
        else { return false }
        return fromLow <= 0 && toHigh <= 0
    }

    private func call(
        _ function: Function, _ first: OperandReference, _ second: OperandReference,
        of item: some AttributeSource
    ) -> Bool {
        let value = value(first, of: item)
        switch function {
        case .attributeExists: return value != nil
        case .attributeNotExists: return value == nil
        case .attributeType:
            guard let value, case .string(let type)? = self.value(second, of: item) else {
                return false
            }
            return value.type.rawValue == type.string
        case .beginsWith:
            guard let value, let prefix = self.value(second, of: item) else { return false }
            return value.begins(with: prefix)
        case .contains:
            guard let value, let part = self.value(second, of: item) else { return false }
            return value.contains(part)
        case .size, .ifNotExists, .listAppend:
            preconditionFailure("The parser refuses it as a condition")
        }
    }
}
