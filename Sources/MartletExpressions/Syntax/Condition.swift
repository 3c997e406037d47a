// Conditions made by code rather than by text: the older parameters of the service, and anything
// else that wants to test items, build these.

package import MartletModel

/// A condition as a tree.
package indirect enum Condition: Sendable {
    package enum Operand: Sendable {
        case path(AttributePath)
        case value(AttributeValue)
        /// `size()` of what is at a path.
        case size(AttributePath)

        /// A top-level attribute.
        package static func attribute(_ name: Text) -> Operand { .path(AttributePath(name)) }
    }

    case comparison(Operand, Comparator, Operand)
    case between(Operand, Operand, Operand)
    case isIn(Operand, [Operand])
    case exists(AttributePath)
    case notExists(AttributePath)
    case hasType(AttributePath, AttributeType)
    case beginsWith(Operand, Operand)
    case contains(Operand, Operand)
    case not(Condition)
    /// True when empty.
    case all([Condition])
    /// False when empty.
    case any([Condition])
}

extension ConditionExpression {
    /// Compiles a tree. Operands are the caller's responsibility: nothing is checked.
    package init(_ condition: Condition, isLegacy: Bool = false) {
        var compiler = ConditionCompiler()
        compiler.add(condition)
        self.init(
            program: compiler.program, paths: compiler.paths, values: compiler.values,
            isLegacy: isLegacy)
    }
}

private struct ConditionCompiler {
    var program = ConditionProgram()
    var paths: [AttributePath] = []
    var values: [AttributeValue] = []

    mutating func add(_ condition: Condition) {
        switch condition {
        case .comparison(let left, let comparator, let right):
            append(.compare(comparator, reference(left), reference(right)))
        case .between(let operand, let low, let high):
            append(.between(reference(operand), reference(low), reference(high)))
        case .isIn(let operand, let members):
            let operand = reference(operand)
            let first = program.listOperands.count
            program.listOperands += members.map { reference($0) }
            append(.isIn(operand, first: UInt16(first), count: UInt16(members.count)))
        case .exists(let path): call(.attributeExists, .path(path), nil)
        case .notExists(let path): call(.attributeNotExists, .path(path), nil)
        case .hasType(let path, let type):
            call(.attributeType, .path(path), .value(.string(Text(type.rawValue))))
        case .beginsWith(let operand, let prefix): call(.beginsWith, operand, prefix)
        case .contains(let operand, let part): call(.contains, operand, part)
        case .not(let inner):
            add(inner)
            append(.not)
        case .all(let conditions): join(conditions, stoppingAt: false)
        case .any(let conditions): join(conditions, stoppingAt: true)
        }
    }

    /// Tests one after the other; the first that yields `decisive` ends it.
    private mutating func join(_ conditions: [Condition], stoppingAt decisive: Bool) {
        guard let last = conditions.last else {
            // Nothing to test: an IN of no members is false.
            append(.isIn(reference(.value(.null)), first: 0, count: 0))
            if !decisive { append(.not) }
            return
        }
        var jumps: [Int] = []
        for condition in conditions.dropLast() {
            add(condition)
            jumps.append(program.steps.count)
            append(.jump(if: decisive, to: 0))
        }
        add(last)
        for jump in jumps {
            program.steps[jump] = .jump(if: decisive, to: UInt16(program.steps.count))
        }
    }

    private mutating func append(_ step: ConditionStep) { program.steps.append(step) }

    private mutating func call(
        _ function: Function, _ first: Condition.Operand, _ second: Condition.Operand?
    ) {
        let first = reference(first)
        append(.call(function, first, second.map { reference($0) } ?? first))
    }

    private mutating func reference(_ operand: Condition.Operand) -> OperandReference {
        switch operand {
        case .value(let value):
            values.append(value)
            return OperandReference(value: UInt16(values.count - 1))
        case .path(let path):
            paths.append(path)
            return OperandReference(path: UInt16(paths.count - 1))
        case .size(let path):
            paths.append(path)
            return OperandReference(path: UInt16(paths.count - 1), sizeCount: 1)
        }
    }
}
